"""Every filter and search at 100,000 rows: it uses an index, and it finds exactly what a plain scan in Python finds."""

import random
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from itertools import islice, takewhile
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.v1.customers import CustomerFilters, CustomerViewSet
from crm.campaigns.models import ListingEntry
from crm.campaigns.selectors import entries_matching
from crm.contacts.selectors import contacts, customers
from crm.kernel.lookups import found_by
from tests.cast import World
from tests.large import Someone

pytestmark = [pytest.mark.django_db, pytest.mark.large, pytest.mark.xdist_group("scale")]

QUERIES = 1_000
BIG_TABLES = (
    "contacts_contact", "contacts_customer", "members_member", "tiers_membertier", "campaigns_listingentry",
    "orders_order", "orders_orderline",
)  # fmt: skip

Crowd = tuple[World, list[Someone]]


def plan_of(call: Any) -> str:
    """The plans of the statements that read the crowd for one answer; counting is remembered and aside."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code == 200, answer.content
    statements = [query["sql"] for query in captured if any(table in query["sql"] for table in BIG_TABLES)]
    plans = []
    with connection.cursor() as cursor:
        for statement in statements:
            if not statement.startswith("SELECT COUNT(*)"):
                cursor.execute(f"EXPLAIN {statement}")
                plans += [row[0] for row in cursor.fetchall()]
    assert plans, "nothing of the crowd was read"
    return "\n".join(plans)


def scanned_whole(plan: str) -> set[str]:
    return {table for table in BIG_TABLES if f"Seq Scan on {table}" in plan}


# A request for each filter, sort and search of S0's list, and the index that must answer it. A new one fails below.
# Where a share of the people is known from statistics, walking in the order asked for is as good: both are named.
V1_LISTS: dict[str, tuple[dict[str, str], str]] = {
    "": ({}, "customer_latest"),
    "tier": ({"filter[tier]": "platinum"}, "member_tier_holders|customer_latest"),
    "status": ({"filter[status]": "inactive"}, "customer_by_status|customer_latest"),
    "email": ({"filter[email]": "{email}"}, "contact_by_email"),
    "phone": ({"filter[phone]": "{phone}"}, "contact_by_phone"),
    "search": ({"search": "zimmerm"}, "contact_search"),
    "search by a common word": ({"search": "example"}, "customer_latest"),
    "search by e-mail": ({"search": "{email}"}, "contact_search"),
    "search by phone": ({"search": "{phone}"}, "contact_search"),
    "date_from": ({"date_from": "{day}", "date_to": "{day}"}, "customer_latest"),
    "date_to": ({"date_to": "{day}"}, "customer_latest"),
    "sort created_at": ({"sort": "created_at:asc"}, "customer_latest"),
    "sort updated_at": ({"sort": "updated_at:desc"}, "customer_last_changed"),
    "sort name": ({"sort": "name:asc"}, "contact_by_name"),
    "sort email": ({"sort": "email:desc"}, "contact_by_email"),
    "sort status": ({"sort": "status:asc"}, "customer_by_status"),
}


def of(someone: Someone, text: str) -> str:
    return text.format(email=someone.email, phone=someone.phone, day=someone.created_at.date())


def with_phone(everybody: list[Someone]) -> Someone:
    return next(someone for someone in everybody if someone.phone)


@pytest.mark.parametrize(("parameters", "index"), V1_LISTS.values(), ids=V1_LISTS.keys())
def test_every_list_of_s0_uses_its_index(crowd: Crowd, parameters: dict[str, str], index: str) -> None:
    acme, everybody = crowd
    asked = {name: of(with_phone(everybody), value) for name, value in parameters.items()}
    plan = plan_of(lambda: acme.api.get("/v1/customers", **asked))
    assert re.search(index, plan), plan
    # To see that a word is common, its first twenty thousand people are read, in whatever order they lie.
    bounded = {"contacts_contact"} if parameters.get("search") == "example" else set()
    assert scanned_whole(plan) <= bounded, plan


def test_no_filter_or_sort_of_s0_lacks_its_line_above() -> None:
    offered = set(CustomerFilters.base_filters) | {f"sort {name}" for name in CustomerViewSet.sort_fields}
    assert offered <= set(V1_LISTS)


# The last column: joined with that many people, PostgreSQL may rightly read the listing's entries in one go.
LOOK_UPS = {
    "id": ("id={entry}", "campaigns_listingentry_pkey", set()),
    "first_name": ("first_name=zuz", "contact_search", {"campaigns_listingentry"}),
    "last_name": ("last_name=zimm", "contact_search", {"campaigns_listingentry"}),
    "name": ("name=zuzana+zimm", "contact_search", {"campaigns_listingentry"}),
    "email": ("email={email}", "contact_by_email", set()),
    "phone": ("phone={phone}", "contact_by_phone", set()),
}


@pytest.mark.parametrize(("query", "index", "may_scan"), LOOK_UPS.values(), ids=LOOK_UPS.keys())
def test_every_look_up_of_s3_uses_its_index(crowd: Crowd, query: str, index: str, may_scan: set[str]) -> None:
    acme, everybody = crowd
    someone = with_phone(everybody[::3])
    with acme.scope():
        entry = ListingEntry.objects.get(contact_id=someone.id).pk
    asked = query.format(entry=entry, email=someone.email, phone=someone.phone.removeprefix("+"))
    plan = plan_of(lambda: acme.api.client.get(f"/crm/{acme.listing.id}?{asked}"))
    assert index in plan, plan
    assert scanned_whole(plan) <= may_scan, plan


# The truth, told as plainly as where-they-meet.md tells it.


def folded(text: str) -> str:
    letters = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"}
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letters.get(c, c) for c in plain if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


class Scan:
    """The crowd as sorted lists of `(word, who)`; what begins with a prefix stands side by side in such a list."""

    def __init__(self, everybody: list[Someone]) -> None:
        texts = ((s.id, f"{s.name} {s.company_name} {s.email} {s.phone}") for s in everybody)
        self.words = sorted({(word, id_) for id_, text in texts for word in words(text)})
        self.emails = sorted((folded(s.email), s.id) for s in everybody)
        self.phones = sorted({(digits, s.id) for s in everybody for digits in self._digits(s.phone)})

    @staticmethod
    def _digits(phone: str) -> set[str]:
        """With and without the country's code; the crowd has three of them."""
        digits = phone.removeprefix("+")
        return {digits, *(digits.removeprefix(code) for code in ("357", "49", "1") if digits.startswith(code))} - {""}

    @staticmethod
    def _beginning(pairs: list[tuple[str, Any]], prefix: str) -> set[Any]:
        start = bisect_left(pairs, prefix, key=lambda pair: pair[0])
        return {id_ for word, id_ in takewhile(lambda pair: pair[0].startswith(prefix), islice(pairs, start, None))}

    def search(self, text: str) -> set[Any]:
        digits = re.sub(r"\D", "", text)
        if re.fullmatch(r"[0-9+().\-/\s]+", text) and len(digits) >= 4:
            return self._beginning(self.phones, digits)
        found = [self._beginning(self.emails, folded(part)) for part in text.split() if "@" in part]
        for part in text.split():
            if "@" not in part:
                found += [self._beginning(self.words, word) for word in words(part)]
        return set.intersection(*found) if found else set()


def random_search(dice: random.Random, everybody: list[Someone]) -> str:
    someone, other = dice.choice(everybody), dice.choice(everybody)
    first, last, phone = someone.first_name, someone.last_name, someone.phone or "+35799"
    return dice.choice(  # type: ignore[no-any-return]
        (
            lambda: last[: dice.randint(3, 8)],
            lambda: f"{last[:3].upper()} {first[:4]}",
            lambda: someone.email[: dice.randint(3, len(someone.email))],
            lambda: phone[: dice.randint(6, 12)],
            lambda: phone[4:].replace("1", "1 ").replace("5", "-5")[: dice.randint(5, 9)],
            lambda: f"{someone.company_name} {first[:3]}",
            lambda: "".join(dice.choice("abcdefghij@ .-_'\\&|!:*()") for _ in range(dice.randint(1, 6))),
            lambda: f"{folded(first)} {other.last_name}",
            lambda: f"{someone.email.split('@')[0]} {last}",
        )
    )()


def test_search_finds_what_a_plain_scan_finds(crowd: Crowd) -> None:
    acme, everybody = crowd
    scan, dice = Scan(everybody), random.Random(11)
    kinds: Counter[bool] = Counter()
    with acme.scope():
        for number in range(QUERIES):
            text = random_search(dice, everybody)
            if not text.strip():
                continue
            found = set(found_by(contacts(), text).values_list("pk", flat=True))
            assert found == scan.search(text), f"query {number}: {text!r}"
            kinds[bool(found)] += 1
    assert kinds[True] > QUERIES // 2
    assert kinds[False] > 20


def test_filters_find_what_a_plain_scan_finds(crowd: Crowd) -> None:
    acme, everybody = crowd
    dice = random.Random(13)
    reads = {"active": "active", "inactive": "inactive", "blocked": "inactive"}
    with acme.scope():
        for _ in range(60):
            someone = dice.choice(everybody)
            day = someone.created_at.date().isoformat()
            asked = {"tier": someone.tier, "status": reads[someone.status], "date_from": day, "date_to": day}
            kept = {
                name: value for name, value in asked.items() if name in {"date_from", "date_to"} or dice.random() < 0.6
            }
            found = set(CustomerFilters(data=kept, queryset=customers()).qs.values_list("pk", flat=True))
            assert found == {
                other.id for other in everybody
                if other.created_at.date() == someone.created_at.date()
                and kept.get("tier", other.tier) == other.tier
                and kept.get("status", reads[other.status]) == reads[other.status]
            }  # fmt: skip


def test_a_listing_finds_names_by_their_own_part_only(crowd: Crowd) -> None:
    acme, everybody = crowd
    listed, dice = [(s.id, words(s.first_name)) for s in everybody[::3]], random.Random(17)
    with acme.scope():
        for _ in range(100):
            prefix = dice.choice(everybody).first_name[: dice.randint(2, 5)]
            found = set(entries_matching(acme.listing, first_name=prefix).values_list("contact_id", flat=True))
            expected = {id_ for id_, own in listed if any(word.startswith(folded(prefix)) for word in own)}
            assert found == expected, prefix
