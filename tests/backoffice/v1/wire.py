"""How the tests of this folder read S0's answers."""

from typing import Any

JOHN = {"name": "John Doe", "email": "john@example.com", "phone": "+1234567890", "tier": "bronze"}
SUMMARY = {"id", "name", "email", "phone", "tier", "points_balance", "status", "created_at", "updated_at"}
DETAIL = SUMMARY | {"date_of_birth", "gender", "wechat"}
UNKNOWN_ID = "cus_0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a"


def data(answer: Any, status: int = 200) -> dict[str, Any]:
    """The record in an answer that must be a success."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"data"}
    return answer.json()["data"]


def error(answer: Any, status: int) -> dict[str, Any]:
    """The error in an answer that must be a refusal."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"error"}
    body: dict[str, Any] = answer.json()["error"]
    assert set(body) <= {"code", "message", "details"}
    return body


def complaints(answer: Any) -> dict[str, str]:
    """The details of a 400, by field."""
    body = error(answer, 400)
    assert body["code"] == "INVALID_REQUEST"
    assert all(set(detail) == {"field", "message"} for detail in body["details"])
    return {detail["field"]: detail["message"] for detail in body["details"]}
