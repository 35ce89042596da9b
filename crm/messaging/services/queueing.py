"""Messages asked for: rendered and judged at once, sent by the job."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.addresses import checked_email, checked_phone
from crm.kernel.clock import now
from crm.kernel.copying import another, insert_rows
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.ids import new_id
from crm.kernel.sealing import new_wrapped_key, seal
from crm.kernel.tenancy import Mode, current_scope
from crm.kernel.transactions import atomic
from crm.messaging.errors import NothingPublished, TemplateNotFound, UnknownPlaceholder
from crm.messaging.events import MessagesQueued
from crm.messaging.governor import Defer, Known, Skip, known_about, patiently, verdict
from crm.messaging.links import PREFERENCES, UNSUBSCRIBE, link_to, token_for
from crm.messaging.models import Communication, MessageChannel, MessageState, Template, TemplateVersion
from crm.messaging.recipients import Outgoing, Recipient
from crm.messaging.rendering import SECRET, Rendered, filled_extras, render
from crm.messaging.selectors import versions_of

LONGEST_CAUSE = 200


def queue_message(
    *,
    recipient: Recipient,
    cause: str,
    template_key: str = "",
    version_id: UUID | None = None,
    values: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    due_at: datetime | None = None,
) -> Communication:
    """Ask for one message; a second call with the same cause returns the first row, whatever else it says.

    The row is QUEUED, perhaps deferred, or SKIPPED with a reason. `secrets` fill placeholders like `values`, and are
    kept as "[secret]" in live mode. Raises as `queue_messages`.
    """
    outgoing = Outgoing(
        recipient, cause, template_key, version_id, values=values or {}, secrets=secrets or {}, due_at=due_at
    )
    return queue_messages(batch=[outgoing])[0]


@atomic
def queue_messages(*, batch: Sequence[Outgoing]) -> list[Communication]:
    """Ask for any number of messages, in a fixed number of statements; the rows in the order of `batch`.

    One recipient who cannot be written to is a SKIPPED or FAILED row and spoils no other. Raises TemplateNotFound,
    NothingPublished, UnknownPlaceholder, and Invalid for a cause that is empty or too long.
    """
    if any(not outgoing.cause or len(outgoing.cause) > LONGEST_CAUSE for outgoing in batch):
        raise Invalid(_("A cause is a text of 1 to 200 characters."), field="cause")
    asked = {outgoing.cause: outgoing for outgoing in reversed(batch)}
    before = _rows_by_cause(asked)
    new = [outgoing for cause, outgoing in asked.items() if cause not in before]
    if not new:
        return [before[outgoing.cause] for outgoing in batch]
    rows = _rows(new)
    written = insert_rows(Communication, rows)
    made = [row for row in rows if row.pk in written]
    # Somebody else asked for the same at the same moment: theirs is the message.
    elsewhere = _rows_by_cause(row.cause for row in rows if row.pk not in written)
    kept = before | elsewhere | {row.cause: row for row in made}
    _record(made)
    return [kept[outgoing.cause] for outgoing in batch]


def _rows(new: Sequence[Outgoing]) -> list[Communication]:
    wordings, blanks = Wordings.of(new), dict[UUID, Communication]()
    known = known_about([outgoing.recipient for outgoing in new], now())
    rows = []
    for outgoing in new:
        version = wordings.version_for(outgoing)
        if version.pk not in blanks:
            blanks[version.pk] = _blank(version)
        rows.append(_row(outgoing, version, blanks[version.pk], known))
    return rows


def _rows_by_cause(causes: Iterable[str]) -> dict[str, Communication]:
    return {row.cause: row for row in Communication.objects.filter(cause__in=list(causes))}


def _record(made: list[Communication]) -> None:
    if made:
        stopped = sum(row.state != MessageState.QUEUED for row in made)
        record(MessagesQueued(batch_id=made[0].pk, number=len(made), skipped=stopped))


@dataclass(frozen=True, slots=True)
class Wordings:
    """The versions that a batch is written with."""

    templates: Mapping[str, Template]
    published: Mapping[tuple[UUID, str], TemplateVersion]
    pinned: Mapping[UUID, TemplateVersion]

    @classmethod
    def of(cls, batch: Sequence[Outgoing]) -> "Wordings":
        keys = {outgoing.template_key for outgoing in batch if outgoing.version_id is None}
        templates = {template.key: template for template in Template.objects.filter(key__in=keys)}
        by_id = {template.pk: template for template in templates.values()}
        published = {}
        for version in versions_of(by_id):
            version.template = by_id[version.template_id]
            published[version.template_id, version.locale] = version
        ids = {outgoing.version_id for outgoing in batch if outgoing.version_id is not None}
        pinned = TemplateVersion.objects.filter(pk__in=ids).select_related("template") if ids else []
        return cls(templates, published, {version.pk: version for version in pinned})

    def version_for(self, outgoing: Outgoing) -> TemplateVersion:
        """Exactly in the recipient's language, else in its parent language, else in the template's default."""
        if outgoing.version_id is not None:
            pinned = self.pinned.get(outgoing.version_id)
            if pinned is None:
                raise TemplateNotFound
            if not pinned.is_published:
                raise NothingPublished
            return pinned
        template = self.templates.get(outgoing.template_key)
        if template is None:
            raise TemplateNotFound
        locale = outgoing.recipient.locale.replace("_", "-")
        for wanted in (locale, locale.partition("-")[0].lower(), template.default_locale):
            if version := self.published.get((template.pk, wanted)):
                return version
        raise NothingPublished


def _blank(version: TemplateVersion) -> Communication:
    """What the messages of one wording have in common."""
    template = version.template
    return Communication(
        channel=template.channel, message_class=template.message_class, template=template, version=version,
        locale=version.locale, created_at=now(),
    )  # fmt: skip


def _row(outgoing: Outgoing, version: TemplateVersion, blank: Communication, known: Known) -> Communication:
    recipient, wanted_at = outgoing.recipient, max(outgoing.due_at or now(), now())
    row = another(blank)
    row.id, row.cause = new_id(), outgoing.cause
    row.recipient = recipient.address_for(row.channel)[:254]
    row.recipient_key, row.recipient_name = recipient.key_for(row.channel)[:254], recipient.name[:201]
    row.timezone = recipient.timezone[:64]
    row.contact_id, row.lead_id = recipient.contact_id, recipient.lead_id
    row.wanted_at = row.due_at = wanted_at
    decided = verdict(recipient, row.channel, row.message_class, wanted_at, known)
    decided = patiently(decided, row.message_class, wanted_at, wanted_at)
    if isinstance(decided, Skip):
        row.state, row.reason = MessageState.SKIPPED, decided.reason
    elif isinstance(decided, Defer):
        row.due_at, row.reason = decided.until, decided.reason
    try:
        _ensure_address(row)
        _write(row, version, outgoing, known)
    except UnknownPlaceholder:
        raise
    except Invalid as error:
        # A fault of this one recipient's address or name; a gate that was closed anyway is the better reason.
        if row.state != MessageState.SKIPPED:
            row.state, row.reason = MessageState.FAILED, error.code
    return row


def _ensure_address(row: Communication) -> None:
    if row.channel == MessageChannel.EMAIL:
        checked_email(row.recipient)
    elif row.channel == MessageChannel.SMS:
        checked_phone(row.recipient)


def _write(row: Communication, version: TemplateVersion, outgoing: Outgoing, known: Known) -> None:
    """Fill in the text; what is secret is sealed until it has left, and readable in test mode only."""
    values = {**_own_values(row, outgoing.recipient, known), **outgoing.values}
    hides = bool(outgoing.secrets) and current_scope().tenant.mode == Mode.LIVE
    shown = dict.fromkeys(outgoing.secrets, SECRET) if hides else outgoing.secrets
    rendered = _rendered(version, {**values, **shown})
    row.subject, row.content = rendered.subject, rendered.content
    # Without what is secret: it is kept readable.
    for name, text in filled_extras(version.template.channel, version.extras, values).items():
        setattr(row, name, text)
    if hides and row.state == MessageState.QUEUED:
        whole = _rendered(version, {**values, **outgoing.secrets})
        row.wrapped_key = new_wrapped_key()
        row.sealed = seal(row.wrapped_key, json.dumps([whole.subject, whole.content]), context=f"message:{row.pk}")


def _rendered(version: TemplateVersion, values: Mapping[str, str]) -> Rendered:
    template = version.template
    return render(
        channel=template.channel, message_class=template.message_class, subject=version.subject, body=version.body,
        values=values,
    )  # fmt: skip


def _own_values(row: Communication, recipient: Recipient, known: Known) -> dict[str, str]:
    """What every template may say without being told."""
    token, base = token_for(current_scope().tenant, row.pk), known.rules.settings.link_base
    return {
        "name": recipient.name, "first_name": recipient.name.partition(" ")[0], "email": recipient.email,
        "phone": recipient.phone, "organisation": known.rules.organisation.name,
        "unsubscribe_url": link_to(UNSUBSCRIBE, token, base), "preferences_url": link_to(PREFERENCES, token, base),
    }  # fmt: skip
