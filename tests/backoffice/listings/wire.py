"""How the tests of this folder speak S3, and read it."""

from typing import Any

from crm.kernel.addresses import Phone, phone_from_digits
from tests.cast import World

JOHN = {"first_name": "John", "last_name": "Doe", "email": "johndoe@example.com", "phone": "15551234567"}
ADDED = "New contact successfully updated."
UPDATED = "Contact successfully updated."
DELETED = "Contact deleted successfully."
UNKNOWN = 999_999_999
FIELDS = {
    "contact_id", "contact_unique_id", "contact_first_name", "contact_last_name", "contact_email", "contact_phone",
    "contact_created_date", "contact_ip_address", "contact_source", "contact_status",
}  # fmt: skip


def path(world: World) -> str:
    return f"/crm/{world.listing.pk}"


def phone(digits: str) -> Phone:
    return phone_from_digits(digits)


def done(answer: Any, status: int, message: str) -> None:
    """The answer is exactly this success."""
    assert (answer.status_code, answer.json()) == (status, {"status": "success", "message": message})


def refusal(answer: Any, status: int) -> str:
    """The one sentence of an answer that must be a refusal."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"status", "message"}
    assert answer.json()["status"] == "error"
    return str(answer.json()["message"])


def found(world: World, **parameters: Any) -> list[dict[str, Any]]:
    """The results of a search; none when nobody matches."""
    answer = world.api.get(path(world), **parameters)
    if answer.status_code == 404:
        return []
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert set(body) == {"status", "message", "data"}
    assert set(body["data"]) == {"results"}
    assert body["message"] == f"{len(body['data']['results'])} record(s) found."
    return body["data"]["results"]


def numbers(world: World, **parameters: Any) -> list[int]:
    return [row["contact_id"] for row in found(world, **parameters)]


def add(world: World, **fields: Any) -> int:
    """POST a contact that is taken; its number."""
    done(world.api.form("post", path(world), **fields), 201, ADDED)
    return max(numbers(world, **{name: fields[name] for name in ("email", "phone") if name in fields}))
