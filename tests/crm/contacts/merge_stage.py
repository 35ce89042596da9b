"""Two people who are one, with rows in every table that knows people; and all tables as they are."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from crm.campaigns.services import add_to_listing, open_listing
from crm.contacts.models import Contact
from crm.contacts.services import (
    add_identity,
    keep_document,
    merge_contacts,
    open_member_session,
    prefer_organisation,
    register_device,
    update_customer,
    write_company_profile,
)
from crm.kernel.tenancy import TenantModel
from crm.organisations.services import Device
from loyalty.tiers.services import set_tier
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import refund

# What a merge writes about itself, and what it does not put back.
OWN_TABLES = {"contacts.Merge", "contacts.MergedRow", "contacts.ConsentEntry", "reports.DailyTally"}


@dataclass(frozen=True)
class Pair:
    anna: UUID
    anja: UUID


def a_pair(world: World) -> Pair:
    """Anna has little, Anja has something in every table."""
    anna = a_customer(world, name="Anna", email="anna@example.com")
    anja = a_customer(world, name="Anja Muster", email="anja@example.com", phone="+35799123834", notes="likes tea")
    with world.scope() as scope:
        Contact.objects.filter(pk=anja).update(created_at=scope.now - timedelta(days=400))
        update_customer(
            contact_id=anja, date_of_birth=date(1990, 5, 17), company_name="Muster Ltd", email_opt_out=True,
            consent_state="withdrawn", custom_fields={"shoe": 38, "pet": "cat"}, tax_id="T-1",
        )  # fmt: skip
        update_customer(contact_id=anna, custom_fields={"shoe": 40}, consent_state="accepted")
        for id_, name in ((anna, "anna"), (anja, "anja")):
            add_identity(contact_id=id_, provider="EMAIL", value=f"{name}@example.com")
            add_to_listing(listing=world.listing, values={"email": f"{name}@example.com"}, ip_address=None)
            keep_document(contact_id=id_, kind="passport", number=f"P-{name}")
        keep_document(contact_id=anja, kind="id", number="ID-4711")
        add_to_listing(listing=open_listing(name="Gala"), values={"email": "anja@example.com"}, ip_address=None)
        write_company_profile(contact_id=anja, number_of_employees=7, industry_sectors=["food", "wine"])
        open_member_session(contact_id=anja, device=Device())
        set_tier(contact_id=anja, slug="gold", reason="friend")
        prefer_organisation(contact_id=anja, organisation_id=world.organisation.pk, types=["ORDERS"])
        register_device(
            contact_id=anja, serial_number="S-1", registration_type="FCM", registration_token="t",
        )  # fmt: skip
    beans = a_product(world)
    an_order(world, anna, (beans, 1))
    refund(world, an_order(world, anja, (beans, 2), status="delivered"), amount=Decimal(5))
    an_order(world, anja, (beans, 3), status="cancelled")
    return Pair(anna, anja)


def merged(world: World, pair: Pair, **more: Any) -> Any:
    with world.scope():
        return merge_contacts(winner_id=pair.anna, loser_ids=[pair.anja], **more)


def all_tables() -> dict[str, list[str]]:
    """Every row of every tenant table, byte for byte, whoever's it is."""
    models = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    tables: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for model in models:
            if model._meta.label not in OWN_TABLES:
                cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY 1")
                tables[model._meta.label] = [row[0] for row in cursor.fetchall()]
    return tables
