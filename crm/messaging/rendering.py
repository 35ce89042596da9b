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

from crm.messaging.errors import BadHeader, UnknownPlaceholder
from crm.messaging.models import MessageChannel

_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|h[1-6]|li|tr)>", re.IGNORECASE)
_LINKS = re.compile(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
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


def check_wording(*, channel: str, subject: str, body: str) -> None:
    """What a version may say. Raises UnknownPlaceholder and BadHeader, on `subject` or `body`."""
    if _LINE_BREAKS.search(subject):
        raise BadHeader(field="subject")
    if channel == MessageChannel.EMAIL and not subject.strip():
        raise BadHeader(_("A mail needs a subject."), field="subject")
    ensure_known(_PLACEHOLDER.findall(subject), field="subject")
    ensure_known(_PLACEHOLDER.findall(body), field="body")


def render(*, channel: str, message_class: str, subject: str, body: str, values: Mapping[str, str]) -> Rendered:
    """Fill in the wording. A placeholder without a value is left empty; marketing mail gets a way out if it has none.

    Raises UnknownPlaceholder for a value that no placeholder may have, BadHeader for a line break in the subject.
    """
    ensure_known(values)
    if channel != MessageChannel.EMAIL:
        return Rendered("", _CONTROLS.sub("", _filled(body, values)))
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


def _header(text: str) -> str:
    if _LINE_BREAKS.search(text):
        raise BadHeader(field="subject")
    return _CONTROLS.sub("", text)[:LONGEST_SUBJECT]
