"""Who joins begins in the lowest tier, in the same transaction; a new organisation gets its tiers in the worker. Who
holds another tier may belong to other segments.
"""

from crm.insights.services import look_at
from crm.organisations.events import OrganisationOpened
from loyalty.members.events import MemberRegistered, MembersRegistered
from loyalty.tiers import services
from loyalty.tiers.events import TierChanged


def begin(event: MemberRegistered) -> None:
    services.place_in_base_tier(contact_ids=[event.contact_id])


def begin_all(event: MembersRegistered) -> None:
    services.place_in_base_tier(contact_ids=event.contact_ids)


def set_up(event: OrganisationOpened) -> None:
    services.set_up_tiers()


def look(event: TierChanged) -> None:
    look_at([event.contact_id])


TOGETHER = {MemberRegistered: [begin], MembersRegistered: [begin_all]}
AFTERWARDS = {OrganisationOpened: [set_up], TierChanged: [look]}
