"""An example of every body in a document, made from its schema, so that the two cannot differ."""

from collections.abc import Mapping
from typing import Any

# What a field of this name holds, whoever's field it is and however its words are joined.
_BY_NAME: dict[str, Any] = {
    "id": "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a", "code": "6C7B8A01", "name": "Ann Lee", "firstname": "Ann",
    "lastname": "Lee", "email": "ann@example.com", "emailaddress": "ann@example.com", "username": "ann@example.com",
    "phone": "+35799123834", "password": "correct horse 9", "company": "Lee and Co", "companyname": "Lee and Co",
    "language": "en", "tier": "gold", "pointsbalance": 0, "message": "Done.", "statuscode": 200, "exp": "1798761600",
    "page": 1, "limit": 20, "size": 10, "total": 1, "totalpages": 1, "hasnext": False, "hasprev": False,
    "year": 1990, "month": 2, "day": 28,
}  # fmt: skip
_BY_FORMAT = {
    "uuid": "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a", "date": "1990-02-28", "date-time": "2026-01-15T09:30:00.000Z",
    "email": "ann@example.com", "decimal": "10.00",
}  # fmt: skip
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 10, "boolean": True, "string": "text"}
_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
}  # fmt: skip
_BODIES = ("application/json",)
# Marks the schema of a field that is sent in place of others.
ALTERNATIVE = "x-alternative"


def with_examples(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's hook: every request body and every answer of success gets an example."""
    schemas = result.get("components", {}).get("schemas", {})
    for operations in result["paths"].values():
        for operation in operations.values():
            done = [answer for status, answer in operation["responses"].items() if status < "300"]
            for part in [*done, operation.get("requestBody", {})]:
                for kind, content in part.get("content", {}).items():
                    if kind in _BODIES:
                        content["example"] = example_of(content["schema"], schemas)
    return result


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """A value that `schema` allows; `schemas` are those that it may refer to."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for choice in ("allOf", "oneOf", "anyOf"):
        if choice in schema:
            return example_of(schema[choice][0], schemas, name)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "array":
        return [example_of(schema["items"], schemas, name)]
    if kind == "object":
        parts = {name: part for name, part in schema.get("properties", {}).items() if ALTERNATIVE not in part}
        return {field: example_of(part, schemas, field) for field, part in parts.items()}
    return _simple(schema, kind, name)


def _simple(schema: Mapping[str, Any], kind: str, name: str) -> Any:
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    usual = _BY_NAME.get(name.replace("_", "").lower())
    fits: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
    }
    if isinstance(usual, fits[kind]) and len(str(usual)) <= schema.get("maxLength", 1_000):
        return usual
    if kind == "string":
        return str(_BY_TYPE["string"])[: schema.get("maxLength", 4)]
    return max(_BY_TYPE[kind], schema.get("minimum", _BY_TYPE[kind]))
