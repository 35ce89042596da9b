"""Leads in kaffa's live mode: companies that ask for coffee, in every stage, some hot, some forgotten."""

from datetime import timedelta

from backoffice.demo.cast import DemoOrganisation
from backoffice.demo.people import person
from crm.campaigns.selectors import campaigns
from crm.kernel.clock import now
from crm.kernel.tenancy import Mode
from crm.leads.models import Lead, LeadInteraction, Question, Stage, WebForm
from crm.leads.selectors import leads
from crm.leads.services import add_interaction, capture_lead, define_web_form, process_follow_ups
from crm.leads.services.scores import rescore_leads, set_up_scoring
from crm.nurturing.services import enrol_leads, set_up_nurturing, start_nurturing
from crm.organisations.roles import Role
from crm.organisations.selectors import staff_of_organisation

# Stage, source, company, days since capture, interactions as (kind, days ago), whether a campaign brought them.
_LEADS = (
    ("negotiation", "referral", "Harbour Offices", 40, (("meeting", 2), ("call", 5), ("email", 1)), False),
    ("proposal", "campaign", "Old Mill Hotel", 30, (("meeting", 6), ("call", 12)), True),
    ("qualified", "website", "Sunny Bakery", 21, (("call", 4), ("email", 3)), False),
    ("contacted", "social", "", 12, (("email", 10),), False),
    ("contacted", "referral", "Vine Street Law", 9, (("call", 8),), False),
    ("new", "website", "Pine School", 1, (), False),
    ("new", "direct", "", 0, (), False),
    ("new", "campaign", "Two Rivers Gym", 6, (), True),
    ("qualified", "email", "Bright Dental", 60, (("meeting", 45), ("call", 20)), False),
    ("lost", "website", "Corner Books", 90, (("call", 80),), False),
    ("won", "referral", "Atlas Travel", 50, (("meeting", 20), ("call", 9)), False),
    ("proposal", "campaign", "Quay Insurance", 25, (("meeting", 9), ("email", 2)), True),
)
_FIRST = 9_500
_SAID = {
    "meeting": "Tasted three roasts; the team liked the dark one.",
    "call": "Asked for prices for twenty kilos a month.",
    "email": "Sent the price list and two references.",
}
_NEXT = {"meeting": "Send the offer", "call": "Ring back about the samples", "email": "Ask whether the list arrived"}


def ensure_leads(cast: DemoOrganisation, mode: str) -> None:
    if cast.slug != "kaffa" or mode != Mode.LIVE:
        return
    _ensure_web_form()
    if Lead.objects.exists():
        return
    set_up_scoring()
    team = list(staff_of_organisation().filter(role__in=(Role.AGENT, Role.MANAGER)).order_by("role"))
    campaign_id = campaigns().values_list("pk", flat=True).first()
    for number, (stage, source, company, age, said, by_campaign) in enumerate(_LEADS):
        somebody = person(_FIRST + number, shop="office")
        lead = capture_lead(
            name=somebody.name, email=somebody.email, phone=somebody.phone, company=company, source=source,
            campaign_id=campaign_id if by_campaign else None, status=stage,
            assigned_to_id=team[number % len(team)].pk if team else None,
        )  # fmt: skip
        _date(lead, age, said)
    rescore_leads(leads().values_list("pk", flat=True))
    process_follow_ups()
    new = leads().filter(status=Stage.NEW).values_list("pk", flat=True)
    enrol_leads(sequence_id=set_up_nurturing().pk, lead_ids=list(new))
    start_nurturing()


def _ensure_web_form() -> None:
    if WebForm.objects.exists():
        return
    campaign_id = campaigns().filter(name="Office coffee").values_list("pk", flat=True).first()
    define_web_form(
        name="Coffee for your office", asks=Question.values, campaign_id=campaign_id,
        thanks="Thank you. We ring you back within a working day, and bring samples.",
    )  # fmt: skip


def _date(lead: Lead, age: int, said: tuple[tuple[str, int], ...]) -> None:
    """Note what was said, and move it all to when it happened."""
    last = now() - timedelta(days=min((days for _kind, days in said), default=age))
    for kind, days in said:
        happened = now() - timedelta(days=days)
        interaction = add_interaction(
            lead_id=lead.pk, type=kind, notes=_SAID[kind], next_action=_NEXT[kind],
            next_action_date=happened + timedelta(days=3),
        )  # fmt: skip
        LeadInteraction.objects.filter(pk=interaction.pk).update(created_at=happened, updated_at=happened)
    since = now() - timedelta(days=age)
    contact = {"last_contact": last} if said else {}
    Lead.objects.filter(pk=lead.pk).update(created_at=since, status_since=last, updated_at=last, **contact)
