"""`manage.py load_purchases`: a file of purchases becomes customers and orders, once, whole."""

from collections import Counter
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from backoffice.demo import loading
from backoffice.demo.people import person
from backoffice.demo.purchases import SAMPLE, BadLines, read_purchases
from crm.contacts.models import Customer
from crm.orders.models import Order, Purchases
from loyalty.tiers.models import MemberTier
from tests.cast import World
from tests.crm.orders.shop import bought
from tests.dialects.traces import written

pytestmark = pytest.mark.django_db

LINES = """\
 00004 0001 19970101  2   29.33
 00004 0001 19970118  2   29.73

 00021 0002 19970101  3 5063.34
 00021 0002 19970101  3   63.34
 00050 0003 19980630  1    0.00
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "purchases.txt"
    path.write_text(LINES)
    return path


def load(file: Path, **options: Any) -> str:
    told = StringIO()
    call_command("load_purchases", str(file), stdout=told, stderr=StringIO(), **{"organisation": "acme", **options})
    return told.getvalue()


def customer(world: World, number: int) -> Customer:
    with world.scope():
        return Customer.objects.get(contact__email=person(number).email)


def test_a_file_becomes_customers_and_their_orders(acme: World, file: Path) -> None:
    assert "3 customers and 5 orders loaded; 0 orders were there already." in load(file)
    first, second, third = (customer(acme, number) for number in (1, 2, 3))
    assert bought(acme, first.pk) == (2, Decimal("59.06"))
    assert bought(acme, second.pk) == (2, Decimal("5126.68"))
    assert bought(acme, third.pk) == (1, 0)
    assert (first.created_at.date().isoformat(), third.created_at.date().isoformat()) == ("1997-01-01", "1998-06-30")
    with acme.scope():
        tiers = dict(MemberTier.objects.values_list("pk", "tier__slug"))
    assert [tiers[one.pk] for one in (first, second, third)] == ["bronze", "platinum", "bronze"]


def test_the_same_file_twice_loads_nothing_twice_and_a_longer_one_the_rest(acme: World, file: Path) -> None:
    load(file)
    before = written(acme)
    assert "0 customers and 0 orders loaded; 5 orders were there already." in load(file)
    assert written(acme) == before
    file.write_text(LINES + " 00004 0001 19980101  1   10.00\n 00060 0004 19980101  1   10.00\n")
    assert "1 customers and 2 orders loaded; 5 orders were there already." in load(file)


def test_modes_and_organisations_are_loaded_apart(acme: World, rehearsal: World, rival: World, file: Path) -> None:
    load(file, mode="test")
    load(file, organisation="rival")
    for world, number in ((acme, 0), (rehearsal, 5), (rival, 5)):
        with world.scope():
            assert Order.objects.count() == number


def test_a_run_that_was_stopped_is_carried_on(acme: World, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CUSTOMERS_AT_ONCE", 1)
    with acme.scope():
        steps = loading.load_purchases(read_purchases(file), loading.Loaded())
        next(steps)
        next(steps)
        steps.close()
        assert Order.objects.count() == 4
    assert "1 customers and 1 orders loaded; 4 orders were there already." in load(file)


BAD = {
    "00004 0001 19970101 2": "5 columns are expected, 4 found", "00004 0001 19970230 2 1.00": "not a day",
    "00004 0001 1997011 2 1.00": "not a day", "00004 0001 00010101 2 1.00": "not a day",
    "00004 0001 19970101 0 1.00": "not a number of CDs", "00004 0001 19970101 -1 1.00": "not a number of CDs",
    "00004 0001 19970101 99999999999 1.00": "not a number of CDs", "x 0001 19970101 1 1.00": "not a customer id",
    "00004 0001 19970101 1 1.001": "not an amount", "00004 0001 19970101 1 NaN": "not an amount",
    "00004 0001 19970101 1 -1.00": "not an amount", "00004 0001 19970101 1 1e99": "not an amount",
    "00004 0001 19970101 1 1.00 \0": "5 columns are expected, 6 found", "naïve": "5 columns are expected",
}  # fmt: skip


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_cannot_be_read_is_told_by_its_number(file: Path, line: str) -> None:
    file.write_text(f"{LINES}{line}\n00070 0007 19980101 1 10.00\n")
    with pytest.raises(BadLines) as refused:
        read_purchases(file)
    ((number, why),) = refused.value.lines
    assert number == 7
    assert BAD[line] in why


def test_nothing_is_loaded_of_a_file_with_a_bad_line(acme: World, file: Path) -> None:
    file.write_text(f"{LINES}bad\n00070 0007 19980101 1 10.00\n")
    before = written(acme)
    with pytest.raises(CommandError, match="line 7: 5 columns are expected, 1 found"):
        load(file)
    assert written(acme) == before


def test_what_is_not_there_is_told_in_a_sentence(acme: World, file: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no organisation called nobody"):
        load(file, organisation="nobody")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        load(tmp_path / "none.txt")
    file.write_text("bad\n" * 25)
    with pytest.raises(CommandError, match="… and 5 more"):
        load(file)


def test_the_whole_sample_is_what_ten_lines_of_script_say(acme: World) -> None:
    times, spent = Counter[str](), Counter[str]()
    for line in SAMPLE.read_text().splitlines():
        _master, sample, _day, _count, amount = line.split()
        times[sample] += 1
        spent[sample] += Decimal(amount)  # type: ignore[assignment]
    revenue = sum(spent.values(), Decimal(0))
    load(SAMPLE)
    with acme.scope():
        assert Customer.objects.count() == Purchases.objects.count() == len(times)
        assert Order.objects.count() == sum(times.values())
        assert Order.objects.aggregate(sum=Sum("total"))["sum"] == revenue
        assert Purchases.objects.aggregate(sum=Sum("spent"))["sum"] == revenue
        assert Purchases.objects.filter(number__gt=1).count() == sum(number > 1 for number in times.values())
        for tier, least, below in (("silver", 500, 2_000), ("gold", 2_000, 5_000), ("platinum", 5_000, 10**9)):
            reached = sum(least <= int(amount) < below for amount in spent.values())
            assert MemberTier.objects.filter(tier__slug=tier).count() == reached
