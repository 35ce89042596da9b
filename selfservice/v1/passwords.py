"""Passwords that are forgotten, and addresses that are to be shown to be theirs (s2 §B3)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.errors import IdentityTaken, LinkSpent
from crm.contacts.services import (
    ask_for_new_password,
    ask_to_verify_again,
    change_password_by_link,
    count_mail,
    verify_by_link,
)
from crm.organisations.selectors import organisation_of_scope
from crm.web.device import device_of
from crm.web.dialects import SelfService
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, PageOut
from crm.web.viewset import DialectViewSet
from selfservice.portal.links import link_opened
from selfservice.v1.sign_in import OPEN


class ForgotIn(InputSerializer):
    username = serializers.CharField(max_length=254)


class ResendIn(InputSerializer):
    email_address = serializers.CharField(max_length=254)


class ChangeIn(InputSerializer):
    token = serializers.CharField(max_length=400)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class PasswordViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {
        "forgot": OPEN, "resend": OPEN,
        "change": grant("auth:sign-in:write", Audience.PUBLIC), "verify": grant("auth:session:read", Audience.PUBLIC),
    }  # fmt: skip
    reads = {"forgot": ForgotIn, "resend": ResendIn, "change": ChangeIn}
    answers = {"verify": PageOut}

    def forgot(self, request: Request) -> None:
        """A mail with a link to another password, to whoever has this address; the answer is empty for everybody."""
        email = self.read()["username"]
        count_mail(device=device_of(request))
        ask_for_new_password(email=email)

    def resend(self, request: Request) -> None:
        """Another mail by which somebody shows that their address is theirs; the answer is empty for everybody."""
        email = self.read()["email_address"]
        count_mail(device=device_of(request))
        ask_to_verify_again(email=email)

    def change(self, request: Request) -> None:
        """Another password, by the token of the link that was mailed. Every session ends before the answer arrives."""
        given = self.read()
        with link_opened(request._request, given["token"]) as link:
            change_password_by_link(link_id=link.link_id, digest=link.digest, password=given["password"])

    def verify(self, request: Request, token: str) -> HttpResponse:
        """The page that the link in a mail leads to: from then on the address is known to be theirs."""
        try:
            with link_opened(request._request, token) as link:
                verify_by_link(link_id=link.link_id, digest=link.digest)
                context: dict[str, Any] = {"organisation": organisation_of_scope()}
        except (LinkSpent, IdentityTaken) as error:
            return render(request._request, "portal/problem.html", {"text": error.message}, status=400)
        return render(request._request, "portal/verified.html", context)
