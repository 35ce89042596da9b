"""One route for tests alone, mounted by `settings.ROOT_URLCONF = "tests.dialects.trial_routes"`.

Every dialect crashes at `<prefix>/trial/crash`, because nothing in the product crashes on demand.
"""

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request

from config.urls import urlpatterns as real_urlpatterns
from crm.contacts.services import create_customer
from crm.web.dialects import DIALECTS
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer
from crm.web.viewset import DialectViewSet

SECRET = "correct-horse-battery-staple"


class CrashIn(InputSerializer):
    name = serializers.CharField(max_length=100)
    email = serializers.CharField(max_length=254)


class CrashViewSet(DialectViewSet):
    grants = {"crash": grant("auth:members:write", Audience.KEY)}
    reads = {"crash": CrashIn}

    def crash(self, request: Request) -> Any:
        """Fails after it has written."""
        create_customer(name="Half done", email="half@example.com")
        raise RuntimeError(f"{SECRET} at line 44")


def _routes() -> list[Any]:
    found = []
    for dialect in DIALECTS:
        crash = type(f"{type(dialect).__name__}CrashViewSet", (CrashViewSet,), {"dialect": dialect})
        for prefix in (prefix.removeprefix("/") for prefix in dialect.prefixes):
            found.append(path(f"{prefix}/trial/crash", crash.as_view({"post": "crash"})))
    return found


urlpatterns = [*_routes(), *real_urlpatterns]
