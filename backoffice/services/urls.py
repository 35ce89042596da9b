"""Mounted at the root, for each of the five services has a prefix of its own (s1 §1). Fixed words win over ids."""

from django.urls import path

from backoffice.services.in_apps import InAppStreamViewSet, InAppViewSet
from backoffice.services.members import MemberViewSet
from backoffice.services.notifications import ClockViewSet, CommunicationViewSet
from backoffice.services.session import SessionViewSet

urlpatterns = [
    path("auth/api/login", SessionViewSet.as_view({"post": "login"})),
    path("auth/api/logout", SessionViewSet.as_view({"post": "logout"})),
    path("auth/api/get-new-access-token", SessionViewSet.as_view({"post": "refresh"})),
    path("auth/api/check-access-token-session", SessionViewSet.as_view({"get": "check"})),
    path("auth/api/members", MemberViewSet.as_view({"get": "list"})),
    path("auth/api/members/me", MemberViewSet.as_view({"get": "me", "patch": "change_me"})),
    path(
        "auth/api/members/<str:member_id>",
        MemberViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("notification/api/communications", CommunicationViewSet.as_view({"get": "list"})),
    path("notification/api/test-clock", ClockViewSet.as_view({"get": "clock", "post": "move"})),
    path("notification/api/in-apps/me", InAppViewSet.as_view({"get": "list"})),
    path("notification/api/in-apps/me/unread-count", InAppViewSet.as_view({"get": "unread"})),
    path("notification/api/in-apps/stream", InAppStreamViewSet.as_view({"get": "stream"})),
    path("notification/api/in-apps/read-all", InAppViewSet.as_view({"patch": "mark_all"})),
    path("notification/api/in-apps/<str:notification_id>", InAppViewSet.as_view({"delete": "destroy"})),
    path("notification/api/in-apps/<str:notification_id>/read", InAppViewSet.as_view({"patch": "mark"})),
]
