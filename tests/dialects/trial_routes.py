"""Routes for tests alone, mounted by `settings.ROOT_URLCONF = "tests.dialects.trial_routes"`.

A dialect whose surface has no routes of its own yet, or none that takes a new person by POST, is spoken at
`<prefix>/trial`, and every dialect crashes at `<prefix>/trial/crash`. A dialect leaves `WITHOUT_ROUTES` with the first
route of its surface: test_failure_matrix.py fails until it does.
"""

from typing import Any
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request

from config.urls import urlpatterns as real_urlpatterns
from crm.contacts.errors import ContactNotFound
from crm.contacts.selectors import customer_by_id, customers
from crm.contacts.services import create_customer
from crm.web.dialects import DIALECTS, Page
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

WITHOUT_ROUTES: tuple[str, ...] = ()
# These have routes with tests of their own, but nobody becomes a customer through them.
WITHOUT_NEW_PEOPLE = ("services",)
SECRET = "correct-horse-battery-staple"


class TrialIn(InputSerializer):
    name = serializers.CharField(max_length=100)
    email = serializers.CharField(max_length=254)


class TrialOut(OutputSerializer):
    id = serializers.UUIDField(source="contact_id")
    name = serializers.CharField(source="contact.name")
    email = TextOrNull(source="contact.email")


class TrialViewSet(DialectViewSet):
    """The least that every dialect must be able to say: a list, a record, a new one, and a fault."""

    _read, _write = grant("auth:members:read", Audience.KEY), grant("auth:members:write", Audience.KEY)
    grants = {"list": _read, "retrieve": _read, "create": _write, "crash": _write}
    reads = {"create": TrialIn, "crash": TrialIn}
    answers = {"list": TrialOut, "retrieve": TrialOut, "create": TrialOut}
    default_sort = ("-created_at", "-contact_id")

    def list(self, request: Request) -> Page:
        return self.list_of(customers())

    def retrieve(self, request: Request, contact_id: str) -> Any:
        try:
            return self.present(customer_by_id(UUID(contact_id)))
        except ValueError:
            raise ContactNotFound from None

    def create(self, request: Request) -> Any:
        return self.present(customer_by_id(create_customer(**self.read()).pk))

    def crash(self, request: Request) -> Any:
        """Fails after it has written."""
        create_customer(name="Half done", email="half@example.com")
        raise RuntimeError(f"{SECRET} at line 44")


def _routes() -> list[Any]:
    found = []
    for dialect in DIALECTS:
        trial = type(f"{type(dialect).__name__}TrialViewSet", (TrialViewSet,), {"dialect": dialect})
        for prefix in (prefix.removeprefix("/") for prefix in dialect.prefixes):
            found.append(path(f"{prefix}/trial/crash", trial.as_view({"post": "crash"})))
            if dialect.name in WITHOUT_ROUTES + WITHOUT_NEW_PEOPLE:
                found.append(path(f"{prefix}/trial", trial.as_view({"get": "list", "post": "create"})))
                found.append(path(f"{prefix}/trial/<str:contact_id>", trial.as_view({"get": "retrieve"})))
    return found


urlpatterns = [*_routes(), *real_urlpatterns]
