"""S3 `/crm/{listing_id}` (s3, the whole page)."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from crm.campaigns.errors import EntryNotFound, ListingClosed
from crm.campaigns.selectors import entries_asked_for, listing_by_id
from crm.campaigns.services import add_to_listing, end_entry, put_into_listing
from crm.kernel.addresses import BadPhone, Phone, phone_from_digits, phone_key
from crm.kernel.tenancy import Question
from crm.web.device import device_of
from crm.web.dialects import Listings, Page
from crm.web.grants import Audience, grant
from crm.web.serializers import InputSerializer, Moment, OutputSerializer
from crm.web.viewset import Answer, DialectViewSet

LARGEST_ID = 2**63 - 1
LONGEST_NAME = 100
LONGEST_PHONE = 40


class Digits(serializers.CharField):
    """A phone: digits only are kept; ten of them are a number of country 1 (s3 §19). Blank means none."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not text:
            return None
        if len(text) > LONGEST_PHONE:
            raise ValidationError(str(BadPhone.message))
        try:
            return phone_of(text)
        except BadPhone as bad:
            raise ValidationError(str(bad.message)) from None


def phone_of(text: str) -> Phone:
    """Raises BadPhone."""
    digits = phone_key(text)
    return phone_from_digits(f"1{digits}" if len(digits) == 10 else digits)


@extend_schema_field({"type": "string", "example": "l-12345"})
class EntryPrefixedId(serializers.IntegerField):
    def present(self, value: int) -> str:
        return f"l-{value}"


class PhoneDigits(serializers.CharField):
    def present(self, value: str) -> str:
        return phone_key(value)


@extend_schema_field({"type": "string", "example": "2021-01-01 00:00:00"})
class SpacedMoment(Moment):
    """UTC, to the second, as the dialect writes moments."""


class EntryOut(OutputSerializer):
    contact_id = serializers.IntegerField(source="id")
    contact_unique_id = EntryPrefixedId(source="id")
    contact_first_name = serializers.CharField(source="contact.first_name")
    contact_last_name = serializers.CharField(source="contact.last_name")
    contact_email = serializers.CharField(source="contact.email")
    contact_phone = PhoneDigits(source="contact.phone")
    contact_created_date = SpacedMoment(source="created_at")
    contact_ip_address = serializers.IPAddressField(source="ip_address", allow_null=True)
    contact_source = serializers.CharField(source="source")
    contact_status = serializers.CharField(source="status")


class _Names(InputSerializer):
    first_name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)


class _Addresses(InputSerializer):
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    phone = Digits(required=False, allow_blank=True)


class _Number(InputSerializer):
    id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


class EntryIn(_Names, _Addresses):
    """POST."""


class EntryPut(_Number, _Names, _Addresses):
    """PUT."""


class EntryNamed(_Number, _Addresses):
    """DELETE: at least one of the three."""


class EntryWanted(_Number, _Names, _Addresses):
    """The query of a GET: at least one of the six."""

    name = serializers.CharField(max_length=2 * LONGEST_NAME, required=False, allow_blank=True)


_READ = grant("auth:members:read", Audience.KEY)
_WRITE = grant("auth:members:write", Audience.KEY)


class EntryViewSet(DialectViewSet):
    dialect = Listings()
    grants = {"list": _READ, "create": _WRITE, "update": _WRITE, "destroy": _WRITE}
    reads = {"create": EntryIn, "update": EntryPut, "destroy": EntryNamed}
    answers = {"list": EntryOut}
    statuses = {"destroy": 202}
    more_statuses = {"update": (201,)}
    default_sort = ("-id",)
    extra_parameters = {
        "list": tuple(
            OpenApiParameter(name, OpenApiTypes.STR, description="At least one of these is needed.")
            for name in ("id", "first_name", "last_name", "name", "email", "phone")
        ),
        "destroy": tuple(
            OpenApiParameter(name, OpenApiTypes.STR, description="May stand in the body instead; one is needed.")
            for name in ("id", "email", "phone")
        ),
    }

    def admit(self, *, listing_id: str) -> None:
        """A listing that is unknown or not the key's is 403 before anything else is looked at (s3 §10)."""
        self.listing = listing_by_id(read_id(listing_id))

    def list(self, request: Request, listing_id: str) -> Page:
        """Contacts of the listing that match everything asked, newest first."""
        wanted = self._wanted()
        page = self.list_of(wanted) if wanted else None
        if page is None or not page.items:
            raise EntryNotFound
        return page

    def create(self, request: Request, listing_id: str) -> None:
        """Add a contact: an e-mail address or a phone is needed."""
        values: Any = self.read()
        add_to_listing(listing=self.listing, values=values, ip_address=device_of(request).address)

    def update(self, request: Request, listing_id: str) -> Answer:
        """Change a contact, or add one when there is none."""
        values: Any = self.read()
        address = device_of(request).address
        outcome = put_into_listing(
            listing=self.listing, entry_id=values.pop("id", None), values=values, ip_address=address
        )
        return Answer(None, 201 if outcome.created else 200)

    def destroy(self, request: Request, listing_id: str) -> None:
        """Take a contact out of the listing."""
        body = request.data
        given = {**request.query_params.dict(), **body} if isinstance(body, Mapping) else body
        values = self._named(EntryNamed, given)
        phone = values.get("phone")
        end_entry(
            listing=self.listing,
            entry_id=values.get("id"),
            email=values.get("email", ""),
            phone=phone.key if phone else "",
        )

    def _wanted(self) -> Question | None:
        values = self._named(EntryWanted, self.request.query_params.dict())
        phone = values.pop("phone", None)
        return entries_asked_for(
            self.listing, entry_id=values.pop("id", None), phone=phone.key if phone else "", **values
        )

    def _named(self, serializer_class: type[InputSerializer], given: Any) -> dict[str, Any]:
        """The parameters that name contacts, at least one of them; Raises ValidationError."""
        serializer = serializer_class(data=given, context={"dialect": self.dialect})
        serializer.is_valid(raise_exception=True)
        named = {name: value for name, value in serializer.validated_data.items() if value not in ("", None)}
        if not named:
            names = ", ".join(serializer.fields)
            raise ValidationError({"id": [f"At least one of these parameters is needed: {names}."]})
        return named


def read_id(text: str) -> int:
    """A listing's number; raises ListingClosed when it has not the form of one (s3 §10)."""
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > LARGEST_ID:
        raise ListingClosed
    return int(text)
