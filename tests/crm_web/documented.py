"""Answers held against the OpenAPI documents: what OpenAPI 3.0 says, told in JSON Schema, and closed.

OpenAPI leaves out what a schema does not mention; here an undocumented field is a fault, and so is a documented one
that is missing, unless the document says that it is optional.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from crm.web.openapi.documents import document_of
from crm.web.openapi.examples import ALTERNATIVE


@cache
def document(name: str) -> dict[str, Any]:
    return document_of(name).schema


def operations(name: str) -> dict[str, dict[str, Any]]:
    """Every operation of a document, as `GET /v1/customers`."""
    return {
        f"{verb.upper()} {path}": operation
        for path, verbs in document(name)["paths"].items()
        for verb, operation in verbs.items()
    }


def faults(name: str, operation: str, answer: Any) -> list[str]:
    """What the answer has that its documented schema does not allow, or the other way round."""
    status, documented = str(answer.status_code), operations(name)[operation]["responses"]
    if status not in documented:
        return [f"{operation} answers {status}, which is not documented"]
    content = documented[status]["content"]
    if answer["Content-Type"] not in content:
        return [f"{operation} answers {answer['Content-Type']}, which is not documented"]
    schema = _closed(content[answer["Content-Type"]]["schema"], complete=status < "400")
    components = {
        part: _closed(component, complete=status < "400")
        for part, component in document(name)["components"]["schemas"].items()
    }
    validator = Draft202012Validator({**schema, "components": {"schemas": components}}, format_checker=FormatChecker())
    return [
        f"{'.'.join(map(str, error.absolute_path)) or 'the body'}: {error.message}"
        for error in _leaves(validator.iter_errors(_body_of(answer)))
    ]


def _body_of(answer: Any) -> Any:
    if answer["Content-Type"] == "application/json":
        return answer.json()
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def allowed(name: str, schema: Any, value: Any) -> list[str]:
    """What is wrong with a value that a document's schema should allow."""
    components = {part: _closed(component, complete=True) for part, component in _components(name).items()}
    validator = Draft202012Validator({**_closed(schema, complete=True), "components": {"schemas": components}})
    return [error.message for error in _leaves(validator.iter_errors(value))]


def _components(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document(name)["components"]["schemas"]
    return found


def _leaves(errors: Any) -> Iterator[Any]:
    for error in errors:
        yield from _leaves(error.context) if error.context else [error]


def _closed(schema: Any, *, complete: bool) -> Any:
    """`schema` in JSON Schema. With `complete`, fields of an envelope are required, though it does not say so, but for
    those that are sent in place of others.
    """
    if isinstance(schema, list):
        return [_closed(item, complete=complete) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: value if key == "example" else _closed(value, complete=complete) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        plain.setdefault("additionalProperties", False)
        own = sorted(name for name, part in schema["properties"].items() if ALTERNATIVE not in part)
        plain.setdefault("required", own if complete else [])
    return _nullable(plain) if plain.pop("nullable", False) is True else plain


def _nullable(plain: dict[str, Any]) -> dict[str, Any]:
    if isinstance(plain.get("type"), str):
        return {
            **plain,
            "type": [plain["type"], "null"],
            **({"enum": [*plain["enum"], None]} if "enum" in plain else {}),
        }
    if {"$ref", "allOf", "oneOf", "anyOf", "enum"} & set(plain):
        return {"anyOf": [plain, {"type": "null"}]}
    return plain
