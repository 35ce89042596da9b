"""Who is locked out for having guessed too often, and letting them try again before their time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.contacts.models import Identity, Provider
from crm.contacts.services import MEMBER_GUESSES
from crm.kernel.guesses import GuessLimit
from crm.kernel.models import Counter
from crm.kernel.tenancy import current_scope, scope_or_none
from crm.organisations.models import SessionKind
from crm.organisations.selectors import staff_of_organisation
from crm.organisations.services import STAFF_GUESSES, unlock_sign_in

MOST_SHOWN = 200


@dataclass(frozen=True)
class Lockout:
    """`identity` is what the guesses were counted under; `person` is None where the address is nobody's."""

    key: str
    guesses: GuessLimit
    identity: str
    email: str
    kind: SessionKind
    tries: int
    until: datetime
    person: Any = None

    @property
    def link(self) -> str:
        page = "organisations_staff" if self.kind == SessionKind.STAFF else "contacts_contact"
        return reverse(f"admin:{page}_change", args=[self.person.pk]) if self.person else ""


def show_lockouts(site: Any, request: HttpRequest) -> HttpResponse:
    """The lockouts of the place that is open, the longest first."""
    _demand("auth:sessions:read")
    context = {
        **site.each_context(request),
        "title": _("Lockouts"),
        "lockouts": lockouts_of_place()[:MOST_SHOWN],
        "may_unlock": current_scope().actor.may("auth:sessions:write"),
    }
    return TemplateResponse(request, "backoffice/lockouts.html", context)


def unlock(request: HttpRequest) -> HttpResponse:
    """Forget the guesses of one lockout of this place; another's looks like none at all."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _demand("auth:sessions:write")
    lockout = next((one for one in lockouts_of_place() if one.key == request.POST.get("key")), None)
    if lockout is None:
        raise Http404
    unlock_sign_in(
        guesses=lockout.guesses, identity=lockout.identity, subject_kind=lockout.kind,
        subject_id=str(lockout.person.pk) if lockout.person else "",
    )  # fmt: skip
    messages.info(request, _("%(email)s may sign in again.") % {"email": lockout.email})
    return redirect(reverse("admin:lockouts"))


def lockouts_of_place() -> list[Lockout]:
    """Of the place's staff, and of whoever was tried as its member; in three statements."""
    tenant = current_scope().tenant
    of_place = f"{tenant.organisation_id}:{tenant.mode}:"
    staff = {STAFF_GUESSES.key(row.user.email): row for row in staff_of_organisation()}
    start = MEMBER_GUESSES.key(of_place)
    rows = Counter.objects.filter(
        Q(key__in=staff, n__gte=STAFF_GUESSES.most) | Q(key__startswith=start, n__gte=MEMBER_GUESSES.most),
        expires_at__gt=Now(),
    ).order_by("-expires_at")
    counters = list(rows)
    members = _members({row.key.removeprefix(start) for row in counters if row.key not in staff})
    return [
        _of_staff(row, staff[row.key]) if row.key in staff else _of_member(row, start, of_place, members)
        for row in counters
    ]


def _of_staff(row: Counter, person: Any) -> Lockout:
    email = person.user.email
    return Lockout(row.key, STAFF_GUESSES, email, email, SessionKind.STAFF, row.n, row.expires_at, person)


def _of_member(row: Counter, start: str, of_place: str, members: dict[str, Any]) -> Lockout:
    email = row.key.removeprefix(start)
    return Lockout(
        row.key, MEMBER_GUESSES, of_place + email, email, SessionKind.MEMBER, row.n, row.expires_at, members.get(email)
    )


def _members(emails: set[str]) -> dict[str, Any]:
    """Whose sign-in each address is."""
    identities = Identity.objects.filter(provider=Provider.EMAIL, key__in=emails, contact__deleted_at=None)
    rows = identities.select_related("contact").defer("contact__words", "contact__search")
    return {identity.key: identity.contact for identity in rows}


def _demand(grant: str) -> None:
    scope = scope_or_none()
    if scope is None or not scope.actor.may(grant):
        raise PermissionDenied
