"""`/v1/bench/nothing`: everything that stands before any answer, and no answer."""

from typing import Any

from django.urls import path
from rest_framework.request import Request

from config.urls import urlpatterns as product
from crm.web.dialects import V1
from crm.web.grants import Audience, grant
from crm.web.viewset import DialectViewSet


class NothingViewSet(DialectViewSet):
    """Credentials, limit, grant, scope, envelope: what every route of every surface passes through."""

    dialect = V1()
    grants = {"list": grant("auth:members:read", Audience.KEY)}
    lists = frozenset()

    def list(self, request: Request) -> dict[str, Any]:
        return {}


urlpatterns = [path("v1/bench/nothing", NothingViewSet.as_view({"get": "list"})), *product]
