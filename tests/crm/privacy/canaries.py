"""Canaries: put into every text that may hold one, and looked for everywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from crm.kernel.privacy.fields import holds_text
from crm.kernel.privacy.holdings import HOLDINGS, Holding
from crm.kernel.privacy.person import Person
from tests.cast import World
from tests.crm.privacy.stage import CANARY

# Too short for a canary, and for anybody: codes of countries, languages, channels.
SHORTEST = len(CANARY)
# Filled in by hand, for what stands there is read by code; or by what they are recognised by.
OF_A_SHAPE = {
    "contacts.PushDevice.sealed_token", "contacts.PushDevice.wrapped_key", "contacts.ConsentEntry.address",
    "contacts.ConsentEntry.agent",
    "kernel.Event.payload", "kernel.Event.changes", "orders.Invoice.snapshot", "kernel.Counter.key",
    "contacts.IdentityDocument.sealed_number", "contacts.ContactKey.wrapped", "web.StoredAnswer.wrapped_key",
    "web.StoredAnswer.body", "web.StoredAnswer.principal", "web.StoredAnswer.route",
    "messaging.Communication.wrapped_key",
    "messaging.Communication.sealed", "contacts.DataExport.digest",
    "orders.PaymentMethod.sealed_number", "orders.PaymentMethod.sealed_token", "orders.PaymentMethod.wrapped_key",
    "approvals.ApprovalToken.digest", "files.StoredFile.sha256", "files.StoredFile.name",
    "files.StoredFile.record_kind", "organisations.Session.refresh_digest", "contacts.MergedRow.model",
    "leads.MergedLeadRow.model", "organisations.Session.address", "campaigns.ListingEntry.ip_address",
    "leads.Lead.email_key", "contacts.Contact.email_key", "contacts.Contact.phone_key", "leads.Lead.phone_key",
    "leads.WebFormEntry.email_key", "messaging.Communication.recipient_key", "messaging.Suppression.key",
    "contacts.Identity.value", "contacts.Identity.key", "contacts.FurtherAddress.value", "contacts.Contact.email",
    "contacts.Contact.phone", "leads.Lead.email", "leads.Lead.phone", "messaging.Suppression.address",
    "contacts.OnceCode.address", "contacts.SignInLink.email", "leads.FurtherLeadAddress.value",
    "insights.Health.parts", "feedback.FeedbackLink.key", "imports.ImportRow.keys", "contacts.Contact.words",
    "leads.Lead.words", "orders.Order.words", "messaging.Communication.content", "messaging.Communication.recipient",
    "leads.FollowUp.title",
}  # fmt: skip


def fill_with_canaries(person: Person) -> dict[str, int]:
    """Write a canary into every text of the person's rows that is not said to stay; how many rows each table has."""
    return {label: _filled(holding, person) for label, holding in HOLDINGS.items()}


def _filled(holding: Holding, person: Person) -> int:
    keys = list(holding.rows(person).values_list("pk", flat=True))
    for name in texts_that_go(holding):
        if f"{holding.label}.{name}" not in OF_A_SHAPE:
            column = holding.model._meta.get_field(name)
            for number, key in enumerate(keys):
                value = _canary(column, f"{CANARY}{number or ''}"[: getattr(column, "max_length", None)])
                holding.model.objects.filter(pk=key).update(**{name: value})
    return len(keys)


def texts_that_go(holding: Holding) -> Iterator[str]:
    for name, rule in holding.fields.items():
        column = holding.model._meta.get_field(name)
        is_roomy = getattr(column, "max_length", None) is None or column.max_length >= SHORTEST
        stays = not holding.goes and rule.afterwards is None
        if holds_text(column) and is_roomy and not stays and not column.primary_key:
            yield name


def _canary(column: Any, text: str) -> Any:
    if isinstance(column, ArrayField):
        return [text]
    return {"canary": text} if isinstance(column, models.JSONField) else text


def rows_that_tell(*words: str) -> dict[str, list[str]]:
    """Every row of every table of the database that has one of these words in it, by table, as text."""
    told: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t WHERE t::text ~* %s', ["|".join(words)])
            if rows := sorted(row[0] for row in cursor.fetchall()):
                told[table] = rows
    return told


def rows_of_world(told: dict[str, list[str]], world: World) -> dict[str, list[str]]:
    """Those of them that bear the organisation's id, in whichever mode."""
    id_ = str(world.organisation.pk)
    found = {table: [row for row in rows if id_ in row] for table, rows in told.items()}
    return {table: rows for table, rows in found.items() if rows}


def files_that_tell(folder: Path, *words: str) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if any(word.encode() in path.read_bytes() for word in words)]
