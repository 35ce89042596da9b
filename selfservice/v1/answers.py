"""What S2 answers to whoever comes in: tokens, or where a one-time code went (s2 §A, T)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from crm.contacts.selectors import contact_by_id, has_verified_address
from crm.contacts.services import AskedCode
from crm.organisations.selectors import merchants, organisation_of_scope
from crm.organisations.services import OpenedSession
from crm.web.serializers import Alternative, OutputSerializer
from crm.web.tokens import access_token_for
from selfservice.v1.pictures import avatar_told


class SignedInContact(OutputSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company_name = serializers.CharField()
    avatar = serializers.CharField()
    is_verified = serializers.ChoiceField(("true", "false"))


class NetworkEntry(OutputSerializer):
    external_id = serializers.CharField()
    org_type = serializers.CharField()
    org_relationship = serializers.CharField()
    name = serializers.CharField()


class TokensOut(OutputSerializer):
    """The token answer of the document (s2 §A, T)."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    exp = serializers.CharField(help_text="Epoch seconds, as text.")
    contact = SignedInContact()
    organisations = NetworkEntry(many=True)


class CodeOut(OutputSerializer):
    """Where a code went, as far as whoever asked may know, and the request's id; alike for people who are unknown."""

    obfuscated_value = serializers.CharField()
    auth_otp = serializers.UUIDField()


class CodeOrNothing(Alternative, serializers.CharField):
    """Part of the answer only where a code is needed first."""


class TokensOrCodeOut(OutputSerializer):
    """Tokens, or, where a one-time code is needed first, where it went."""

    access_token = serializers.CharField(required=False)
    refresh_token = serializers.CharField(required=False)
    exp = serializers.CharField(required=False, help_text="Epoch seconds, as text.")
    contact = SignedInContact(required=False)
    organisations = NetworkEntry(many=True, required=False)
    obfuscated_value = CodeOrNothing(required=False)
    auth_otp = CodeOrNothing(required=False)


def code_answer(asked: AskedCode) -> dict[str, str]:
    return {"obfuscated_value": asked.obfuscated_value, "auth_otp": str(asked.auth_otp)}


def token_answer(opened: OpenedSession) -> dict[str, Any]:
    """The token answer for a session that was just opened or refreshed."""
    access = access_token_for(opened.session)
    contact = contact_by_id(UUID(str(opened.session.subject_id)))
    return {
        "access_token": str(access),
        "refresh_token": opened.refresh_token,
        "exp": str(access["exp"]),
        "contact": {
            "id": str(contact.id),
            "title": contact.title,
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "company_name": contact.company_name,
            "avatar": avatar_told(contact.id)["avatar"],
            "is_verified": "true" if has_verified_address(contact.id) else "false",
        },
        "organisations": _network(),
    }


def _network() -> list[dict[str, str]]:
    """The organisation itself, and the merchants of its network."""
    own = organisation_of_scope()
    first = {"external_id": own.slug, "org_type": "SERVICE_OWNER", "org_relationship": "MERCHANT", "name": own.name}
    others = [
        {"external_id": row.external_id, "org_type": row.kind, "org_relationship": row.relationship, "name": row.name}
        for row in merchants()
    ]
    return [first, *others]
