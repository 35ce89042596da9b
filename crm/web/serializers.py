"""What surfaces declare their bodies with: strict input, and output fields that the presenter compiles."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from crm.kernel.tenancy import Selector


class InputSerializer(serializers.Serializer[Any]):
    """A request's body. Fields are declared one by one; whether others are refused, the dialect says."""

    def to_internal_value(self, data: Any) -> Any:
        dialect = self.context.get("dialect")
        if isinstance(data, Mapping) and (dialect is None or dialect.refuses_unknown_fields):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise ValidationError({name: ["Unknown field."] for name in unknown})
        return super().to_internal_value(data)


class OutputSerializer(serializers.Serializer[Any]):
    """An answer's body, as a declaration only: `crm.web.presenters` compiles it, nothing instantiates it for a row.

    `optional` names nested serializers that a request may ask for with `include`. One that is not `enveloped` is the
    whole body already. A field's `present` makes a cell's JSON; `beside` names more columns to hand to it.
    """

    optional: Mapping[str, serializers.Field[Any, Any, Any, Any]] = {}
    enveloped: ClassVar[bool] = True


class RowsOf(serializers.ListSerializer[Any]):
    """Rows of another table that belong to a row, read by one further statement for all rows of a page.

    `rows` is a selector that gives those of many at once, by the ids (UUIDs) it is called with, in the order to show;
    `of` is their column that names whose they are, and `by` the column of the row that has it.
    """

    def __init__(self, child: OutputSerializer, *, rows: Selector, of: str, by: str = "pk", **kwargs: Any) -> None:
        self.rows, self.of, self.by = rows, of, by
        super().__init__(child=child, **kwargs)


class FileOut(OutputSerializer):
    """A file: for the documents, there is nothing more to say than in what it is written."""

    media_type: ClassVar[str]
    # What is told of it to who asks for JSON; None where it is the file or nothing.
    told: ClassVar[type[OutputSerializer] | None] = None
    # Whether a refusal may be written so, too.
    refuses_in_kind: ClassVar[bool] = False


class PageOut(FileOut):
    """A page for whoever followed a link. What is wrong with the link stands on a page, too."""

    media_type = "text/html"
    refuses_in_kind = True


class CsvOut(FileOut):
    media_type = "text/csv"


class Alternative:
    """Mixed into an input field that is sent in place of others: the documents' examples leave it out."""


class PrefixedId(serializers.UUIDField):
    """A key written with its resource's prefix, such as `cus_0192…`."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        super().__init__(**kwargs)

    def present(self, value: Any) -> str:
        return f"{self.prefix}{value}"


class Moment(serializers.DateTimeField):
    """A moment, written as the dialect writes moments."""


class Constant(serializers.Field[Any, Any, Any, Any]):
    """A value that is true of every row until the capability behind it is built: 0 points, no rewards."""

    def __init__(self, value: Any, **kwargs: Any) -> None:
        self.value = value
        super().__init__(read_only=True, **kwargs)


class Mapped(serializers.ChoiceField):
    """A stored value under the dialect's own word for it."""

    def __init__(self, words: Mapping[str, str], **kwargs: Any) -> None:
        self.words = words
        super().__init__(choices=sorted(set(words.values())), **kwargs)

    def present(self, value: Any) -> str:
        return self.words[value]


class TextOrNull(serializers.CharField):
    """A text that is kept as an empty one when there is none, and told as null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def present(self, value: str) -> str | None:
        return value or None


class JsonObject(serializers.JSONField):
    """An object with any keys."""


extend_schema_field({"type": "object", "additionalProperties": True})(JsonObject)
