"""A lead is a person's by what it became, or by the e-mail address that both have: they are erased together."""

from functools import reduce
from operator import or_

from django.db.models import Q

from crm.kernel.privacy.fields import clear, keep, pseudonym
from crm.kernel.privacy.holdings import Whose, by, by_address, leaves, nobodys, stays
from crm.kernel.privacy.person import Person, also_known_by
from crm.kernel.privacy.steps import on_farewell
from crm.leads.models import Lead, MergedLead
from crm.leads.services import delete_lead, unname_in_notices

_ID = "the id is all that is left of them: figures and the audit trail hang on it"
_STAGES = "how leads fare, which reports count"
_MERGED = "which ids are one lead, and how many rows moved: ids, names of fields and figures"


@also_known_by
def their_leads(person: Person) -> Person:
    """Leads that became the person, or have their address and became nobody else; and what was merged into these."""
    nobody_elses = Q(customer=None) & Q(email_key__in=person.emails)
    own = Lead.objects.filter(Q(customer__in=person.ids_of("contact")) | nobody_elses)
    ids = set(own.values_list("pk", flat=True))
    ids |= set(MergedLead.objects.filter(into__in=ids).values_list("pk", flat=True))
    rows = list(Lead.objects.filter(pk__in=ids).values_list("email", "phone"))
    known = person.also("lead", frozenset(ids)).reachable_at(
        emails={email for email, _phone in rows}, phones={phone for _email, phone in rows}
    )
    others = Lead.objects.filter(deleted_at=None, phone_key__in=known.phones).exclude(pk__in=ids)
    return known.but_for(others.values_list("phone_key", flat=True))


@on_farewell
def delete_their_leads(person: Person) -> None:
    ids = person.ids_of("lead")
    for lead_id in Lead.objects.filter(pk__in=ids, deleted_at=None).order_by("pk").values_list("pk", flat=True):
        delete_lead(lead_id=lead_id)
    unname_in_notices(contact_ids=person.ids_of("contact"), lead_ids=ids, emptied_for=person.id)


def _of_merges(winner: str, losers: str) -> Whose:
    def rows(person: Person) -> Q:
        ids = sorted(map(str, person.ids_of("lead")))
        return reduce(or_, [Q(**{f"{losers}__contains": [id_]}) for id_ in ids], Q(**{f"{winner}__in": ids}))

    return rows


stays(
    "leads.Lead",
    by(lead="pk"),
    exported=[
        keep(_ID, "id"),
        pseudonym("name"),
        clear("email", "phone", "company", "notes", "custom_fields"),
        keep(_STAGES, "source", "status", "status_since", "last_contact", "converted_at", "created_at"),
        keep("figures", "score", "grade", "band"),
    ],
    withheld=[
        clear("email_key", "phone_key", "words"),
        keep("the ids of a campaign, a colleague, a pseudonym", "campaign", "assigned_to", "customer"),
        keep("figures, and who of the staff set one", "computed_score", "manual_score", "manual_score_by", "scored_at"),
        keep("when", "updated_at", "deleted_at"),
    ],
)
leaves(
    "leads.FollowUp",
    by(lead="lead_id", contact="contact_id"),
    exported="kind title due_at state created_at done_at",
    withheld="id subject lead contact interaction customer_interaction assigned_to escalated_at",
)
leaves(
    "leads.LeadInteraction",
    by(lead="lead_id"),
    exported="type notes next_action next_action_date next_action_done_at created_at",
    withheld="id lead actor_kind actor_id updated_at",
)
stays(
    "leads.StageChange",
    by(lead="lead_id"),
    exported=[keep(_STAGES, "from_status", "to_status", "seconds", "changed_at")],
    withheld=[keep("ids of the row and of a pseudonym", "id", "lead")],
)
leaves(
    "leads.MergedLeadRow",
    _of_merges("merge__winner_id", "merge__loser_ids"),
    withheld="id merge step model key before after is_back",
)
stays(
    "leads.LeadMerge",
    _of_merges("winner_id", "loser_ids"),
    withheld=[
        keep("the row's key", "id"),
        keep(_MERGED, "winner", "loser_ids", "fields", "moved", "report"),
        keep("who merged them, and when", "actor_kind", "actor_id", "merged_at", "unmerged_at"),
    ],
)
stays("leads.MergedLead", by(lead="pk"), withheld=[keep(_MERGED, "lead", "into", "merge")])
leaves(
    "leads.FurtherLeadAddress",
    by(lead="lead_id"),
    exported="channel value created_at",
    withheld="id lead key",
)
leaves("leads.LeadMatchKey", by(lead="lead_id"), withheld="id lead key")
leaves(
    "leads.LeadPair",
    by(lead=("first_id", "second_id")),
    withheld="id first second score reasons state found_at decided_at",
)
leaves(
    "leads.WebFormEntry",
    by_address(email="email_key"),
    exported="values created_at confirmed_at",
    withheld="id form email_key expires_at",
)
nobodys("leads.WebForm", "what staff ask on web pages", "name asks thanks redirect_url origins")
nobodys("leads.StageRule", "after how many days leads are followed up")
nobodys("leads.Turn", "whose turn it is among colleagues")
nobodys("leads.ScoreGroup", "how leads are scored", "name")
nobodys("leads.ScoreRule", "how leads are scored", "name field values")
