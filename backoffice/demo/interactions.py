"""What happened with some customers of kaffa's live mode: some of it answered, some still to be done."""

from datetime import timedelta

from backoffice.demo.cast import DemoOrganisation
from crm.contacts.models import Customer, CustomerInteraction
from crm.contacts.selectors import customers
from crm.contacts.services import add_interaction, finish_next_action
from crm.kernel.clock import now
from crm.kernel.tenancy import Mode
from crm.leads.services import process_follow_ups
from crm.organisations.roles import Role
from crm.organisations.selectors import staff_of_organisation

# Kind, subject, what was said, outcome, what is to be done next, in how many days from then; and whether it is done.
_SAID = (
    ("support", "A cup came broken", "One of six. Sent a photo.", "", "Send another cup", 2, True),
    ("call", "Asked about grinders", "Wants one for two cups a day.", "positive", "Send the comparison", 3, False),
    ("email", "Which beans for a moka pot?", "Recommended the dark roast.", "completed", "", 0, False),
    ("support", "Beans arrived stale", "Bag was open at the seam.", "negative", "Ring back about the refund", 1, False),
    ("meeting", "Tasting at the counter", "Liked the light roast best.", "positive", "", 0, False),
    ("purchase", "Bought a subscription by phone", "Half a kilo every fortnight.", "completed", "", 0, False),
    ("call", "Moved house", "Gave the new address.", "completed", "Check the next delivery", 14, False),
)  # fmt: skip
_HOW_MANY = 40


def ensure_interactions(cast: DemoOrganisation, mode: str) -> None:
    """Each of the latest customers has one or two, over the last two months, and one in seven a colleague."""
    if cast.slug != "kaffa" or mode != Mode.LIVE or CustomerInteraction.objects.exists():
        return
    people = list(customers().order_by("-created_at", "-pk")[:_HOW_MANY])
    team = list(staff_of_organisation().filter(role__in=(Role.AGENT, Role.MANAGER)).order_by("role"))
    for number, customer in enumerate(people):
        if team and number % 7 == 0:
            Customer.objects.filter(pk=customer.pk).update(assigned_to=team[number // 7 % len(team)])
        for turn in range(1 + number % 2):
            _note(customer, number + 3 * turn, days_ago=1 + (number * 11 + turn * 5) % 60)
    process_follow_ups()


def _note(customer: Customer, number: int, *, days_ago: int) -> None:
    kind, subject, description, outcome, next_action, days, is_done = _SAID[number % len(_SAID)]
    happened_at = now() - timedelta(days=days_ago)
    said = add_interaction(
        contact_id=customer.pk, type=kind, subject=subject, description=description, outcome=outcome,
        happened_at=happened_at, next_action=next_action,
        next_action_date=happened_at + timedelta(days=days) if next_action else None,
    )  # fmt: skip
    if is_done:
        finish_next_action(contact_id=customer.pk, interaction_id=said.pk)
