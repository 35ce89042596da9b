"""Questions about people. Every queryset here holds living rows of the open scope only."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from crm.contacts.errors import ContactNotFound, ContactWent
from crm.contacts.models import (
    ConsentEntry,
    ConsentState,
    Contact,
    Customer,
    CustomerInteraction,
    DataExport,
    DuplicatePair,
    Erasure,
    ExportState,
    Identity,
    IdentityDocument,
    Merge,
    MergedContact,
    MergedRow,
    PairState,
    PreferredOrganisation,
    PushDevice,
    SignInSettings,
    Status,
)
from crm.files.models import StoredFile
from crm.files.selectors import pictures_of
from crm.kernel.addresses import email_key, wanted_phone_key
from crm.kernel.clock import now, utc_day
from crm.kernel.merging.records import telling_of_merges, went_into
from crm.kernel.sealing import unseal
from crm.kernel.tenancy import ScopedQuerySet, anchored
from crm.messaging.recipients import PushAddress, Recipient
from crm.organisations.errors import SessionRefused
from crm.organisations.models import SessionKind
from crm.organisations.roles import MEMBER_GRANTS
from crm.organisations.selectors import Caller, caller_from_session

_M = TypeVar("_M", bound=models.Model)


# Who has decided so gets no marketing, by whichever channel.
REFUSED = (ConsentState.REJECTED, ConsentState.WITHDRAWN)
# What files call a person whose picture they are, and the export that an archive belongs to.
PERSON, DATA_EXPORT = "contact", "data_export"


def contacts() -> ScopedQuerySet[Contact]:
    return Contact.objects.filter(deleted_at=None)


def customers() -> ScopedQuerySet[Customer]:
    """Customers; a customer is deleted together with their contact, so the contact need not be asked."""
    return Customer.objects.filter(deleted_at=None)


def contact_by_id(contact_id: UUID) -> Contact:
    """Raises ContactNotFound, for foreign, deleted and unknown ids alike."""
    contact = contacts().filter(pk=contact_id).first()
    if contact is None:
        raise ContactNotFound
    return contact


def recipients_with(contact_ids: Sequence[UUID]) -> dict[UUID, Recipient]:
    """These contacts as messages are addressed to them, by id; who is gone is missing."""
    has_device = Exists(PushDevice.objects.filter(contact=OuterRef("pk")))
    fields = ("id", "email", "phone", "name", "language", "email_opt_out", "sms_opt_out", "consent_state")
    return {
        row["id"]: Recipient(
            email=row["email"], phone=row["phone"], contact_id=row["id"], name=row["name"], locale=row["language"],
            email_opt_out=row["email_opt_out"], sms_opt_out=row["sms_opt_out"],
            refuses_marketing=row["consent_state"] in REFUSED, has_device=row["has_device"],
        )
        for row in contacts().filter(pk__in=contact_ids).annotate(has_device=has_device).values(*fields, "has_device")
    }  # fmt: skip


def addresses_that_refuse(email_keys: Sequence[str]) -> set[str]:
    """Which of these addresses are of contacts who said no to marketing."""
    wanted = contacts().filter(email_key__in=[key for key in email_keys if key], consent_state__in=REFUSED)
    return set(wanted.values_list("email_key", flat=True))


def consent_entries_of(contact_id: UUID) -> ScopedQuerySet[ConsentEntry]:
    """What somebody decided, and those decided who were merged into them, the latest first."""
    merged = MergedContact.objects.filter(into_id=contact_id).values("pk")
    return ConsentEntry.objects.filter(Q(contact_id=contact_id) | Q(contact_id__in=merged)).order_by(
        "-decided_at", "-id"
    )


def preferred_organisations(contact_id: UUID) -> ScopedQuerySet[PreferredOrganisation]:
    """Where somebody likes best to go, as far as it is still there, with its merchant."""
    rows = PreferredOrganisation.objects.filter(Q(merchant=None) | Q(merchant__is_active=True), contact_id=contact_id)
    return rows.select_related("merchant").order_by("type")


def push_addresses_of(contact_id: UUID) -> list[PushAddress]:
    """The devices of a living contact with their tokens opened: for the sending of messages, and nobody else."""
    devices = push_devices_of(contact_id).filter(contact__deleted_at=None).order_by("-registered_at", "-id")
    return [
        PushAddress(
            device.serial_number, device.registration_type,
            unseal(device.wrapped_key, device.sealed_token, context=device.seal_context),
        ) for device in devices
    ]  # fmt: skip


def push_devices_of(contact_id: UUID) -> ScopedQuerySet[PushDevice]:
    """The devices on which somebody has the app."""
    return PushDevice.objects.filter(contact_id=contact_id)


def avatar_of(contact_id: UUID) -> StoredFile | None:
    """The picture of a person; None for who has none."""
    return pictures_of(PERSON, contact_id).first()


def active_customers() -> ScopedQuerySet[Customer]:
    return customers().filter(status=Status.ACTIVE)


def customer_by_id(contact_id: UUID) -> ScopedQuerySet[Customer]:
    """The one customer of that id, as a queryset to present; raises nothing when there is none."""
    return customers().filter(pk=contact_id)


def interactions_with(contact_id: UUID) -> ScopedQuerySet[CustomerInteraction]:
    """What happened with a living customer, latest first."""
    rows = CustomerInteraction.objects.filter(contact_id=contact_id, contact__deleted_at=None)
    return rows.order_by("-happened_at", "-id")


def interaction_with(contact_id: UUID, interaction_id: UUID) -> ScopedQuerySet[CustomerInteraction]:
    """One interaction of that customer and no other (s4 §6, 27)."""
    return interactions_with(contact_id).filter(pk=interaction_id)


def next_actions_with(contact_id: UUID) -> ScopedQuerySet[CustomerInteraction]:
    """What is still to be done with a customer, the most urgent first."""
    still = interactions_with(contact_id).filter(next_action_done_at=None)
    planned = still.exclude(next_action="", next_action_date=None)
    return planned.order_by(F("next_action_date").asc(nulls_last=True), "id")


# A tenant's rows are joined by hand, before any scope is open: this read finds out which scope to open.
_STANDING_SESSIONS = """
FROM organisations_session s
JOIN organisations_organisation o ON o.id = s.organisation_id
JOIN contacts_customer c ON c.contact_id = s.subject_id AND c.organisation_id = s.organisation_id AND c.mode = s.mode
WHERE s.kind = 'member' AND s.ended_at IS NULL AND s.expires_at > statement_timestamp()
  AND o.is_active AND c.deleted_at IS NULL AND c.status = 'active'
"""
_MEMBER_CALLER = f"""
SELECT s.id, s.subject_id, s.organisation_id, s.mode, o.plan, o.requests_per_hour,
       statement_timestamp() + CASE s.mode WHEN 'test' THEN o.test_clock_offset ELSE interval '0' END,
       s.last_seen_at < statement_timestamp() - interval '5 minutes'
{_STANDING_SESSIONS} AND s.id = %s
"""
_SESSIONS_OPEN = f"SELECT s.id {_STANDING_SESSIONS} AND s.id = ANY(%s)"


def caller_in_member_session(session_id: UUID) -> Caller:
    """The customer whose session this is, while they are active; raises SessionRefused."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBER_CALLER, [session_id])
        row = cursor.fetchone()
    if row is None:
        raise SessionRefused
    return caller_from_session(SessionKind.MEMBER, row, MEMBER_GRANTS)


def member_sessions_open(session_ids: Collection[UUID]) -> set[UUID]:
    """Which of these sessions `caller_in_member_session` would still let in; in whatever tenant, in one statement."""
    if not session_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS_OPEN, [list(session_ids)])
        return {session_id for (session_id,) in cursor.fetchall()}


def with_email(queryset: ScopedQuerySet[_M], email: str, *, path: str = "") -> ScopedQuerySet[_M]:
    key = email_key(email)
    return anchored(queryset, path).filter(**{f"{path}email_key": key}) if key else queryset.none()


def with_phone(queryset: ScopedQuerySet[_M], phone: str, *, path: str = "") -> ScopedQuerySet[_M]:
    key = wanted_phone_key(phone)
    return anchored(queryset, path).filter(**{f"{path}phone_key": key}) if key else queryset.none()


def documents_of(contact_id: UUID) -> ScopedQuerySet[IdentityDocument]:
    """The documents kept of a contact; their numbers stay sealed."""
    return IdentityDocument.objects.filter(contact_id=contact_id)


def sign_in_settings() -> SignInSettings:
    """The settings of the open scope; unsaved defaults when nobody has set any."""
    return SignInSettings.objects.get_queryset().first() or SignInSettings()


def has_verified_address(contact_id: UUID) -> bool:
    """Whether any way they sign in has been shown to be theirs."""
    return Identity.objects.filter(contact_id=contact_id, verified_at__isnull=False).exists()


def merged_into(contact_id: UUID) -> UUID | None:
    """Where a person went who was merged into another, over however many merges; None for who was not."""
    return went_into(Merge, contact_id)


@contextmanager
def telling_where_they_went(contact_id: UUID) -> Iterator[None]:
    """For a look at one person: raises ContactWent where the block finds nobody because they were merged."""
    with telling_of_merges(Merge, contact_id, ContactWent):
        yield


def merge_by_id(merge_id: UUID) -> ScopedQuerySet[Merge]:
    return Merge.objects.filter(pk=merge_id)


def merges() -> ScopedQuerySet[Merge]:
    return Merge.objects.get_queryset()


def possible_duplicates() -> ScopedQuerySet[DuplicatePair]:
    """Pairs that nobody has decided on, of people who are both there."""
    return DuplicatePair.objects.filter(
        state=PairState.OPEN, first__deleted_at=None, second__deleted_at=None
    )  # fmt: skip


def customer_days_of(merge_id: UUID, *, undone: bool = False) -> dict[date, int]:
    """By how much a merge, or taking it apart, changed the number of living customers who began on each UTC day."""
    rows = MergedRow.objects.filter(merge_id=merge_id, model=Customer._meta.label)
    rows = rows.filter(is_back=True) if undone else rows
    days: Counter[date] = Counter()
    for before, after in rows.values_list("before", "after"):
        for row, weight in ((before, -1), (after, 1)):
            if row is not None and row["deleted_at"] is None:
                days[utc_day(datetime.fromisoformat(row["created_at"]))] += -weight if undone else weight
    return {day: change for day, change in days.items() if change}


def data_exports() -> ScopedQuerySet[DataExport]:
    """With how each of them stands now as `standing`: what was not fetched in time is gone."""
    late = When(state=ExportState.READY, expires_at__lte=now(), then=Value(ExportState.EXPIRED))
    rows = DataExport.objects.get_queryset()
    annotated: ScopedQuerySet[DataExport] = rows.annotate(
        standing=Case(late, default=F("state"), output_field=models.CharField())
    )  # type: ignore[assignment]
    return annotated


def data_exports_of(contact_id: UUID) -> ScopedQuerySet[DataExport]:
    """What somebody asked for, latest first."""
    return data_exports().filter(contact_id=contact_id).order_by("-created_at", "-pk")


def erasures() -> ScopedQuerySet[Erasure]:
    return Erasure.objects.get_queryset()
