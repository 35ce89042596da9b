"""What apps register is there: columns of their kind, over relations to one row alone, for grants that exist."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import models

from crm.contacts.models import Contact
from crm.insights import registry
from crm.insights.registry import FieldKind, SegmentField
from crm.insights.rules import Known, asked_of, everybody, read_rule
from crm.kernel.actors import job_actor
from crm.organisations.roles import is_grant
from tests.cast import World

pytestmark = pytest.mark.django_db


def all_fields() -> list[tuple[Any, SegmentField]]:
    """Inside a scope: each with the model that its path begins at."""
    own = [(Contact, one) for one in registry.fields().values()]
    events = registry.events().values()
    return [*own, *((event.rows().model, one) for event in events for one in event.attributes.values())]


def column_at(model: Any, path: str) -> Any:
    """The field at the end of a path that leads over relations to one row alone. Raises AssertionError."""
    *relations, last = path.split("__")
    for name in relations:
        relation = model._meta.get_field(name)
        assert relation.one_to_one or relation.many_to_one, f"{path} leads to several rows"
        model = relation.related_model
    return model._meta.get_field(last)


KINDS: Mapping[FieldKind, tuple[type, ...]] = {
    FieldKind.TEXT: (models.CharField, models.TextField), FieldKind.MONEY: (models.DecimalField,),
    FieldKind.NUMBER: (models.IntegerField, models.DecimalField), FieldKind.YES_NO: (models.BooleanField,),
    FieldKind.DAY: (models.DateField,), FieldKind.MOMENT: (models.DateTimeField,),
    FieldKind.CHOICE: (models.CharField, models.UUIDField, models.ForeignKey),
}  # fmt: skip


def test_every_registered_field_leads_to_one_column_of_its_kind(acme: World) -> None:
    with acme.scope():
        for model, one in all_fields():
            column = column_at(model, one.path)
            assert isinstance(column, KINDS[one.kind]), f"{one.key}: {column}"
            assert one.kind is not FieldKind.DAY or not isinstance(column, models.DateTimeField), one.key


def test_every_registered_event_has_its_columns_and_every_grant_is_one(acme: World) -> None:
    with acme.scope():
        for event in registry.events().values():
            column_at(event.rows().model, event.contact)
            assert isinstance(column_at(event.rows().model, event.at), models.DateTimeField)
            assert is_grant(event.grant)
        assert all(is_grant(one.grant) for _model, one in all_fields())


def test_every_built_in_segment_can_be_read(acme: World) -> None:
    with acme.scope():
        known = Known()
        assert {"all", "new_customers", "gold_members"} <= known.built_ins.keys()
        for built_in in known.built_ins.values():
            list(asked_of(everybody(), read_rule(built_in.rule, known, editor=job_actor("test")), known)[:1])
