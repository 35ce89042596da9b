"""What the matrix walks over: people, records and messages in every place, each bearing the mark of its place."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from crm.contacts.services import create_customer, merge_contacts
from crm.leads.services import merge_leads
from crm.messaging.recipients import Recipient
from crm.orders.services import refund_order
from tests.access.actors import CANARY, Actor, actors, people_of
from tests.builders import (
    a_campaign,
    a_lead,
    a_payment_method,
    a_product,
    a_push_device,
    an_account,
    an_entry,
    an_import,
    an_interaction,
    an_interaction_with,
    an_order,
    an_own_email,
)
from tests.cast import Cast
from tests.crm.approvals.asked import a_waiting_request
from tests.crm.feedback.asked import an_answer, ask
from tests.crm.files.brought import a_file
from tests.crm.insights.stage import a_segment
from tests.crm.messaging.letters import a_message, a_template
from tests.crm.messaging.notices import a_standing_notice
from tests.dialects.traces import traces_of
from tests.members import Member

# A family name that people of every place have: what the listings API, which lists nothing unasked, is asked for.
SHARED = "Canaryfolk"


@dataclass
class Stage:
    cast: Cast
    people: dict[str, Member]
    actors: list[Actor]
    ids: dict[str, str]
    unknown: dict[str, str]

    def traces(self) -> dict[str, Any]:
        worlds = (self.cast.acme, self.cast.rehearsal, self.cast.rival)
        return dict(zip(("acme", "rehearsal", "rival"), traces_of(*worlds), strict=True))


def build_stage(cast: Cast) -> Stage:
    people = people_of(cast)
    for name, world in (("acme", cast.acme), ("rehearsal", cast.rehearsal), ("rival", cast.rival)):
        an_entry(world, email=f"listed-{CANARY[name].lower()}@example.com", first_name=CANARY[name], last_name=SHARED)
    sent: dict[str, str] = {}
    for name, world in (("acme", cast.acme), ("rehearsal", cast.rehearsal), ("rival", cast.rival)):
        a_template(world)
        whose = Recipient(email=f"{CANARY[name].lower()}@example.com", contact_id=UUID(people[name].id))
        sent[name] = str(a_message(world, recipient=whose).pk)
    named = {name: a_campaign(getattr(cast, name), name=CANARY[name]) for name in CANARY}
    led = {name: a_lead(getattr(cast, name), name=CANARY[name]) for name in CANARY}
    said = {name: an_interaction(getattr(cast, name), led[name], notes=CANARY[name]) for name in CANARY}
    ids = {
        "person": people["acme"].id, "listing": str(cast.acme.listing.pk), "campaign": str(named["acme"]),
        "lead": str(led["acme"]), "interaction": str(said["acme"]),
    }  # fmt: skip
    with cast.acme.scope():
        one, other = (create_customer(name=CANARY["acme"], email=f"{n}@merged.example").pk for n in "ab")
        ids["merge"] = str(merge_contacts(winner_id=one, loser_ids=[other]).merge_id)
    winner, loser = a_lead(cast.acme, name=CANARY["acme"]), a_lead(cast.acme)
    with cast.acme.scope():
        ids["lead merge"] = str(merge_leads(winner_id=winner, loser_ids=[loser]).merge_id)
    ids["customer interaction"] = str(an_interaction_with(cast.acme, UUID(people["acme"].id), subject=CANARY["acme"]))
    ids["import"] = str(an_import(cast.acme, CANARY["acme"]))
    segments = {name: a_segment(getattr(cast, name), {"all": []}, CANARY[name].lower()) for name in CANARY}
    ids["segment"] = str(segments["acme"])
    for name, canary in CANARY.items():
        an_answer(getattr(cast, name), 3, comment=f"{canary} said: the price", category=canary)
    ids["feedback"] = str(ask(cast.acme).request.pk)
    accounts: dict[str, UUID] = {}
    methods: dict[str, UUID] = {}
    for name in CANARY:
        world = getattr(cast, name)
        product = a_product(world, name=CANARY[name], sku=CANARY[name])
        order = an_order(world, None, (product, 2), status="delivered", notes=CANARY[name])
        with world.scope():
            refund_order(order_id=order, amount=Decimal(1), reason=CANARY[name])
        ids |= {"product": str(product), "order": str(order)} if name == "acme" else {}
        a_waiting_request(world, UUID(people[name].id))
        a_push_device(world, UUID(people[name].id), f"S-{CANARY[name]}")
        accounts[name] = an_account(world, UUID(people[name].id), name=CANARY[name])
        methods[name] = a_payment_method(world, UUID(people[name].id), notes=CANARY[name])
    ids["approval"] = str(a_waiting_request(cast.acme, UUID(people["acme"].id)).pk)
    ids["email"] = str(an_own_email(cast.acme, UUID(people["acme"].id), email=f"{CANARY['acme']}@own.example"))
    ids["account"], ids["payment method"] = str(accounts["acme"]), str(methods["acme"])
    notices = {name: a_standing_notice(getattr(cast, name), UUID(people[name].id)) for name in CANARY}
    ids["notification"] = str(notices["acme"].pk)
    ids["message"], ids["device"] = sent["acme"], f"S-{CANARY['acme']}"
    ids["file"] = str(a_file(cast.acme, CANARY["acme"].encode(), "mine.txt", UUID(people["acme"].id)).pk)
    unknown = {name: str(uuid4()) for name in ids} | {"listing": "999999999"}
    return Stage(cast, people, actors(cast, people), ids, unknown)
