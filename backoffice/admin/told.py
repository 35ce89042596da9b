"""Events as people read them: who, to whom, what changed, in a fixed number of queries for a whole page of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.contacts.models import Contact
from crm.kernel.actors import ActorKind
from crm.kernel.models import Event
from crm.organisations.models import ApiKey, CustomField, Staff, User

SENTENCES = {
    "contact.created": gettext_lazy("Became known"),
    "contact.updated": gettext_lazy("Changed"),
    "contact.deleted": gettext_lazy("Deleted"),
    "customer.created": gettext_lazy("Became a customer"),
    "customers.loaded": gettext_lazy("Customers loaded"),
    "member.registered": gettext_lazy("Joined the programme"),
    "members.registered": gettext_lazy("Joined the programme, all of a batch"),
    "member.left": gettext_lazy("Left the programme"),
    "tier.changed": gettext_lazy("Tier changed"),
    "tier.defined": gettext_lazy("Tier defined"),
    "listing.opened": gettext_lazy("Listing opened"),
    "listing_entry.added": gettext_lazy("Added to a listing"),
    "listing_entry.ended": gettext_lazy("Taken out of a listing"),
    "identity.added": gettext_lazy("Way to sign in added"),
    "identity.removed": gettext_lazy("Way to sign in removed"),
    "document.kept": gettext_lazy("Document number kept"),
    "document.revealed": gettext_lazy("Document number shown"),
    "address.suppressed": gettext_lazy("Address suppressed"),
    "suppression.lifted": gettext_lazy("Suppression lifted"),
    "organisation.opened": gettext_lazy("Organisation opened"),
    "organisation.changed": gettext_lazy("Organisation changed"),
    "staff.added": gettext_lazy("Staff member added"),
    "staff.changed": gettext_lazy("Staff member changed"),
    "staff.signed_in": gettext_lazy("Signed in over an API"),
    "session.ended": gettext_lazy("Session ended"),
    "sign_in.unlocked": gettext_lazy("Lockout lifted"),
    "member.signed_in": gettext_lazy("Signed in"),
    "api_key.issued": gettext_lazy("API key issued"),
    "api_key.changed": gettext_lazy("API key changed"),
    "api_key.rotated": gettext_lazy("API key rotated"),
    "api_key.revoked": gettext_lazy("API key revoked"),
    "merchant.defined": gettext_lazy("Merchant defined"),
    "custom_field.defined": gettext_lazy("Custom field defined"),
    "custom_field.removed": gettext_lazy("Custom field removed"),
    "work.replayed": gettext_lazy("Dead letter brought back"),
    "job.started": gettext_lazy("Job started by hand"),
    "schedule.changed": gettext_lazy("Schedule changed"),
}


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One event, in words. `subject` and `link` are empty where the page is about that record anyway."""

    event: Event
    sentence: str
    who: str
    subject: str
    link: str
    changes: list[Change]


def told(events: Iterable[Event], *, with_subjects: bool = False) -> list[Told]:
    rows = list(events)
    who = actor_names(rows)
    subjects = _contact_names(rows) if with_subjects else {}
    labels = _custom_labels(rows)
    return [
        Told(
            event=row,
            sentence=sentence_of(row),
            who=who[row.actor_kind, row.actor_id],
            subject=subjects.get(row.subject_id, ""),
            link=reverse("admin:contacts_contact_change", args=[row.subject_id]) if row.subject_id in subjects else "",
            changes=_changes(row, labels),
        )
        for row in rows
    ]


def sentence_of(event: Event) -> str:
    return str(SENTENCES.get(event.name, event.name))


def actor_names(events: Iterable[Event]) -> dict[tuple[str, str], str]:
    """Who did it, by kind and id of the actor; at most one query for each kind."""
    names: dict[tuple[str, str], str] = {(e.actor_kind, e.actor_id): e.actor_id for e in events}
    ids: dict[str, list[str]] = {}
    for kind, id_ in names:
        ids.setdefault(kind, []).append(id_)
    for staff in _rows(Staff.objects.select_related("user"), ids.get(ActorKind.STAFF)):
        names[ActorKind.STAFF, str(staff.pk)] = str(staff)
    for key in _rows(ApiKey.objects.all(), ids.get(ActorKind.KEY)):
        names[ActorKind.KEY, str(key.pk)] = _("API key %(name)s") % {"name": key.name}
    for user in _rows(User.objects.all(), ids.get(ActorKind.OPERATOR)):
        names[ActorKind.OPERATOR, str(user.pk)] = str(user)
    return names


def _rows(queryset: Any, ids: list[str] | None) -> Any:
    return queryset.filter(pk__in=[id_ for id_ in ids if _is_uuid(id_)]) if ids else []


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _contact_names(events: Iterable[Event]) -> dict[str, str]:
    ids = [event.subject_id for event in events if event.subject_kind == "contact"]
    living = Contact.objects.filter(pk__in=ids, deleted_at=None).defer("words", "search") if ids else []
    return {str(contact.pk): str(contact) for contact in living}


def _custom_labels(events: Iterable[Event]) -> dict[str, str]:
    if not any("custom_fields" in event.changes for event in events):
        return {}
    return dict(CustomField.objects.values_list("key", "label"))


def _changes(event: Event, labels: dict[str, str]) -> list[Change]:
    changes: list[Change] = []
    for field, (before, after) in event.changes.items():
        if field == "custom_fields":
            old, new = before or {}, after or {}
            keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
            changes += [Change(labels.get(key, key), _shown(old.get(key)), _shown(new.get(key))) for key in keys]
        else:
            changes.append(Change(field.removesuffix("_id").replace("_", " "), _shown(before), _shown(after)))
    return changes


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value in (None, "", {}) else str(value)
