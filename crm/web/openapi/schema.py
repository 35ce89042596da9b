"""drf-spectacular's view of a DialectViewSet: bodies from `reads` and `answers`, envelopes from the dialect."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter

from crm.web.custom_filters import CUSTOM, HELP
from crm.web.filters import DateFrom, DateTo, parameter_name
from crm.web.openapi.envelopes import failures, page_schema, success_schema
from crm.web.parsers import body_types_of
from crm.web.repeats import HEADER
from crm.web.serializers import FileOut, InputSerializer, OutputSerializer
from crm.web.viewset import SAFE, DialectViewSet


class DialectSchema(AutoSchema):
    view: DialectViewSet  # type: ignore[override]

    @property
    def _action(self) -> str:
        return self.view.action

    def get_request_serializer(self) -> type[InputSerializer] | None:
        return self.view.reads.get(self._action)

    def get_auth(self) -> list[dict[str, list[str]]]:
        grant = self.view.grants[self._action]
        return [] if grant.is_public else [{name: [grant.scope]} for name in security_schemes(self.view)]

    def get_tags(self) -> list[str]:
        return [type(self.view).__name__.removesuffix("ViewSet")]

    def get_description(self) -> str:  # type: ignore[override]
        grant = self.view.grants[self._action]
        handler = getattr(self.view, self._action)
        text = " ".join((handler.__doc__ or "").split())
        return f"{text}\n\nFor: {', '.join(sorted(grant.audiences))}. Permission: `{grant.scope}`."

    def get_operation_id(self) -> str:
        return f"{type(self.view).__name__.removesuffix('ViewSet')}_{self._action}".lower()

    def get_override_parameters(self) -> list[Any]:
        own = self.view.extra_parameters.get(self._action, ())
        return [*self._paging(), *self._filters(), *self._include(), *self._repeats(), *own]

    def _repeats_by_key(self) -> bool:
        return self.method == "POST" and self._action not in self.view.outside_transaction

    def _repeats(self) -> list[OpenApiParameter]:
        if not self._repeats_by_key():
            return []
        text = "Sent again with the same key and body, a request has no second effect; the first answer is repeated."
        return [OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description=text)]

    def get_filter_backends(self) -> list[Any]:
        return []

    def _get_paginator(self) -> None:
        return None

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self._action in self.view.lists

    def map_parsers(self) -> list[str]:
        return list(body_types_of(self.view, self._action))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        writes = self.method not in SAFE
        done = (self.view.status_of_action(), *self.view.more_statuses.get(self._action, ()))
        refused = failures(self.view.dialect, writes=writes, repeats=self._repeats_by_key())
        serializer = self.view.answers.get(self._action)
        if serializer and issubclass(serializer, FileOut) and serializer.refuses_in_kind:
            refused["400"]["content"][serializer.media_type] = {"schema": {"type": "string"}}
        return {**{str(status): self._success(status) for status in done}, **refused}

    def _success(self, status: int) -> dict[str, Any]:
        serializer = self.view.answers.get(self._action)
        if serializer and issubclass(serializer, FileOut):
            return {"description": "A file.", "content": self._file(serializer)}
        if status == 204:
            return {"description": "Done; the body is empty."}
        if serializer is None and self.view.dialect.success({}, status) == {}:
            return {"description": "Done; the body is empty."}
        inner = self.resolve_serializer(serializer, "response").ref if serializer else {}
        if self._is_list_view():
            schema = page_schema(self.view.dialect, inner)
        elif serializer and not serializer.enveloped:
            schema = inner
        else:
            schema = success_schema(self.view.dialect, status, inner)
        return {"description": "Done.", "content": {"application/json": {"schema": schema}}}

    def _file(self, serializer: type[FileOut]) -> dict[str, Any]:
        form = {"type": "string", "format": "binary"} if serializer.told else {"type": "string"}
        told = self.resolve_serializer(serializer.told, "response").ref if serializer.told else None
        return {
            serializer.media_type: {"schema": form},
            **({"application/json": {"schema": told}} if told else {}),
        }

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        for name, part in (serializer.optional if isinstance(serializer, OutputSerializer) else {}).items():
            asked_for = self._map_serializer_field(part, direction)  # type: ignore[no-untyped-call]
            otherwise = schema["properties"].get(name)
            schema["properties"][name] = {"oneOf": [otherwise, asked_for]} if otherwise else asked_for
        return schema

    def _paging(self) -> list[OpenApiParameter]:
        if not self._is_list_view():
            return []
        dialect, style = self.view.dialect, self.view.dialect.sort_style
        number = OpenApiParameter(dialect.page_parameter, int, description="Page, from 1.", default=1)
        size = OpenApiParameter(
            dialect.size_parameter, int, default=dialect.default_size, description=f"At most {dialect.largest_size}."
        )
        if not self.view.sort_fields:
            return [number, size]
        fields = ", ".join(sorted(self.view.sort_fields))
        form = "`field:asc` or `field:desc`, several by comma" if style.direction is None else "a field"
        sort = [OpenApiParameter(style.by, str, description=f"{form}; fields: {fields}.")]
        if style.direction:
            sort.append(OpenApiParameter(style.direction, str, enum=["asc", "desc"]))
        return [number, size, *sort]

    def _filters(self) -> list[OpenApiParameter]:
        filterset = self.view.filters
        if filterset is None or not (self._is_list_view() or self._is_file):
            return []
        declared = [
            OpenApiParameter(
                parameter_name(name, self.view.dialect),
                str,
                description=filter_.extra.get("help_text")
                or ("ISO 8601 date or date-time." if isinstance(filter_, (DateFrom, DateTo)) else ""),
            )
            for name, filter_ in filterset.base_filters.items()
        ]
        return declared if filterset.custom_fields_of is None else [*declared, self._custom_filter()]

    def _custom_filter(self) -> OpenApiParameter:
        """One line for all of them: which keys there are, each organisation decides."""
        key, size = (parameter_name(f"{CUSTOM}{word}", self.view.dialect) for word in ("<key>", "size"))
        return OpenApiParameter(key, str, description=HELP.format(example=f"`{size}=44`"))

    @property
    def _is_file(self) -> bool:
        """Whether the answer is a file of a list; it is filtered like the list."""
        return issubclass(self.view.answers.get(self._action, OutputSerializer), FileOut)

    def _include(self) -> list[OpenApiParameter]:
        serializer = self.view.answers.get(self._action)
        if serializer is None or not serializer.optional:
            return []
        return [OpenApiParameter("include", str, description=f"By comma: {', '.join(sorted(serializer.optional))}.")]


def classes_without_a_word_to_callers() -> list[type]:
    """Bases whose docstrings are for those who read the code."""
    return [*get_lib_doc_excludes(), InputSerializer, OutputSerializer]  # type: ignore[no-untyped-call]


def security_schemes(view: DialectViewSet) -> list[str]:
    names = {
        "Authorization": "bearer", "X-API-Key": "apiKeyHeader", "api_key": "publishableKey", "auth_token": "authToken",
    }  # fmt: skip
    return [names[header] for headers in view.dialect.credential_headers for header in headers]


SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKeyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "publishableKey": {"type": "apiKey", "in": "header", "name": "api_key"},
    "authToken": {"type": "apiKey", "in": "header", "name": "auth_token"},
}
