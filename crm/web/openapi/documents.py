"""The documents as data: what `/docs/<surface>/openapi.json` serves, with the generator's complaints."""

import io
import json
from collections import namedtuple
from contextlib import redirect_stderr
from typing import Any, NamedTuple

from django.urls import resolve
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema

_Urls = namedtuple("_Urls", ["urlpatterns"])


class Document(NamedTuple):
    schema: dict[str, Any]
    complaints: str


def document_of(name: str) -> Document:
    """The OpenAPI document of a surface, valid by OpenAPI 3.0's own schema, and every warning its making gave.

    Raises jsonschema's ValidationError when it is not valid.
    """
    options = resolve(f"/docs/{name}/openapi.json").func.view_initkwargs  # type: ignore[attr-defined]
    GENERATOR_STATS.reset()
    complaints = io.StringIO()
    with patched_settings(options["custom_settings"]), redirect_stderr(complaints):
        generator = SchemaGenerator(urlconf=_Urls(options["urlconf"]))  # type: ignore[no-untyped-call]
        schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        rendered = OpenApiJsonRenderer2().render(schema, renderer_context={})
        GENERATOR_STATS.emit_summary()
    plain: dict[str, Any] = json.loads(rendered)
    validate_schema(plain)  # type: ignore[no-untyped-call]
    return Document(plain, complaints.getvalue().strip())
