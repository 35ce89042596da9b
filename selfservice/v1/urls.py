"""Mounted at /self-service/v1/. Ids are text here: a malformed one is refused like any other that is not one's own."""

from django.urls import path

from selfservice.v1.codes import CodeViewSet
from selfservice.v1.contacts import ContactViewSet
from selfservice.v1.registering import RegisterViewSet
from selfservice.v1.sign_in import SignInViewSet

urlpatterns = [
    path("contacts/register", RegisterViewSet.as_view({"post": "register"})),
    path("contacts/authenticate", SignInViewSet.as_view({"post": "authenticate"})),
    path("contacts/otp", CodeViewSet.as_view({"post": "otp"})),
    path("contacts/validate", CodeViewSet.as_view({"post": "look_up"})),
    path("contacts/validate-otp", CodeViewSet.as_view({"post": "validate"})),
    path("contacts/validate_otp", CodeViewSet.as_view({"post": "validate"})),
    path("contacts/refresh", SignInViewSet.as_view({"post": "refresh"})),
    path(
        "contacts/<str:contact_id>", ContactViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})
    ),
    path("contacts/<str:contact_id>/sign_out", ContactViewSet.as_view({"post": "sign_out"})),
]
