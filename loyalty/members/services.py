from collections.abc import Sequence
from uuid import UUID

from crm.contacts.models import Customer
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from loyalty.members.events import MemberLeft, MemberRegistered, MembersLeft, MembersRegistered
from loyalty.members.models import Member


@atomic
def enrol_member(*, contact_id: UUID) -> Member:
    """Make a customer a member, in the transaction that makes them a customer."""
    member = Member.objects.create(contact_id=contact_id, joined_at=now())
    record(MemberRegistered(contact_id=contact_id))
    return member


@atomic
def enrol_members(*, batch_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """The same for a batch; each joined when they became a customer."""
    since = dict(Customer.objects.filter(pk__in=contact_ids).values_list("pk", "created_at"))
    members = [Member(contact_id=contact_id, joined_at=since[contact_id]) for contact_id in contact_ids]
    Member.objects.bulk_create(members, batch_size=1000)
    record(MembersRegistered(batch_id=batch_id, count=len(members), contact_ids=tuple(contact_ids)))


@atomic
def end_membership(*, contact_id: UUID) -> None:
    """A member leaves; what they earned and did stays. Nothing happens for contacts who are no members."""
    left = Member.objects.filter(pk=contact_id, left_at=None).update(left_at=now())
    if left:
        record(MemberLeft(contact_id=contact_id))


@atomic
def end_memberships(*, batch_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """The same for a batch."""
    left = Member.objects.filter(pk__in=contact_ids, left_at=None).update(left_at=now())
    if left:
        record(MembersLeft(batch_id=batch_id, count=left))
