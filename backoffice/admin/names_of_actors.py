"""Who did what, by name, in a fixed number of queries for a whole page of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.feedback.selectors import THROUGH_LINK
from crm.kernel.actors import ActorKind
from crm.kernel.models import Event
from crm.kernel.tenancy import scope_or_none
from crm.leads.links import THROUGH_FORM
from crm.leads.models import WebForm
from crm.organisations.models import ApiKey, Staff, User


def actor_names(events: Iterable[Event]) -> dict[tuple[str, str], str]:
    """Who did it, by kind and id of the actor; at most one query for each kind."""
    return names_of((event.actor_kind, event.actor_id) for event in events)


def names_of(actors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {(kind, id_): id_ for kind, id_ in actors}
    ids = {kind: [id_ for other, id_ in names if other == kind] for kind, _id in names}
    for staff in _rows(Staff.objects.select_related("user"), ids.get(ActorKind.STAFF)):
        names[ActorKind.STAFF, str(staff.pk)] = str(staff)
    for key in _rows(ApiKey.objects.all(), ids.get(ActorKind.KEY)):
        names[ActorKind.KEY, str(key.pk)] = _("API key %(name)s") % {"name": key.name}
    for form in _web_forms(ids.get(ActorKind.MEMBER, [])):
        names[ActorKind.MEMBER, f"{THROUGH_FORM}{form.pk}"] = _("Visitor, form %(name)s") % {"name": form.name}
    for id_ in ids.get(ActorKind.MEMBER, []):
        if id_.startswith(THROUGH_LINK):
            names[ActorKind.MEMBER, id_] = _("The customer, through their link")
    for user in _rows(User.objects.all(), ids.get(ActorKind.OPERATOR)):
        names[ActorKind.OPERATOR, str(user.pk)] = str(user)
    return names


def _rows(queryset: Any, ids: list[str] | None) -> Any:
    return queryset.filter(pk__in=[id_ for id_ in ids if _is_uuid(id_)]) if ids else []


def _web_forms(ids: list[str]) -> Any:
    """The forms through which visitors did it, of the place that is open."""
    through = [id_.removeprefix(THROUGH_FORM) for id_ in ids if id_.startswith(THROUGH_FORM)]
    return _rows(WebForm.objects, through) if through and scope_or_none() else []


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
