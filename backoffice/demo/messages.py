"""Templates, a sender and some messages in kaffa: those of live mode are sent into the outbox by the worker, those of
test mode are captured by it.
"""

from backoffice.demo.cast import DemoOrganisation
from backoffice.demo.people import person
from crm.contacts.selectors import customers
from crm.kernel.tenancy import Mode
from crm.leads.selectors import leads, recipient_from
from crm.messaging.models import Template
from crm.messaging.recipients import Outgoing, Recipient
from crm.messaging.services import define_sender, define_template, queue_messages, write_version

# Key, name, class, subject, text.
_TEMPLATES = (
    ("welcome", "Welcome", "transactional", "Welcome to {{ organisation }}, {{ first_name }}",
     "<p>Hello {{ first_name }},</p><p>you are one of us now: every cup counts.</p>"),
    ("autumn_roasts", "Autumn roasts", "marketing", "Three roasts for grey mornings",
     "<p>Hello {{ first_name }},</p><p>three new roasts are in. Come and taste them.</p>"),
    ("price_list", "Price list for offices", "transactional", "What you asked for, {{ first_name }}",
     "<p>Dear {{ name }},</p><p>{{ text }}</p>"),
)  # fmt: skip
_PRICES = "Twenty kilos a month are 18 a kilo, delivered on Mondays."
_SOME, _FIRST = 8, 9_600


def ensure_messages(cast: DemoOrganisation, mode: str) -> None:
    if cast.slug != "kaffa" or Template.objects.filter(key=_TEMPLATES[0][0]).exists():
        return
    define_sender(channel="email", name=cast.name, address=f"hello@{cast.domain}", is_default=True)
    for key, name, message_class, subject, body in _TEMPLATES:
        template = define_template(key=key, name=name, channel="email", message_class=message_class)
        write_version(template_id=template.pk, locale="en", subject=subject, body=body, publish=True)
    queue_messages(batch=_to_customers(mode) + (_to_leads() if mode == Mode.LIVE else []))


def _to_customers(mode: str) -> list[Outgoing]:
    """The first are welcomed, and the next told of the roasts."""
    people = _known() if mode == Mode.LIVE else _made_up()
    keys = ["welcome"] * _SOME + ["autumn_roasts"] * _SOME
    return [Outgoing(whom, f"demo:{key}:{whom.email}", key) for whom, key in zip(people, keys, strict=False)]


def _known() -> list[Recipient]:
    rows = customers().select_related("contact").order_by("created_at", "pk")[: 2 * _SOME]
    return [Recipient(email=row.contact.email, contact_id=row.pk, name=row.contact.name) for row in rows]


def _made_up() -> list[Recipient]:
    """Nobody whom test mode knows."""
    people = [person(_FIRST + number, shop="rehearsal") for number in range(2 * _SOME)]
    return [Recipient(email=one.email, name=one.name) for one in people]


def _to_leads() -> list[Outgoing]:
    chosen = leads().filter(customer=None).order_by("created_at", "pk")[:_SOME]
    return [
        Outgoing(recipient_from(lead), f"demo:prices:{lead.pk}", "price_list", values={"text": _PRICES})
        for lead in chosen
    ]
