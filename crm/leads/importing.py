"""Leads from files: what columns mean, and how a row is read and found (crm/imports/nouns.py)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.campaigns.selectors import campaigns
from crm.contacts.errors import UnknownAssignee
from crm.imports.custom_values import custom_reader
from crm.imports.nouns import Batch, Field, Noun, Read, Refused, Undoing, Written, register
from crm.imports.values import colleagues, id_in, moment_in, number_in, one_of
from crm.kernel.addresses import BadEmail
from crm.kernel.errors import Invalid, Message
from crm.leads.errors import UnknownCampaign
from crm.leads.models import Lead
from crm.leads.services.importing import LeadReading, lead_maker, undo_imported, write_imported

_PLAIN = ("name", "email", "phone", "company", "notes")
_WORDS = ("source", "status")
_EXTERNAL_ID = "external_id"
HIGHEST_SCORE = 100


class LeadNoun(Noun):
    name: ClassVar[str] = "leads"
    label: ClassVar[Message] = _("Leads")
    grant: ClassVar[str] = "crm:leads:write"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("id", _("Id"), ("lead id",)),
        Field("name", _("Name"), ("full name", "lead", "lead name", "contact name")),
        Field("email", _("E-mail"), ("email address", "e mail address", "mail")),
        Field("phone", _("Phone"), ("phone number", "telephone", "mobile", "tel")),
        Field("company", _("Company"), ("company name", "organisation", "organization", "account")),
        Field("source", _("Source"), ("lead source", "origin")),
        Field("campaign_id", _("Campaign"), ("campaign",)),
        Field("status", _("Stage"), ("lead status", "stage")),
        Field("score", _("Score"), ("lead score", "rating")),
        Field("notes", _("Notes"), ("note", "comment", "comments", "description")),
        Field("last_contact", _("Last contact"), ("last contacted", "last activity")),
        Field("assigned_to", _("Worked by"), ("owner", "lead owner", "assignee", "sales rep")),
        Field("external_id", _("External id"), ("external reference", "crm id")),
    )
    match_keys: ClassVar[tuple[str, ...]] = ("email", "phone", "id", "external_id")
    # The rest of our own export.
    ignored: ClassVar[frozenset[str]] = frozenset({"project_id", "customer_id", "createdat", "updatedat"})

    written_as: ClassVar[Mapping[str, str]] = {"manual_score": "score", "assigned_to_id": "assigned_to"}

    def reader(self) -> Read:
        custom = custom_reader()
        new_lead = lead_maker()
        assignees = colleagues()
        known = campaigns().values_list("pk", "name")
        by_name = {name: pk for pk, title in known for name in (str(pk), title.casefold())}

        def read(texts: Mapping[str, str], given: Mapping[str, Any]) -> LeadReading:
            values = _values(texts)
            if "campaign_id" in texts:
                values["campaign_id"] = one_of(by_name, texts["campaign_id"], UnknownCampaign)
            if "assigned_to" in texts:
                values["assigned_to_id"] = one_of(assignees, texts["assigned_to"], UnknownAssignee)
            external = {_EXTERNAL_ID: texts[_EXTERNAL_ID]} if _EXTERNAL_ID in texts else {}
            own = custom({**given, **external})
            return LeadReading(id_in(texts), new_lead(values, own), values, own)

        return read

    def key_of(self, field: str, reading: LeadReading) -> str:
        if field == "id":
            return reading.id
        if field == _EXTERNAL_ID:
            return str(reading.custom.get(_EXTERNAL_ID, ""))
        key: str = getattr(reading.lead, f"{field}_key")
        return key

    def find(self, field: str, keys: Collection[str]) -> Mapping[str, Sequence[UUID]]:
        path = {"id": "id", _EXTERNAL_ID: f"custom_fields__{_EXTERNAL_ID}"}.get(field, f"{field}_key")
        found: dict[str, list[UUID]] = defaultdict(list)
        living = Lead.objects.filter(deleted_at=None, **{f"{path}__in": list(keys)})
        for pk, key in living.values_list("pk", path):
            found[str(key)].append(pk)
        return found

    def lacking(self, reading: LeadReading) -> Refused | None:
        return None if reading.lead.email_key else Refused("email", BadEmail.message)

    def write(self, batch: Batch) -> Mapping[int, Written | Refused]:
        return write_imported(batch)

    def undo(self, rows: Sequence[Undoing]) -> Mapping[int, Message]:
        return undo_imported(rows)


def _values(texts: Mapping[str, str]) -> dict[str, Any]:
    """Raises Invalid."""
    values: dict[str, Any] = {name: texts[name] for name in _PLAIN if name in texts}
    values |= {name: texts[name].lower() for name in _WORDS if name in texts}
    if "score" in texts:
        values["score"] = _score(texts["score"])
    if "last_contact" in texts:
        values["last_contact"] = _moment(texts["last_contact"])
    return values


# Files say the same few figures again and again.
@lru_cache(maxsize=1024)
def _score(text: str) -> Decimal:
    score = number_in(text)
    if score is None or not 0 <= score <= HIGHEST_SCORE:
        raise Invalid(_("Enter a number from 0 to 100."), field="score")
    return score


def _moment(text: str) -> datetime:
    moment = moment_in(text)
    if moment is None:
        raise Invalid(_("Enter an ISO 8601 date or date-time."), field="last_contact")
    return moment


register(LeadNoun())
