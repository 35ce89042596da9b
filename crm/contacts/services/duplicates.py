"""People who are there twice: what is compared of them, and the search for them (crm/kernel/merging/finding.py)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from crm.contacts.errors import ContactNotFound
from crm.contacts.events import PairDismissed
from crm.contacts.models import (
    Contact,
    Customer,
    DuplicatePair,
    FurtherAddress,
    Identity,
    IdentityDocument,
    MatchKey,
    Provider,
)
from crm.contacts.services.likeness import REVIEW, Likeness, likeness
from crm.kernel.events import record
from crm.kernel.merging.finding import Finder, dismissed
from crm.kernel.search import words_of
from crm.kernel.transactions import atomic

CHUNK = 2_000
CROWD = 50
NAMES = ("first_name", "last_name", "company_name", "date_of_birth", "email", "phone_key", "name")


@atomic
def scan_chunk(*, after: UUID | None = None) -> tuple[UUID | None, int]:
    """Look for duplicates of the next people by id; the last one's id, or None at the end, and how many they were."""
    return _finder().scan_chunk(after)


@atomic
def find_duplicates_of(*, contact_id: UUID) -> list[DuplicatePair]:
    """Look again for one person's duplicates, and give the open pairs. Raises ContactNotFound."""
    if not Contact.objects.filter(pk=contact_id, deleted_at=None).exists():
        raise ContactNotFound
    return _finder().open_pairs_of(contact_id)


@atomic
def dismiss_pair(*, pair_id: UUID) -> None:
    """They are two people: the pair is not shown again. Raises PairNotFound."""
    pair = dismissed(DuplicatePair, pair_id)
    record(PairDismissed(contact_id=pair.first_id, other_id=pair.second_id))


def _finder() -> Finder:
    return Finder(
        Contact, MatchKey, DuplicatePair, "contact", portraits=_likenesses, compare=likeness, least=REVIEW,
        chunk=CHUNK, crowd=CROWD,
    )  # fmt: skip


def _likenesses(ids: Iterable[UUID]) -> dict[UUID, Likeness]:
    """What is compared of these people, as far as they live; six statements."""
    wanted = list(ids)
    emails, phones, numbers = (defaultdict[UUID, set[str]](set) for _ in range(3))
    rows = Contact.objects.filter(pk__in=wanted, deleted_at=None).values("pk", *NAMES)
    for model in (FurtherAddress, Identity):
        channel = "channel" if model is FurtherAddress else "provider"
        for id_, kind, key in model.objects.filter(contact__in=wanted).values_list("contact_id", channel, "key"):
            (emails if kind == Provider.EMAIL else phones)[id_].add(key)
    for id_, kind, index in IdentityDocument.objects.filter(contact__in=wanted).values_list(
        "contact_id", "kind", "number_index"
    ):
        numbers[id_].add(f"{kind}:{index}")
    taxed = Customer.objects.filter(pk__in=wanted).exclude(tax_id="")
    for id_, tax_id in taxed.values_list("pk", "tax_id"):
        numbers[id_].add(f"tax:{''.join(words_of(tax_id))}")
    return {row["pk"]: _likeness(row, emails[row["pk"]], phones[row["pk"]], numbers[row["pk"]]) for row in rows}


def _likeness(row: dict[str, Any], emails: set[str], phones: set[str], numbers: set[str]) -> Likeness:
    return Likeness(
        row["first_name"], row["last_name"], row["company_name"], row["date_of_birth"],
        frozenset(emails | ({row["email"]} - {""})), frozenset(phones | ({row["phone_key"]} - {""})),
        frozenset(numbers),
    )  # fmt: skip
