"""One renderer: it asks the dialect for the envelope, and orjson for the bytes."""

import json
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

from crm.web.dialects import Dialect, Page
from crm.web.problems import Problem
from crm.web.repeats import Kept


class DialectRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        if isinstance(data, Kept):
            return data.body
        context = renderer_context or {}
        return body_of(context["view"].dialect, data, context["response"].status_code)


def body_of(dialect: Dialect, data: Any, status: int) -> bytes:
    """The bytes of an answer; none at all where the dialect has nothing to say."""
    body = envelope(dialect, data, status)
    return b"" if body is None else to_bytes(body)


def envelope(dialect: Dialect, data: Any, status: int) -> Any:
    """`data` as the dialect wraps it; which of its three functions is asked, the type of `data` decides."""
    if isinstance(data, Problem):
        return dialect.failure(data)
    if isinstance(data, Page):
        return dialect.page(data)
    return dialect.success(data, status)


def to_bytes(body: Any) -> bytes:
    try:
        return orjson.dumps(body, default=_default)
    except TypeError:
        # A complaint may quote what was sent, and that may be no text at all: half of a surrogate pair, escaped again.
        return json.dumps(body, default=str, ensure_ascii=True).encode()


def _default(value: Any) -> Any:
    # A Decimal is written digit by digit: money never passes through a binary float.
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value:f}")
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form.")
