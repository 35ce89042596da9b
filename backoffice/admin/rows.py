"""Form fields for values of several parts: lists of texts, and tables of which each row is an object."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminTextareaWidget

BLANK_ROWS, MOST_ROWS = 3, 60


class LinesField(forms.CharField):
    """Texts, one to a line."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [stripped for line in super().clean(value).splitlines() if (stripped := line.strip())]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.clean(data) != (initial or [])


class RowsWidget(forms.Widget):
    """A table of inputs with some blank rows at its end; what stands in its cells comes and goes as texts."""

    def __init__(self, columns: Mapping[str, forms.Field]) -> None:
        super().__init__()
        self.columns = columns

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = [*(value or []), *[{}] * BLANK_ROWS]
        cells = [
            [self._cell(name, number, key, row.get(key)) for key in self.columns] for number, row in enumerate(rows)
        ]
        context = {"labels": [column.label for column in self.columns.values()], "rows": cells}
        return render_to_string("backoffice/rows.html", {**context, "classes": " ".join(BASE_INPUT_CLASSES)})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        rows = [{key: data.get(f"{name}-{number}-{key}", "") for key in self.columns} for number in range(MOST_ROWS)]
        return [row for row in rows if any(text.strip() for text in row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(str(key).startswith(f"{name}-") for key in data)

    def id_for_label(self, id_: str, index: str = "") -> str:
        return ""

    def _cell(self, name: str, number: int, key: str, text: str | None) -> dict[str, Any]:
        column = self.columns[key]
        label = _("%(column)s, row %(number)s") % {"column": column.label, "number": number + 1}
        is_moment = isinstance(column, forms.DateTimeField)
        return {
            "name": f"{name}-{number}-{key}", "label": label, "text": text or "",
            "type": "datetime-local" if is_moment else "text", "is_number": isinstance(column, forms.DecimalField),
            "is_long": isinstance(column.widget, forms.Textarea),
        }  # fmt: skip


class RowsField(forms.Field):
    """Objects, one to a row, with a form field for each of their keys. Blank rows and blank cells are left out."""

    def __init__(self, columns: Mapping[str, forms.Field], **kwargs: Any) -> None:
        self.columns = columns
        super().__init__(widget=RowsWidget(columns), required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is kept, as texts for the cells: moments in the zone of the organisation, to the second."""
        return [{key: self._shown(key, kept) for key, kept in row.items()} for row in value or []]

    def clean(self, value: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        complaints: list[str] = []
        rows = [self._row(number, row, complaints) for number, row in enumerate(value or [], 1)]
        if complaints:
            raise ValidationError(complaints)
        return rows

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(self.prepare_value(initial)) != self.clean(data)
        except ValidationError:
            return True

    def _shown(self, key: str, kept: str) -> str:
        if not isinstance(self.columns[key], forms.DateTimeField):
            return kept
        try:
            return localtime(datetime.fromisoformat(kept)).strftime("%Y-%m-%dT%H:%M:%S")
        except ValueError:
            # What was typed, shown again because something is wrong with it.
            return kept

    def _row(self, number: int, row: Mapping[str, str], complaints: list[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, column in self.columns.items():
            try:
                values[key] = column.clean(row.get(key, ""))
            except ValidationError as problem:
                place = _("Row %(number)s, %(column)s:") % {"number": number, "column": column.label}
                complaints += [f"{place} {text}" for text in problem.messages]
        return {key: value for key, value in values.items() if value not in (None, "")}
