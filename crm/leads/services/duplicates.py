"""Leads who are there twice: what is compared of them, and the search for them (crm/kernel/merging/finding.py)."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from crm.contacts.models import Provider
from crm.contacts.services.likeness import FULL, REVIEW, Likeness, likeness
from crm.kernel.events import record
from crm.kernel.merging.finding import Finder, dismissed
from crm.kernel.transactions import atomic
from crm.leads.errors import LeadNotFound
from crm.leads.events import LeadPairDismissed
from crm.leads.models import FurtherLeadAddress, Lead, LeadMatchKey, LeadPair

CHUNK = 2_000
CROWD = 50


@atomic
def scan_leads(*, after: UUID | None = None) -> tuple[UUID | None, int]:
    """Look for duplicates of the next leads by id; the last one's id, or None at the end, and how many they were."""
    return _finder().scan_chunk(after)


@atomic
def find_duplicates_of_lead(*, lead_id: UUID) -> list[LeadPair]:
    """Look again for one lead's duplicates, and give the open pairs. Raises LeadNotFound."""
    if not Lead.objects.filter(pk=lead_id, deleted_at=None).exists():
        raise LeadNotFound
    return _finder().open_pairs_of(lead_id)


@atomic
def dismiss_lead_pair(*, pair_id: UUID) -> None:
    """They are two: the pair is not shown again. Raises PairNotFound."""
    pair = dismissed(LeadPair, pair_id)
    record(LeadPairDismissed(lead_id=pair.first_id, other_id=pair.second_id))


def _finder() -> Finder:
    """Leads of one phone are as good as certainly one: staff look at the pair before anything is done."""
    return Finder(
        Lead, LeadMatchKey, LeadPair, "lead", portraits=_portraits, compare=partial(likeness, same_phone=FULL),
        least=REVIEW, chunk=CHUNK, crowd=CROWD,
    )  # fmt: skip


def _portraits(ids: Iterable[UUID]) -> dict[UUID, Likeness]:
    """What is compared of these leads, as far as they live; two statements."""
    wanted = list(ids)
    emails, phones = (defaultdict[UUID, set[str]](set) for _ in range(2))
    further = FurtherLeadAddress.objects.filter(lead__in=wanted).values_list("lead_id", "channel", "key")
    for id_, channel, key in further:
        (emails if channel == Provider.EMAIL else phones)[id_].add(key)
    rows = Lead.objects.filter(pk__in=wanted, deleted_at=None).values("pk", "name", "company", "email", "phone_key")
    return {row["pk"]: _portrait(row, emails[row["pk"]], phones[row["pk"]]) for row in rows}


def _portrait(row: Any, emails: set[str], phones: set[str]) -> Likeness:
    """A lead's name is one text: its first word counts as the first name."""
    first, _space, last = row["name"].strip().partition(" ")
    return Likeness(
        first, last, row["company"], None, frozenset(emails | {row["email"]}),
        frozenset(phones | ({row["phone_key"]} - {""})),
    )  # fmt: skip
