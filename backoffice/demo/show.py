"""The demo as JSON (spec/contract.md, "manage.py demo --json")."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings

from backoffice.demo.approvals import waiting_request
from backoffice.demo.build import generation_of_keys, key_seed
from backoffice.demo.campaigns import demo_campaign
from backoffice.demo.cast import (
    BLACKLISTED_EMAIL,
    BLACKLISTED_PHONE,
    LISTING,
    OPERATOR_EMAIL,
    ORGANISATIONS,
    DemoOrganisation,
)
from backoffice.demo.members import demo_member, member_password, pass_code_of
from backoffice.demo.products import demo_product
from backoffice.demo.secrets import password
from crm.campaigns.selectors import listings
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.organisations.keys import write_key
from crm.organisations.models import KeyKind
from crm.organisations.selectors import organisation_called, staff_of_organisation

OpenScope = Callable[[Tenant], AbstractContextManager[Scope]]


def demo_as_json(scope: OpenScope) -> dict[str, Any]:
    """Everything a script needs to meet the demo from outside. Keys and passwords are derived anew, not stored."""
    organisations = [_organisation(cast, scope) for cast in ORGANISATIONS]
    generation = organisations[0].pop("generation")
    for organisation in organisations[1:]:
        organisation.pop("generation")
    return {
        "base_url": settings.BASE_URL,
        "admin": {"path": "/admin/", "email": OPERATOR_EMAIL, "password": password(OPERATOR_EMAIL, generation)},
        "organisations": organisations,
    }


def _organisation(cast: DemoOrganisation, scope: OpenScope) -> dict[str, Any]:
    organisation = organisation_called(cast.slug)
    shown: dict[str, Any] = {"name": organisation.name, "slug": organisation.slug}
    for mode in Mode.values:
        with scope(Tenant(organisation.id, mode)):
            generation = generation_of_keys()
            shown["generation"] = generation
            shown["staff"] = [
                {"id": str(staff.id), "role": staff.role, "email": staff.user.email,
                 "password": password(staff.user.email, generation)}
                for staff in staff_of_organisation().order_by("created_at")
            ]  # fmt: skip
            shown[mode] = _mode(cast, mode, generation)
    return shown


def _mode(cast: DemoOrganisation, mode: str, generation: int) -> dict[str, Any]:
    keys = {
        kind: write_key(kind=kind, mode=mode, seed=key_seed(cast, mode, kind, generation)).text
        for kind in KeyKind.values
    }
    return {
        "secret_key": keys[KeyKind.SECRET],
        "publishable_key": keys[KeyKind.PUBLISHABLE],
        "listing_id": listings().get(name=LISTING).id,
        "product_id": _product_id(),
        "campaign_id": _campaign_id(),
        "blacklisted": {"email": BLACKLISTED_EMAIL, "phone": BLACKLISTED_PHONE},
        "pass_code": pass_code_of(cast, mode),
        "approval_request_id": _approval_request_id(),
        "member": _member(cast, mode, generation),
    }


def _product_id() -> str:
    product = demo_product()
    assert product is not None, "the demo was built before it is shown"
    return str(product.id)


def _approval_request_id() -> str | None:
    """None once it was decided, until the demo is started anew."""
    request = waiting_request()
    return str(request.pk) if request else None


def _campaign_id() -> str:
    campaign = demo_campaign()
    assert campaign is not None, "the demo was built before it is shown"
    return str(campaign.id)


def _member(cast: DemoOrganisation, mode: str, generation: int) -> dict[str, str]:
    identity = demo_member()
    assert identity is not None, "the demo was built before it is shown"
    return {
        "contact_id": str(identity.contact_id),
        "email": identity.value,
        "password": member_password(cast, mode, generation),
        "phone": identity.contact.phone,
    }
