"""What staff write, filled in: `{{ name }}` and nothing else, from a flat list of plain texts (reliability X6).

No template engine: there is nothing to call, no attribute to reach, no loop to run. Values are escaped, and what comes
out as mail goes through an HTML sanitiser besides.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import NamedTuple

import nh3
from django.utils.translation import gettext_lazy as _

from crm.messaging.errors import BadAddress, BadHeader, NotInThisChannel, UnknownPlaceholder
from crm.messaging.models import IN_APP, MessageChannel
from crm.messaging.models.template import LONGEST_LINK

_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|h[1-6]|li|tr)>", re.IGNORECASE)
_LINKS = re.compile(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_WEB_ADDRESS = re.compile(rf"https?://[^\s\x00-\x1f\x7f]{{1,{LONGEST_LINK - 8}}}")
# Unsubscribing is about an address, and these have none: who wants no such messages says so in the app.
_WAYS_OUT = {"unsubscribe_url", "preferences_url"}
LONGEST_SUBJECT = 400
SECRET = "[secret]"  # noqa: S105 - what stands in place of one


class Placeholder(NamedTuple):
    meaning: object
    sample: str


# What may stand between the braces, what it means, and what a preview shows for it.
PLACEHOLDERS: dict[str, Placeholder] = {
    "name": Placeholder(_("the recipient's name"), "Ann Lee"),
    "first_name": Placeholder(_("the first word of it"), "Ann"),
    "company": Placeholder(_("the recipient's company"), "Lee & Sons"),
    "email": Placeholder(_("the recipient's e-mail address"), "ann@example.com"),
    "phone": Placeholder(_("the recipient's phone number"), "+35799123456"),
    "organisation": Placeholder(_("the name of your organisation"), "Kaffa Coffee"),
    "link": Placeholder(_("where this message leads"), "https://crm.example.com/x"),
    "reject_link": Placeholder(_("where one says no"), "https://crm.example.com/n"),
    "code": Placeholder(_("a one-time password"), "123456"),
    "order_number": Placeholder(_("the number of an order"), "A-1001"),
    "amount": Placeholder(_("an amount of money, with its currency"), "12.50 USD"),
    "points": Placeholder(_("a number of points"), "250"),
    "tier": Placeholder(_("the name of a tier"), "gold"),
    "reward": Placeholder(_("the name of a reward"), "Free coffee"),
    "date": Placeholder(_("a date"), "2026-12-24"),
    "staff_name": Placeholder(_("who takes care of the recipient"), "Sam Owner"),
    "count": Placeholder(_("how many there are"), "3"),
    "text": Placeholder(_("a text of the occasion"), "See you soon."),
    "unsubscribe_url": Placeholder(_("a link to unsubscribe"), "https://crm.example.com/portal/unsubscribe/x"),
    "preferences_url": Placeholder(_("a link to choose what to get"), "https://crm.example.com/portal/preferences/x"),
}
SAMPLES = {name: placeholder.sample for name, placeholder in PLACEHOLDERS.items()}

_FOOTER = '<p><small><a href="{{ unsubscribe_url }}">Unsubscribe</a></small></p>'


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    content: str


def ensure_known(names: Iterable[str], *, field: str | None = None) -> None:
    """Raises UnknownPlaceholder, naming those that are not on the list."""
    unknown = sorted(set(names) - PLACEHOLDERS.keys())
    if unknown:
        text = _("There is no placeholder called %(names)s.") % {"names": ", ".join(unknown)}
        raise UnknownPlaceholder(text, field=field)


def check_wording(*, channel: str, subject: str, body: str, extras: Mapping[str, str] | None = None) -> None:
    """What a version may say. Raises UnknownPlaceholder, BadHeader, NotInThisChannel and BadAddress, on the field."""
    if _LINE_BREAKS.search(subject):
        raise BadHeader(field="subject")
    if channel != MessageChannel.SMS and not subject.strip():
        raise BadHeader(_("It needs a subject; in the app, and on a device, that is its title."), field="subject")
    texts = {"subject": subject, "body": body, **(extras or {})}
    for field, text in texts.items():
        ensure_known(_PLACEHOLDER.findall(text), field=field)
        if channel in IN_APP and set(_PLACEHOLDER.findall(text)) & _WAYS_OUT:
            raise UnknownPlaceholder(_("There is no link to unsubscribe in the app or on a device."), field=field)
    _check_extras(channel, extras or {})


def _check_extras(channel: str, extras: Mapping[str, str]) -> None:
    for field, text in extras.items():
        if text and channel not in IN_APP:
            raise NotInThisChannel(field=field)
    filled_extras(channel, extras, SAMPLES)


def filled_extras(channel: str, extras: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Subtitle, picture and link of a message in the app or on a device, filled in; of any other, nothing.

    Raises BadHeader for a line break in the subtitle, BadAddress for an address that no browser would open.
    """
    if channel not in IN_APP:
        return {}
    filled = {name: _filled(text, values).strip() for name, text in extras.items()}
    for name, text in filled.items():
        if name.endswith("_url") and text and not _WEB_ADDRESS.fullmatch(text):
            raise BadAddress(field=name)
    return {name: text if name.endswith("_url") else _header(text, field=name) for name, text in filled.items()}


def render(*, channel: str, message_class: str, subject: str, body: str, values: Mapping[str, str]) -> Rendered:
    """Fill in the wording. A placeholder without a value is left empty; marketing mail gets a way out if it has none.

    Raises UnknownPlaceholder for a value that no placeholder may have, BadHeader for a line break in the subject.
    """
    ensure_known(values)
    if channel != MessageChannel.EMAIL:
        title = _header(_filled(subject, values)) if channel in IN_APP else ""
        return Rendered(title, _CONTROLS.sub("", _filled(body, values)))
    if message_class == "marketing" and "unsubscribe_url" not in _PLACEHOLDER.findall(body):
        body += _FOOTER
    html = nh3.clean(_filled(body, {name: escape(value) for name, value in values.items()}))
    return Rendered(_header(_filled(subject, values)), html)


def preview(*, channel: str, message_class: str, subject: str, body: str, values: Mapping[str, str]) -> Rendered:
    """The same with samples for what is not given; nothing is sent."""
    check_wording(channel=channel, subject=subject, body=body)
    given = {**SAMPLES, **values}
    return render(channel=channel, message_class=message_class, subject=subject, body=body, values=given)


def plain_text(html: str) -> str:
    """The same words for readers without HTML, links written out."""
    text = _LINKS.sub(lambda link: f"{link[2]} ({link[1]})" if link[1] != link[2] else link[1], html)
    bare = nh3.clean(_BREAKS.sub("\n", text), tags=set())
    return re.sub(r"\n{3,}", "\n\n", unescape(bare)).strip()


def _filled(text: str, values: Mapping[str, str]) -> str:
    """One pass: what a value brings with it is never looked at again."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)


def _header(text: str, field: str = "subject") -> str:
    if _LINE_BREAKS.search(text):
        raise BadHeader(field=field)
    return _CONTROLS.sub("", text)[:LONGEST_SUBJECT]
