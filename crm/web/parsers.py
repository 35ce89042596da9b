"""Request bodies: size first, then form. Numbers with a point become Decimals, so that money stays exact."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.request import Request

from crm.web.dialects.base import FORM, JSON, MULTIPART

LARGEST_BODY = 2 * 1024 * 1024
LARGEST_UPLOAD = 20 * 1024 * 1024
DEEPEST = 100


class ExactJSONParser(BaseParser):
    media_type = JSON

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value; raises ParseError for anything that is not JSON in UTF-8."""
        try:
            text = stream.read().decode("utf-8-sig")
            value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError, ArithmeticError):
            raise ParseError("The body is not valid JSON.") from None
        if text.count("{") + text.count("[") > DEEPEST and _is_deeper(value, DEEPEST):
            raise ParseError(f"The body is nested more than {DEEPEST} levels deep.")
        return value


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether values stand in values beyond so many levels: whatever walks them calls itself for each."""
    inside = [value]
    for _level in range(levels):
        parts = (part.values() if isinstance(part, dict) else part for part in inside if isinstance(part, (dict, list)))
        inside = [item for part in parts for item in part]
    return any(isinstance(item, (dict, list)) for item in inside)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class PlainFormParser(FormParser):
    """A form whose values are single texts."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return super().parse(stream, media_type, dict(parser_context or {})).dict()


PARSERS: dict[str, type[BaseParser]] = {JSON: ExactJSONParser, FORM: PlainFormParser, MULTIPART: MultiPartParser}


def body_types_of(view: Any, action: str) -> tuple[str, ...]:
    """What an action's body may be written in: whatever the dialect reads, and forms with files where it takes them."""
    more = (MULTIPART,) if action in view.takes_files else ()
    return tuple(dict.fromkeys((*more, *view.dialect.body_types)))


def parsers_for(view: Any) -> list[BaseParser]:
    """Those of the action that is asked for, which has no name yet; none is asked for while documents are made."""
    verb = view.request.method.lower() if view.request is not None else ""
    return [PARSERS[body_type]() for body_type in body_types_of(view, view.action_map.get(verb, ""))]


def ensure_size(request: Request) -> None:
    """Raises RequestDataTooBig by what the request says of itself; more than it says is never read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    largest = LARGEST_UPLOAD if (request.content_type or "").startswith(MULTIPART) else LARGEST_BODY
    if not str(length).isdigit() or int(length) > largest:
        raise RequestDataTooBig
