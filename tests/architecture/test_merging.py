"""Nobody's rows are forgotten when people or leads are merged: every relation to them has a rule (semantics §3.13)."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from crm.contacts.merging import PEOPLE, move
from crm.contacts.models import Contact, Customer
from crm.kernel.merging.rules import Rules
from crm.leads.merging import LEADS
from crm.leads.models import Lead, MergedLead
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier

NOUNS = {"people": PEOPLE, "leads": LEADS}
# What the test below complains of is not told again by those of its twins.
ALREADY = {noun: rules.relations_without_rule() for noun, rules in NOUNS.items()}
EVERY_RULE = [(noun, relation) for noun, rules in NOUNS.items() for relation in sorted(rules.all())]


@pytest.fixture
def throw_away() -> Any:
    """Make models for one test that leave no trace among the apps."""
    made: list[str] = ["throwaway_somebodies"]

    def make(name: str, **fields: Any) -> Any:
        made.append(name.lower())
        return type(name, (models.Model,), {**fields, "__module__": __name__, "Meta": type("Meta", (), {
            "app_label": "campaigns"})})  # fmt: skip

    yield make
    for name in made:
        apps.all_models["campaigns"].pop(name, None)
    apps.clear_cache()


@pytest.mark.parametrize("rules", NOUNS.values(), ids=NOUNS)
def test_every_relation_has_a_rule(rules: Rules) -> None:
    assert rules.relations_without_rule() == []


@pytest.mark.parametrize("rules", NOUNS.values(), ids=NOUNS)
def test_no_rule_speaks_of_what_is_gone(rules: Rules) -> None:
    gone = [name for name in rules.all() if name not in rules.relations()]
    assert gone == []


def noticed(noun: str = "people") -> list[str]:
    return [relation for relation in NOUNS[noun].relations_without_rule() if relation not in ALREADY[noun]]


def test_whoever_shares_the_key_of_a_contact_is_a_person() -> None:
    assert {Contact, Customer, Member, MemberTier} <= PEOPLE.models()
    assert {Lead, MergedLead} <= LEADS.models()


@pytest.mark.parametrize(
    ("noun", "target"),
    [("people", "contacts.Contact"), ("people", "contacts.Customer"), ("people", "members.Member"),
     ("people", "tiers.MemberTier"), ("leads", "leads.Lead"), ("leads", "leads.MergedLead")],
)  # fmt: skip
@pytest.mark.parametrize("kind", [models.ForeignKey, models.OneToOneField])
def test_a_new_relation_without_a_rule_is_noticed(throw_away: Any, kind: Any, noun: str, target: str) -> None:
    throw_away("Throwaway", somebody=kind(target, on_delete=models.PROTECT, related_name="+"))
    assert noticed(noun) == ["campaigns.Throwaway.somebody"]


@pytest.mark.parametrize(
    ("noun", "target", "through"), [("people", "contacts.Contact", "contact"), ("leads", "leads.Lead", "lead")]
)
def test_many_to_many_is_noticed(throw_away: Any, noun: str, target: str, through: str) -> None:
    throw_away("Throwaway", somebodies=models.ManyToManyField(target, related_name="+"))
    assert noticed(noun) == [f"campaigns.Throwaway_somebodies.{through}"]


@pytest.mark.parametrize(
    ("noun", "name"),
    [("people", "contact_id"), ("people", "customer_id"), ("people", "member_id"), ("people", "referred_contact_id"),
     ("people", "subject_id"), ("leads", "lead_id"), ("leads", "first_lead_id"), ("leads", "subject_id")],
)  # fmt: skip
@pytest.mark.parametrize("field", [models.UUIDField, models.CharField])
def test_a_plain_column_that_means_one_of_them_is_noticed(throw_away: Any, field: Any, noun: str, name: str) -> None:
    throw_away("Throwaway", **{name: field(max_length=40)})
    assert noticed(noun) == [f"campaigns.Throwaway.{name}"]


@pytest.mark.parametrize("noun", NOUNS)
def test_other_columns_need_no_rule(throw_away: Any, noun: str) -> None:
    throw_away("Throwaway", tier_id=models.UUIDField(), subject=models.CharField(max_length=9))
    assert noticed(noun) == []


@pytest.mark.parametrize(("noun", "relation"), EVERY_RULE)
def test_a_rule_that_goes_missing_is_noticed(monkeypatch: pytest.MonkeyPatch, noun: str, relation: str) -> None:
    fewer = {name: rule for name, rule in NOUNS[noun].all().items() if name != relation}
    monkeypatch.setattr(NOUNS[noun], "_rules", fewer)
    assert noticed(noun) == [relation]


@pytest.mark.parametrize(
    ("rules", "relation"), [(PEOPLE, "campaigns.ListingEntry.contact"), (LEADS, "leads.LeadInteraction.lead")]
)
def test_a_second_rule_for_one_relation_is_refused(rules: Rules, relation: str) -> None:
    with pytest.raises(ValueError, match="already"):
        rules.on_merge(relation, move)
