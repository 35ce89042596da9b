"""S1 sign-in, sign-out and tokens (s1 §2). Members' tokens from S2 are refreshed and ended here as well."""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.contacts.selectors import caller_in_member_session
from crm.organisations.selectors import caller_in_staff_session, staff_in_session
from crm.organisations.services import OpenedSession, end_session, refresh_session, sign_in_staff
from crm.organisations.services.sessions import REFRESHED_WITHIN
from crm.web.device import device_of
from crm.web.dialects import Services
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, OutputSerializer
from crm.web.tokens import access_token_for
from crm.web.viewset import DialectViewSet

COOKIE, COOKIE_PATH = "refreshToken", "/auth/api"
SIGNED_OUT = "signed out"
# Whether somebody may still come in, the reader of their kind of session says.
CALLERS = {"staff": caller_in_staff_session, "member": caller_in_member_session}


class LoginIn(InputSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(trim_whitespace=False)
    organisation = serializers.CharField(
        max_length=40, required=False, allow_null=True, allow_blank=True,
        help_text="The short name; needed by who works in several organisations.",
    )  # fmt: skip
    mode = serializers.ChoiceField(("live", "test"), default="live")


class RefreshIn(InputSerializer):
    refreshToken = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text="Without it, the cookie of this name counts."
    )


class TokensOut(OutputSerializer):
    accessToken = serializers.CharField()
    refreshToken = serializers.CharField()


class OrganisationOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()


class StaffOut(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    organisation = OrganisationOut()
    mode = serializers.ChoiceField(("live", "test"))


class SignedIn(TokensOut):
    staff = StaffOut()


class SignedOut(OutputSerializer):
    message = serializers.CharField()


class Valid(OutputSerializer):
    valid = serializers.BooleanField()


class Checked(OutputSerializer):
    message = serializers.CharField()
    data = Valid()  # type: ignore[assignment]


_OPEN = grant("auth:sign-in:write", Audience.PUBLIC)


class SessionViewSet(DialectViewSet):
    dialect = Services()
    grants = {
        "login": _OPEN,
        "refresh": _OPEN,
        "logout": grant("auth:session:write", Audience.STAFF, Audience.MEMBER),
        "check": grant("auth:session:read", Audience.STAFF, Audience.MEMBER),
    }
    reads = {"login": LoginIn, "refresh": RefreshIn}
    answers = {"login": SignedIn, "refresh": TokensOut, "logout": SignedOut, "check": Checked}
    outside_transaction = frozenset({"login", "refresh"})

    def login(self, request: Request) -> Response:
        """Staff sign in with e-mail address and password, into one organisation and mode."""
        opened = sign_in_staff(**self.read(), device=device_of(request))
        return _with_cookie({**_tokens(opened), "staff": _staff(opened)}, opened.refresh_token)

    def refresh(self, request: Request) -> Response:
        """New tokens for a refresh token, which counts once; a second time it ends the session."""
        text = self.read().get("refreshToken") or request.COOKIES.get(COOKIE, "")
        opened = refresh_session(refresh_token=text, device=device_of(request))
        CALLERS[opened.session.kind](opened.session.id)
        return _with_cookie(_tokens(opened), opened.refresh_token)

    def logout(self, request: Request) -> Response:
        """End the session: its access token and its refresh token are dead before this answers."""
        if self.caller.session_id is not None:
            end_session(session_id=self.caller.session_id, because=SIGNED_OUT)
        response = Response({"message": "Signed out."})
        response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")
        return response

    def check(self, request: Request) -> dict[str, Any]:
        """Whether this access token is good: another answers 401."""
        return {"message": "The session is valid.", "data": {"valid": True}}


def _tokens(opened: OpenedSession) -> dict[str, Any]:
    return {"accessToken": str(access_token_for(opened.session)), "refreshToken": opened.refresh_token}


def _staff(opened: OpenedSession) -> dict[str, Any]:
    staff = staff_in_session(opened.session)
    organisation = staff.organisation
    return {
        "id": staff.id, "email": staff.user.email, "name": staff.user.name, "role": staff.role,
        "organisation": {"id": organisation.id, "name": organisation.name, "slug": organisation.slug},
        "mode": opened.session.mode,
    }  # fmt: skip


def _with_cookie(data: dict[str, Any], refresh_token: str) -> Response:
    """The answer, with the refresh token where no script of a page can read it."""
    response = Response(data)
    response.set_cookie(
        COOKIE, refresh_token, max_age=REFRESHED_WITHIN, path=COOKIE_PATH, httponly=True, samesite="Lax",
        secure=settings.HTTPS_ONLY,
    )  # fmt: skip
    return response
