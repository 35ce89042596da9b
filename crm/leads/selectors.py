"""Questions about leads. Every queryset here holds living rows of the open scope only."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import cast
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, Subquery

from crm.contacts.models import Customer
from crm.contacts.selectors import addresses_that_refuse, customers
from crm.kernel.clock import now
from crm.kernel.merging.records import PairState, telling_of_merges, went_into
from crm.kernel.tenancy import ScopedQuerySet
from crm.leads.errors import LeadNotFound, LeadWent, WebFormEntryNotFound, WebFormNotFound
from crm.leads.models import (
    FollowUp,
    FollowUpState,
    Lead,
    LeadInteraction,
    LeadMerge,
    LeadPair,
    StageChange,
    WebForm,
    WebFormEntry,
)
from crm.messaging.recipients import Recipient


def leads() -> ScopedQuerySet[Lead]:
    return Lead.objects.filter(deleted_at=None)


def lead_by_id(lead_id: UUID) -> ScopedQuerySet[Lead]:
    """The one lead of that id, as a queryset to present; raises nothing when there is none."""
    return leads().filter(pk=lead_id)


def one_lead(lead_id: UUID) -> Lead:
    """Raises LeadNotFound, for foreign, deleted and unknown ids alike."""
    lead = lead_by_id(lead_id).first()
    if lead is None:
        raise LeadNotFound
    return lead


def lead_merged_into(lead_id: UUID) -> UUID | None:
    """Where a lead went who was merged into another, over however many merges; None for who was not."""
    return went_into(LeadMerge, lead_id)


@contextmanager
def telling_where_it_went(lead_id: UUID) -> Iterator[None]:
    """For a look at one lead: raises LeadWent where the block finds none because it was merged."""
    with telling_of_merges(LeadMerge, lead_id, LeadWent):
        yield


def lead_merges() -> ScopedQuerySet[LeadMerge]:
    return LeadMerge.objects.get_queryset()


def lead_merge_by_id(merge_id: UUID) -> ScopedQuerySet[LeadMerge]:
    return lead_merges().filter(pk=merge_id)


def possible_duplicate_leads() -> ScopedQuerySet[LeadPair]:
    """Pairs that nobody has decided on, of leads who are both there."""
    return LeadPair.objects.filter(state=PairState.OPEN, first__deleted_at=None, second__deleted_at=None)


def customers_with_origin() -> ScopedQuerySet[Customer]:
    """Customers with `lead_id`: the lead they came from, the last one where several were converted into them."""
    origin = leads().filter(customer_id=OuterRef("pk")).order_by("-converted_at", "-id").values("id")[:1]
    return cast(ScopedQuerySet[Customer], customers().annotate(lead_id=Subquery(origin)))


def customer_with_origin(contact_id: UUID) -> ScopedQuerySet[Customer]:
    """The one customer of that id, as a queryset to present; raises nothing when there is none."""
    return customers_with_origin().filter(pk=contact_id)


def interactions_of(lead_id: UUID) -> ScopedQuerySet[LeadInteraction]:
    """What was said with a living lead, latest first."""
    return LeadInteraction.objects.filter(lead_id=lead_id, lead__deleted_at=None).order_by("-created_at", "-id")


def interaction_of(lead_id: UUID, interaction_id: UUID) -> ScopedQuerySet[LeadInteraction]:
    """One interaction of that lead and no other (s4 §6, 27)."""
    return interactions_of(lead_id).filter(pk=interaction_id)


def open_next_actions() -> ScopedQuerySet[LeadInteraction]:
    """What is still to be done next, with whichever lead."""
    still = LeadInteraction.objects.filter(next_action_done_at=None)
    return still.exclude(next_action="", next_action_date=None)


def next_actions_of(lead_id: UUID) -> ScopedQuerySet[LeadInteraction]:
    """What is still to be done with a lead, the most urgent first."""
    still = open_next_actions().filter(lead_id=lead_id, lead__deleted_at=None)
    return still.order_by(F("next_action_date").asc(nulls_last=True), "id")


def recipients_with(lead_ids: Sequence[UUID]) -> dict[UUID, Recipient]:
    """What messages need to know of living leads who are no customers yet, by id, for messaging to ask anew.

    Who said no to marketing as a contact is sent none as a lead, either.
    """
    living = list(leads().filter(pk__in=lead_ids, customer=None).defer("words", "search"))
    refusing = addresses_that_refuse([lead.email_key for lead in living])
    return {
        lead.pk: replace(recipient_from(lead), refuses_marketing=lead.email_key in refusing) for lead in living
    }  # fmt: skip


def recipient_from(lead: Lead) -> Recipient:
    return Recipient(email=lead.email, phone=lead.phone, lead_id=lead.pk, name=lead.name)


def number_of_due_follow_ups() -> int:
    """Those that are not done although their moment has come."""
    return follow_ups().filter(state=FollowUpState.OPEN, due_at__lte=now()).count()


def follow_ups() -> ScopedQuerySet[FollowUp]:
    """Those about living leads and customers, done ones too."""
    return FollowUp.objects.filter(lead__deleted_at=None, contact__deleted_at=None)


def stages_of(lead_id: UUID) -> ScopedQuerySet[StageChange]:
    """Every change of stage of a lead, the first one first."""
    return StageChange.objects.filter(lead_id=lead_id).order_by("changed_at", "id")


def web_forms() -> ScopedQuerySet[WebForm]:
    """All forms, each with `waiting`: how many visitors have yet to confirm what they sent."""
    waits = Q(entries__confirmed_at=None, entries__expires_at__gt=now())
    forms = WebForm.objects.get_queryset().annotate(waiting=Count("entries", filter=waits))
    return cast(ScopedQuerySet[WebForm], forms)


def open_web_form(form_id: UUID) -> WebForm:
    """A form that is in use, of an organisation that is, with the organisation; raises WebFormNotFound."""
    forms = WebForm.objects.filter(pk=form_id, is_active=True, organisation__is_active=True)
    form = forms.select_related("organisation").first()
    if form is None:
        raise WebFormNotFound
    return form


def web_form_entry(entry_id: UUID) -> WebFormEntry:
    """What was sent, confirmed or not, with its form and organisation; raises WebFormEntryNotFound."""
    entries = WebFormEntry.objects.filter(pk=entry_id, organisation__is_active=True)
    entry = entries.select_related("form", "organisation").first()
    if entry is None:
        raise WebFormEntryNotFound
    return entry
