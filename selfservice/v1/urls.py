"""Mounted at /self-service/v1/. Ids are text here: a malformed one is refused like any other that is not one's own."""

from django.urls import path

from selfservice.v1.contacts import ContactViewSet
from selfservice.v1.files import AvatarViewSet, FileViewSet
from selfservice.v1.printouts import PrintoutViewSet
from selfservice.v1.sign_in import SignInViewSet

urlpatterns = [
    path("contacts/register", SignInViewSet.as_view({"post": "register"})),
    path("contacts/authenticate", SignInViewSet.as_view({"post": "authenticate"})),
    path("contacts/refresh", SignInViewSet.as_view({"post": "refresh"})),
    path(
        "contacts/<str:contact_id>", ContactViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})
    ),
    path("contacts/<str:contact_id>/sign_out", ContactViewSet.as_view({"post": "sign_out"})),
    path(
        "contacts/<str:contact_id>/avatar",
        AvatarViewSet.as_view({"put": "replace", "post": "bring", "delete": "destroy"}),
    ),
    path("upload/files", FileViewSet.as_view({"post": "upload"})),
    path("printout", PrintoutViewSet.as_view({"post": "create"})),
    path("files/<str:file_id>", FileViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
]
