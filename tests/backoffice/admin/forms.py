"""Filling in the back office's forms as a browser does: what the page shows is sent back, changed where asked."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

Values = dict[str, list[str]]


class _Fields(HTMLParser):
    """What a browser would send of the form with that id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.found = form_id, False, False
        self.values: Values = {}
        self._select = self._textarea = ""
        self._takes_several = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
            self.found |= self.inside
        if self.inside and hasattr(self, f"_start_{tag}"):
            getattr(self, f"_start_{tag}")(given)

    def _start_input(self, given: dict[str, str]) -> None:
        if given.get("type") in ("submit", "button") or not given.get("name"):
            return
        if given.get("type") in ("checkbox", "radio") and "checked" not in given:
            return
        self._add(given["name"], given.get("value", "on" if given.get("type") == "checkbox" else ""))

    def _start_select(self, given: dict[str, str]) -> None:
        self._select, self._takes_several = given.get("name", ""), "multiple" in given

    def _start_option(self, given: dict[str, str]) -> None:
        if self._select and self._takes_several:
            if "selected" in given:
                self._add(self._select, given.get("value", ""))
        elif self._select and ("selected" in given or self._select not in self.values):
            self.values[self._select] = [given.get("value", "")]

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._textarea = given.get("name", "")
        self._add(self._textarea, "")

    def handle_data(self, data: str) -> None:
        if self.inside and self._textarea:
            # A browser drops the line break that Django writes after the opening tag.
            self.values[self._textarea][-1] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


def fields_of(answer: Any, form_id: str) -> Values:
    """The fields of one form on a page, with what they hold."""
    assert answer.status_code == 200, answer.content
    parser = _Fields(form_id)
    parser.feed(answer.content.decode())
    assert parser.found, f"no form {form_id} on the page"
    return parser.values


def options_of(answer: Any, name: str) -> list[str]:
    """The values that a select box offers, as they stand on the page."""
    select = re.search(rf'<select[^>]* ?name="{name}".*?</select>', answer.content.decode(), re.DOTALL)
    assert select, f"no select box {name} on the page"
    return re.findall(r'<option[^>]* ?value="([^"]*)"', select[0])


def send(browser: Client, address: str, /, **changes: Any) -> Any:
    """Open a page of the admin, change some fields of its form, press Save. None leaves a field out."""
    form_id = f"{address.split('/')[3]}_form"
    values = {**fields_of(browser.get(address), form_id), "_save": ["Save"]}
    for name, value in changes.items():
        # A box that is not ticked sends nothing, so it cannot be told from one that is not there.
        assert name in values or value in (None, "on") or name[0] == "_", f"{name} is not on the form: {sorted(values)}"
        values[name] = value if isinstance(value, list) else [value]
    return browser.post(address, {name: value for name, value in values.items() if value != [None]})


def errors_of(answer: Any) -> dict[str, list[str]]:
    """The complaints on a form that was shown again, by field; those of the whole form under `__all__`."""
    assert answer.status_code == 200, f"saved, and went to {answer.headers.get('Location')}"
    form = answer.context["adminform"].form
    return {field: [str(text) for text in texts] for field, texts in form.errors.items()}
