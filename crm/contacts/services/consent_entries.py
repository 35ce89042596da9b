"""The one place where it is set what may be sent to somebody, and where that is written down for good.

Whoever writes a contact sets these fields through `set_consents`, which remembers what it changed, and keeps the
entries when the row is saved, in the same transaction: `save_person` does, and imports do for a whole chunk at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from crm.contacts.errors import NotAccepted
from crm.contacts.events import ConsentChanged
from crm.contacts.models import ConsentCause, ConsentEntry, ConsentState, ConsentTopic, Contact
from crm.kernel.changes import apply_changes
from crm.kernel.clock import now
from crm.kernel.events import record_all
from crm.kernel.tenancy import current_scope

TOPICS = frozenset(ConsentTopic.values)
Decided = Mapping[str, tuple[Any, Any]]


def ensure_withdrawable(contact: Contact, values: Mapping[str, Any]) -> None:
    """Only who has accepted can withdraw (s2 §B6). Raises NotAccepted."""
    accepted = {ConsentState.ACCEPTED, ConsentState.WITHDRAWN}
    if values.get("consent_state") == ConsentState.WITHDRAWN and contact.consent_state not in accepted:
        raise NotAccepted


def set_consents(contact: Contact, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set those of `values` that say what may be sent, unsaved; returns what changed."""
    changes = apply_changes(contact, {topic: value for topic, value in values.items() if topic in TOPICS})
    if changes:
        earlier = contact.decided or {}
        first = {topic: (earlier.get(topic, change)[0], change[1]) for topic, change in changes.items()}
        contact.decided = {**earlier, **first}
    return changes


def keep_decided(contacts: Iterable[Contact], *, cause: str = ConsentCause.WRITTEN, wording: str = "") -> None:
    """Write down what was decided about these contacts since they were read; two statements, however many they are."""
    decided: dict[UUID, Decided] = {}
    for contact in contacts:
        if contact.decided:
            decided[contact.pk] = contact.decided
            contact.decided = None
    _keep(decided, cause, wording)


def consents_of(contact_id: UUID) -> dict[str, Any]:
    """How it stands with a contact now: for who writes the row past its services, as taking a merge apart does."""
    stands: dict[str, Any] = Contact.objects.values(*ConsentTopic.values).get(pk=contact_id)
    return stands


def keep_differences(contact_id: UUID, stood: Mapping[str, Any], *, cause: str) -> None:
    """Write down what has changed against what stood before."""
    stands = consents_of(contact_id)
    changes = {topic: (before, stands[topic]) for topic, before in stood.items() if stands[topic] != before}
    if changes:
        _keep({contact_id: changes}, cause)


def _keep(decided: Mapping[UUID, Decided], cause: str, wording: str = "") -> None:
    if not decided:
        return
    entries = list(_entries(decided, cause, wording))
    ConsentEntry.objects.bulk_create(entries)
    record_all([
        ConsentChanged(
            contact_id=entry.contact_id, consent_entry_id=entry.pk, topic=entry.topic, before=entry.before,
            after=entry.after,
        ) for entry in entries
    ])  # fmt: skip


def _entries(decided: Mapping[UUID, Decided], cause: str, wording: str) -> Iterator[ConsentEntry]:
    scope = current_scope()
    for contact_id, changes in decided.items():
        for topic, (before, after) in changes.items():
            yield ConsentEntry(
                contact_id=contact_id, topic=topic, before=_word(before), after=_word(after), cause=cause,
                wording=wording, decided_at=now(), actor_kind=scope.actor.kind, actor_id=scope.actor.id,
                surface=scope.via.surface, address=scope.via.address, agent=scope.via.agent,
            )  # fmt: skip


def _word(value: Any) -> str:
    return str({True: "yes", False: "no"}.get(value, value))
