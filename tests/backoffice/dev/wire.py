"""How the tests of this folder call S4 and read its answers."""

import csv
import io
from typing import Any

from crm.organisations.models import SessionKind
from crm.organisations.services import define_custom_field, open_session
from crm.organisations.services.sessions import Device
from crm.web.tokens import access_token_for
from tests.cast import Api, World

CUSTOMERS = "/dev/crm/customers"
JANE = {"name": "Jane Smith", "email": "jane@example.com", "phone": "+1234567890", "company": "Tech Corp"}
FIELDS = [
    "id", "project_id", "name", "email", "phone", "company", "type", "status", "billing_address", "shipping_address",
    "payment_terms", "credit_limit", "tax_id", "notes", "custom_fields", "assigned_to", "lead_id", "createdAt",
    "updatedAt",
]  # fmt: skip


def data(answer: Any, status: int = 200) -> dict[str, Any]:
    """The record in an answer that must be a success."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"data"}
    return answer.json()["data"]


def names(answer: Any) -> list[str]:
    """The names in a list that must be a success."""
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["data"]]


def message(answer: Any, status: int) -> str:
    """The sentence of a refusal."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) <= {"message", "errors"}
    return answer.json()["message"]


def complaints(answer: Any, status: int = 400) -> dict[str, str]:
    """The details of a refusal, by field."""
    message(answer, status)
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def sheet(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))


def staff_api(world: World, role: str) -> Api:
    """The staff member of that role, signed in to the APIs."""
    staff = world.staff[role]
    with world.scope():
        opened = open_session(kind=SessionKind.STAFF, subject_id=staff.pk, tenant=world.tenant, device=Device())
    return Api(str(access_token_for(opened.session)))


def define(world: World, key: str, kind: str = "text", **more: Any) -> None:
    """A custom field of `world`."""
    with world.scope():
        define_custom_field(key=key, label=key.title(), kind=kind, **more)
