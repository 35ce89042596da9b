"""S2 `/contacts/{id}`: a member's own record (s2 §B6). Another contact's id is refused whether or not it exists."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.selectors import contacts, documents_of
from crm.contacts.services import (
    delete_contact,
    keep_document,
    referral_code_of,
    update_contact,
    write_company_profile,
)
from crm.organisations.services import end_session
from crm.web.serializers import Constant, InputSerializer, Moment, OutputSerializer
from selfservice.v1.fields import (
    CONSENT_STATES,
    GENDERS,
    CustomValue,
    CustomValues,
    Day,
    DayOut,
    EpochIn,
    Upper,
    custom_values,
)
from selfservice.v1.own import READ, WRITE, OwnViewSet
from selfservice.v1.pictures import avatar_told


class ContactCode(serializers.CharField):
    """A short code to say aloud: the end of the contact's id."""

    def present(self, value: UUID) -> str:
        return value.hex[-8:].upper()


class ReferralCode(serializers.CharField):
    """What somebody hands to those whom they bring."""

    def present(self, value: UUID) -> str:
        return referral_code_of(value)


class ContactType(serializers.CharField):
    def present(self, value: str) -> str:
        return value.upper()


class NameDayOut(OutputSerializer):
    month = serializers.IntegerField(source="name_day_month", allow_null=True)
    day = serializers.IntegerField(source="name_day_day", allow_null=True)


class DemographicsOut(OutputSerializer):
    gender = Upper(GENDERS, allow_null=True)
    name_day = NameDayOut(source="*")
    date_of_birth = DayOut()


class ProfileOut(OutputSerializer):
    profile_year = Moment(allow_null=True)
    annual_turnover = serializers.DecimalField(max_digits=19, decimal_places=4, allow_null=True)
    established_on = Moment(allow_null=True)
    number_of_employees = serializers.IntegerField(allow_null=True)
    registration_number = serializers.CharField(allow_null=True)
    registration_country = serializers.CharField(allow_null=True)
    tax_reference_number = serializers.CharField(allow_null=True)
    vat_registration_number = serializers.CharField(allow_null=True)
    industry_id = serializers.CharField(allow_null=True)
    industry_sectors = serializers.ListField(child=serializers.CharField(), allow_null=True)


class ContactOut(OutputSerializer):
    id = serializers.UUIDField()
    code = ContactCode(source="id")
    contact_type = ContactType(source="kind")
    title = serializers.CharField()
    first_name = serializers.CharField()
    middle_name = serializers.CharField()
    last_name = serializers.CharField()
    preferred_language_code = serializers.CharField(source="language")
    # Filled in by avatar_told().
    avatar = Constant("")
    avatar_srcset = Constant("")
    email_address = serializers.CharField(source="email")
    phone = serializers.CharField()
    company_name = serializers.CharField()
    company_profile = ProfileOut(source="profile")
    demographics = DemographicsOut(source="*")
    category_id = serializers.CharField()
    is_tax_exempt = serializers.BooleanField()
    email_opt_out = serializers.BooleanField()
    sms_opt_out = serializers.BooleanField()
    consent_state = ContactType()
    country_of_agreement = serializers.CharField()
    referral_code = ReferralCode(source="id")
    loyalty_identifiers = Constant([])
    custom_fields = CustomValues()


class PassportIn(InputSerializer):
    passport_number = serializers.CharField(max_length=64)
    issue_country_code = serializers.CharField(max_length=3, required=False, allow_blank=True)
    expiration_date = EpochIn(required=False, allow_null=True)


class IdDetailsIn(InputSerializer):
    id_number = serializers.CharField(max_length=64)
    issue_country_code = serializers.CharField(max_length=3, required=False, allow_blank=True)
    expiration_date = EpochIn(required=False, allow_null=True)


class NameDayIn(InputSerializer):
    month = serializers.IntegerField()
    day = serializers.IntegerField()


class DemographicsIn(InputSerializer):
    gender = Upper(GENDERS, required=False, allow_null=True)
    passport = PassportIn(required=False)
    id_details = IdDetailsIn(required=False)
    name_day = NameDayIn(required=False, allow_null=True)
    date_of_birth = Day(required=False, allow_null=True)


class ProfileIn(InputSerializer):
    profile_year = EpochIn(required=False, allow_null=True)
    annual_turnover = serializers.DecimalField(max_digits=19, decimal_places=4, required=False, allow_null=True)
    established_on = EpochIn(required=False, allow_null=True)
    number_of_employees = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)
    registration_number = serializers.CharField(max_length=64, required=False, allow_blank=True)
    registration_country = serializers.CharField(max_length=3, required=False, allow_blank=True)
    tax_reference_number = serializers.CharField(max_length=64, required=False, allow_blank=True)
    vat_registration_number = serializers.CharField(max_length=64, required=False, allow_blank=True)
    industry_id = serializers.CharField(max_length=64, required=False, allow_blank=True)
    industry_sectors = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=100)


def _text(longest: int, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_blank=True, allow_null=True, **options)


class ContactIn(InputSerializer):
    company_name = _text(200)
    title = _text(30)
    first_name = _text(100)
    middle_name = _text(100)
    last_name = _text(100)
    preferred_language_code = _text(10, source="language")
    category_id = _text(64)
    statutory_number = serializers.CharField(max_length=64, required=False)
    demographics = DemographicsIn(required=False)
    company_profile = ProfileIn(required=False)
    # The document's own sample spells it so.
    company_profle = ProfileIn(required=False)
    email_address = _text(254, source="email")
    sms_opt_out = serializers.BooleanField(required=False)
    email_opt_out = serializers.BooleanField(required=False)
    is_tax_exempt = serializers.BooleanField(required=False)
    consent_state = serializers.ChoiceField(CONSENT_STATES, required=False)
    custom_fields = CustomValue(many=True, required=False)


class Changed(OutputSerializer):
    id = serializers.UUIDField()


class ContactViewSet(OwnViewSet):
    grants = {"retrieve": READ, "demographics": READ, "update": WRITE, "destroy": WRITE, "sign_out": WRITE}
    reads = {"update": ContactIn}
    answers = {"retrieve": ContactOut, "demographics": DemographicsOut, "update": Changed}
    field_names = {
        "email": "email_address", "language": "preferred_language_code", "number": "demographics",
        "name": "first_name", "date_of_birth": "demographics.date_of_birth", "gender": "demographics.gender",
        "name_day_month": "demographics.name_day.month", "name_day_day": "demographics.name_day.day",
    }  # fmt: skip

    def retrieve(self, request: Request, contact_id: str) -> Any:
        """One's own record. Document numbers are shown by their last signs."""
        record = self.present(contacts().filter(pk=self.caller.id))
        shown = self._documents()
        record["demographics"] |= _told_of(shown)
        record |= avatar_told(self.caller.id)
        record["statutory_number"] = f"***{shown['statutory'].last_digits}" if "statutory" in shown else ""
        return record

    def demographics(self, request: Request, contact_id: str) -> Any:
        """The part of one's own record that says who one is."""
        return self.present(contacts().filter(pk=self.caller.id)) | _told_of(self._documents())

    def _documents(self) -> dict[str, Any]:
        return {document.kind: document for document in documents_of(self.caller.id)}

    def update(self, request: Request, contact_id: str) -> Any:
        """Change what is sent and leave the rest; null clears."""
        values = self.read()
        demographics = values.pop("demographics", {})
        profile = values.pop("company_profile", {}) | values.pop("company_profle", {})
        self._keep_documents(demographics, values.pop("statutory_number", None))
        if profile:
            write_company_profile(contact_id=self.caller.id, **profile)
        update_contact(contact_id=self.caller.id, **_person(values, demographics))
        return {"id": str(self.caller.id)}

    def destroy(self, request: Request, contact_id: str) -> None:
        """Leave the organisation: every session ends, the address is free again, the history stays."""
        delete_contact(contact_id=self.caller.id)

    def sign_out(self, request: Request, contact_id: str) -> None:
        """End this session: its tokens are dead before the answer arrives."""
        session_id = self.caller.session_id
        assert session_id is not None, "members come with a session"
        end_session(session_id=session_id, because="signed out")

    def _keep_documents(self, demographics: dict[str, Any], statutory_number: str | None) -> None:
        documents: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
            ("passport", "passport_number", demographics.pop("passport", None)),
            ("id", "id_number", demographics.pop("id_details", None)),
            ("statutory", "number", {"number": statutory_number} if statutory_number else None),
        )
        for kind, name, given in documents:
            if given:
                keep_document(
                    contact_id=self.caller.id, kind=kind, number=given[name],
                    issue_country=given.get("issue_country_code", ""), expires_at=given.get("expiration_date"),
                )  # fmt: skip


def _person(values: dict[str, Any], demographics: dict[str, Any]) -> dict[str, Any]:
    """The values of the contact's own row, as the domain names them."""
    if "consent_state" in values:
        values["consent_state"] = values["consent_state"].lower()
    if "custom_fields" in values:
        values["custom_fields"] = custom_values(values["custom_fields"])
    if "name_day" in demographics:
        name_day = demographics.pop("name_day") or {"month": None, "day": None}
        values |= {"name_day_month": name_day["month"], "name_day_day": name_day["day"]}
    return values | demographics


def _told_of(documents: dict[str, Any]) -> dict[str, Any]:
    return {
        "passport": _document(documents.get("passport"), "passport_number"),
        "id_details": _document(documents.get("id"), "id_number"),
    }


def _document(document: Any, number: str) -> dict[str, Any] | None:
    if document is None:
        return None
    expires = document.expires_at
    return {
        number: f"***{document.last_digits}",
        "issue_country_code": document.issue_country,
        "expiration_date": int(expires.timestamp()) if expires else None,
    }
