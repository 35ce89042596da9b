"""No scope, no query; no row across tenants: for every model that exists, and for those to come."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from crm.campaigns.models import Listing, ListingEntry
from crm.contacts.models import Contact, Customer
from crm.kernel.ids import new_id
from crm.kernel.tenancy import ForeignRow, NestedScope, NoScope, ScopedManager, TenantModel
from tests.builders import a_customer
from tests.cast import Cast, World

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("crm.", "loyalty.", "backoffice.", "selfservice.")

# Tables of ours that are no tenant rows, with the reason.
PLUMBING = {
    "organisations.Organisation": "it is the tenant",
    "organisations.User": "signs in before a place is chosen, and may work for several organisations",
    "organisations.Staff": "a place in an organisation, valid in both modes; read before a scope opens",
    "organisations.ApiKey": "read to find out which scope to open",
    "organisations.Session": "read to find out which scope to open, for staff and members alike",
    "kernel.Counter": "counts callers and guesses before any scope is open, and forgets them soon",
    "web.StoredAnswer": "an Idempotency-Key is claimed in the transaction of its effect, by caller",
    "kernel.Event": "the relay claims deliveries of all tenants; staff read it through events_of_scope()",
    "kernel.Processed": "a consumer's receipt, claimed together with the event",
    "kernel.QueuedTask": "the relay claims tasks of all tenants; staff read it through tasks_of_scope()",
    "kernel.JobRun": "a job goes through all tenants",
}
# The only places that may open a scope (design §5), with the reason.
ENTRANCES = {
    "crm/web/viewset.py": "the viewset base",
    "crm/web/streaming.py": "opens a request's own scope again, for what is made after it",
    "crm/kernel/entrances.py": "scope_for(), used by the task base and the command base",
    "backoffice/admin/site.py": "the admin site",
}
USERS_OF_SCOPE_FOR = {
    "crm/kernel/tasks.py": "the task base",
    "crm/kernel/jobs.py": "the task base, for jobs",
    "crm/kernel/commands.py": "the command base",
    "selfservice/portal/links.py": "a link in a message names its tenant",
    "crm/web/streams/hub.py": "streams go on when the request that opened them is over",
}
# The only modules with SQL of their own, with the reason.
RAW_SQL = {
    "crm/kernel/": "the kernel knows PostgreSQL",
    "crm/organisations/selectors.py": "the read that every request begins with",
    "crm/contacts/selectors.py": "the read that every member's request begins with",
    "crm/feedback/selectors/requests.py": "whose a link is, which names no tenant",
    "crm/messaging/selectors/platform.py": "where anything is due, and whose a message is, of all tenants",
    "crm/messaging/services/notices.py": "numbers of the open scope, in an order that the ORM cannot say",
    "crm/messaging/selectors/notices.py": "what arrived for each of many people, of the open scope",
    "crm/imports/services/planning.py": "where a chunk's keys came up earlier in its file, of the open scope",
    "crm/reports/selectors/order_days.py": "where days are to be counted anew, asked of all tenants at once",
    "crm/web/health.py": "asks whether the database answers at all",
    "config/postgres.py": "makes the embedded server's database",
}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith(OURS)]


def tenant_models() -> list[Any]:
    return [model for model in our_models() if issubclass(model, TenantModel)]


def product_files() -> list[Path]:
    folders = ("config", "crm", "loyalty", "backoffice", "selfservice")
    return [
        file
        for folder in folders
        for file in sorted((PROJECT / folder).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def calls_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {func.id if isinstance(func, ast.Name) else getattr(func, "attr", "") for func in called}


def test_every_model_is_a_tenant_row_or_listed_with_a_reason() -> None:
    others = {model._meta.label for model in our_models() if not issubclass(model, TenantModel)}
    assert others == set(PLUMBING)


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_every_manager_of_a_tenant_row_raises_without_a_scope(model: Any) -> None:
    assert isinstance(model._base_manager, ScopedManager)
    assert isinstance(model._default_manager, ScopedManager)
    assert all(isinstance(manager, ScopedManager) for manager in model._meta.managers)
    with pytest.raises(NoScope):
        model.objects.all()


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_the_database_itself_keeps_tenants_apart(db: Any, model: Any) -> None:
    """Each relation between tenant rows is a composite key; each table has the unique that such keys refer to."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
        cursor.execute(
            "SELECT array_agg(a.attname::text ORDER BY k.n)"
            " FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k(col, n)"
            " JOIN pg_attribute a ON a.attnum = k.col"
            " WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND a.attrelid = c.conrelid GROUP BY c.oid",
            [model._meta.db_table],
        )
        foreign_keys = [tuple(row[0]) for row in cursor.fetchall()]
    tenant = ["organisation_id", "mode"]
    uniques = [constraint["columns"] for constraint in constraints.values() if constraint["unique"]]
    assert [*tenant, model._meta.pk.column] in uniques
    relations = [
        f for f in model._meta.local_fields if f.remote_field and issubclass(f.remote_field.model, TenantModel)
    ]
    for relation in relations:
        assert (*tenant, relation.column) in foreign_keys, f"{relation} has no composite key"
        assert (relation.column,) not in foreign_keys, f"{relation} also has a plain key that crosses tenants"


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_every_index_begins_with_the_tenant(db: Any, model: Any) -> None:
    # The search index bears the tenant inside each word; that of the custom fields is one for all tenants, and what it
    # finds is narrowed in the same statement.
    exempt = {"search", "custom_fields"}
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    for name, constraint in constraints.items():
        if constraint["primary_key"] or not (constraint["index"] or constraint["unique"]):
            continue
        columns = [column for column in constraint["columns"] if column]
        plain_relation = len(columns) == 1 and columns[0] in {"assigned_to_id"}  # staff are no tenant rows
        assert columns[:2] == ["organisation_id", "mode"] or set(columns) <= exempt or plain_relation, name


OPERATIONS: dict[str, Any] = {
    "all": lambda: list(Contact.objects.all()),
    "exists": lambda: Contact.objects.exists(),
    "count": lambda: Contact.objects.count(),
    "first": lambda: Contact.objects.first(),
    "get": lambda: Contact.objects.get(pk=new_id()),
    "in_bulk": lambda: Contact.objects.in_bulk(),
    "aggregate": lambda: Contact.objects.aggregate(n=models.Count("pk")),
    "values": lambda: list(Contact.objects.values("pk")),
    "update": lambda: Contact.objects.update(name="x"),
    "delete": lambda: Contact.objects.filter(name="x").delete(),
    "create": lambda: Contact.objects.create(name="x"),
    "bulk_create": lambda: Contact.objects.bulk_create([Contact(name="x")]),
    "raw base manager": lambda: Contact._base_manager.exists(),
    "save": lambda: Contact(name="x").save(),
    "iterator": lambda: list(Contact.objects.iterator()),
    "explain": lambda: Contact.objects.explain(),
    "union": lambda: list(Contact.objects.all().union(Contact.objects.all())),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_nothing_is_read_or_written_outside_a_scope(db: Any, operation: Any) -> None:
    with pytest.raises(NoScope):
        operation()


def test_related_rows_are_not_read_outside_a_scope(acme: World) -> None:
    contact_id = a_customer(acme)
    with acme.scope():
        customer = Customer.objects.get(pk=contact_id)
    with pytest.raises(NoScope):
        _ = customer.contact
    with pytest.raises(NoScope):
        customer.refresh_from_db()
    with acme.scope():
        contact = customer.contact
    with pytest.raises(NoScope):
        contact.listing_entries.exists()


def test_a_queryset_is_good_only_in_the_scope_it_was_built_in(cast: Cast) -> None:
    a_customer(cast.acme)
    with cast.acme.scope():
        queryset = Contact.objects.all()
        used_inside = Contact.objects.all()
        assert len(used_inside) == 1
    for use in (list, lambda q: q.count(), lambda q: q.exists(), lambda q: q.update(name="x"), lambda q: q.delete(),
                lambda q: q.aggregate(n=models.Count("pk")), lambda q: list(q.iterator())):  # fmt: skip
        with pytest.raises(NoScope):
            use(queryset)
        with cast.rival.scope(), pytest.raises(ForeignRow):
            use(queryset)
        with cast.rehearsal.scope(), pytest.raises(ForeignRow):
            use(queryset)


def test_a_foreign_queryset_cannot_hide_in_a_subquery(cast: Cast) -> None:
    with cast.acme.scope():
        foreign = Contact.objects.values("pk")
    with cast.rival.scope(), pytest.raises(ForeignRow):
        list(Customer.objects.filter(pk__in=foreign))


def test_a_row_of_another_tenant_cannot_be_written(cast: Cast) -> None:
    contact_id = a_customer(cast.acme)
    with cast.acme.scope():
        contact = Contact.objects.get(pk=contact_id)
    with cast.rival.scope():
        for write in (contact.save, contact.delete, lambda: Contact.objects.bulk_create([contact])):
            with pytest.raises(ForeignRow):
                write()
        with pytest.raises(ForeignRow):
            Contact(organisation_id=cast.acme.organisation.id, name="x").save()
        with pytest.raises(ForeignRow):
            Contact.objects.update(organisation=cast.acme.organisation)


@pytest.mark.parametrize("other", ["rival", "rehearsal"])
def test_a_key_across_tenants_is_refused_by_the_database(cast: Cast, other: str) -> None:
    """Past every wall in Python, the composite key still stands."""
    contact_id = a_customer(cast.acme)
    stranger: World = getattr(cast, other)
    with stranger.scope(), transaction.atomic():
        ListingEntry.objects.create(listing=stranger.listing, contact_id=contact_id, created_at="2024-01-01T00:00:00Z")
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_scopes_do_not_nest(acme: World) -> None:
    with acme.scope(), pytest.raises(NestedScope), acme.scope():
        pass


def test_rows_of_one_mode_are_not_those_of_the_other(cast: Cast) -> None:
    with cast.rehearsal.scope():
        assert Listing.objects.get() == cast.rehearsal.listing


@pytest.mark.parametrize(("function", "places"), [("open_scope", ENTRANCES), ("scope_for", USERS_OF_SCOPE_FOR)])
def test_scopes_are_opened_in_the_listed_places_only(function: str, places: dict[str, str]) -> None:
    found = {str(file.relative_to(PROJECT)) for file in product_files() if function in calls_in(file)}
    assert found == set(places)


def test_sql_is_written_in_the_listed_modules_only() -> None:
    def writes_sql(file: Path) -> bool:
        return bool(calls_in(file) & {"cursor", "execute", "RawSQL", "raw", "extra"})

    found = {str(file.relative_to(PROJECT)) for file in product_files() if writes_sql(file)}
    assert {name for name in found if not name.startswith(tuple(RAW_SQL))} == set()
    unused = {start for start in RAW_SQL if not any(name.startswith(start) for name in found)}
    assert unused == set(), "listed, but no SQL is left there"
