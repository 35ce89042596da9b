"""Rules of the house that no linter knows."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from crm.kernel import errors
from crm.kernel.actors import Actor, ActorKind
from crm.organisations.roles import GRANTS, RESOURCES, is_asked_for, is_grant
from crm.web.checks import every_route_has_a_grant, is_open, routes
from crm.web.dialects import DIALECTS, V1
from crm.web.failures import unknown_path
from crm.web.grants import Audience, grant
from crm.web.viewset import DialectViewSet
from tests.architecture import sizes

PROJECT = Path(__file__).resolve().parents[2]
ALLOWED_FILES = {
    "__init__.py", "apps.py", "models.py", "services.py", "selectors.py", "errors.py", "events.py", "subscribers.py",
    "tasks.py", "merging.py", "timeline.py", "insights.py", "privacy.py", "management", "migrations",
}  # fmt: skip
# Files of a domain app beside those of design §2, with the reason.
MORE_FILES = {
    "organisations": {"keys.py": "the text of an API key", "roles.py": "what each role may do",
                      "refresh.py": "the text of a refresh token",
                      "custom_fields.py": "values against their definitions",
                      "periods.py": "whole days of its zone"},
    "files": {"kinds.py": "what a file is, by its content", "names.py": "names made harmless",
              "decoder.py": "a program that decodes one picture", "pictures.py": "pictures made anew by it",
              "storage.py": "where bytes lie", "links.py": "signed links to files",
              "papers.py": "what other apps register to be printed", "printing": "a paper as a PDF, and its fonts"},
    "leads": {"importing.py": "leads from files", "scoring.py": "a score and why, as arithmetic",
              "links.py": "signed addresses of web forms"},
    "contacts": {"importing.py": "customers from files", "links.py": "signed tokens of links that are mailed",
                 "providers": "who vouches for people, and how that is checked"},
    "insights": {"registry.py": "what other apps say they know of people", "scoring.py": "health, as arithmetic",
                 "rules": "what may be asked of people, read and made SQL"},
    "orders": {"totals.py": "what lines come to, and what of them goes back, as arithmetic",
               "papers.py": "orders and invoices as papers", "approving.py": "orders as what may need approval"},
    "feedback": {"scales.py": "ratings and what they add up to, as arithmetic",
                 "reading": "how a comment is read, without the database"},
    "imports": {"nouns.py": "what other apps register to be imported", "files.py": "CSV as people send it",
                "cells.py": "cells that no spreadsheet calculates", "mapping.py": "which column is which field",
                "custom_values.py": "texts for custom fields",
                "values.py": "cells as ids, numbers, moments", "row_checks.py": "validation of thousands of rows"},
    "approvals": {"kinds.py": "what other apps have that may need approval", "links.py": "signed links to a decision"},
    "nurturing": {"conditions.py": "what may be asked of a lead", "schedule.py": "when a step is due, as arithmetic",
                  "plans.py": "a version to be followed", "previews.py": "a sequence as it would go"},
    "messaging": {"recipients.py": "who a message is for, handed in", "rendering.py": "what staff write, filled in",
                  "governor.py": "the one gate of every message", "windows.py": "quiet hours and caps as arithmetic",
                  "links.py": "signed links in messages", "incoming.py": "mail that comes back, read",
                  "channels": "the ways out"},
}  # fmt: skip
# One file whose name says what it is in its folder: the bases of admin pages and of dialects.
EXEMPT_NAMES = {"base"}
DOMAIN_APPS = [app for app in apps.get_app_configs() if re.match(r"(crm|loyalty)\.(?!kernel|web)", app.name)]


def product_text() -> list[tuple[Path, str]]:
    return [(file, file.read_text()) for file in sizes.files_of("product")]


def subclasses(kind: type) -> set[type]:
    return {kind} | {deeper for child in kind.__subclasses__() for deeper in subclasses(child)}


def api_routes() -> list[tuple[str, Any]]:
    return [(pattern, view) for pattern, view in routes() if not is_open(pattern) and view is not unknown_path]


@pytest.mark.parametrize("app", DOMAIN_APPS, ids=lambda app: app.label)
def test_a_domain_app_holds_the_files_of_the_house_and_no_others(app: Any) -> None:
    allowed = ALLOWED_FILES | {name.removesuffix(".py") for name in ALLOWED_FILES} | set(MORE_FILES.get(app.label, {}))
    found = {entry.name for entry in Path(app.path).iterdir() if entry.name != "__pycache__"}
    assert found - allowed == set()


def test_no_package_is_called_by_what_it_does_not_say() -> None:
    empty_words = {"core", "common", "utils", "helpers", "base", "manager", "misc"}
    found = {
        str(file)
        for file in sizes.files_of("product")
        if empty_words & {file.stem, *file.relative_to(PROJECT).parts} - EXEMPT_NAMES
    }
    assert found == set()


def test_error_codes_are_unique_and_each_error_has_one_kind() -> None:
    found = [error for error in subclasses(errors.DomainError) if not error.__module__.startswith("tests")]
    codes = [error.code for error in found]
    assert sorted(codes) == sorted(set(codes))
    for error in found:
        kinds = [kind for kind in errors.KINDS if issubclass(error, kind)]
        assert len(kinds) == 1 or error is errors.DomainError, error


def test_every_route_of_an_api_declares_audience_and_scope() -> None:
    assert every_route_has_a_grant() == []
    assert len(api_routes()) >= 4
    for pattern, view in api_routes():
        for action in view.actions.values():
            declared = view.cls.grants[action]
            assert declared.audiences, pattern
            assert is_asked_for(declared.scope), f"{pattern}: {declared.scope} names no resource of roles.py"


def test_a_viewset_without_a_grant_does_not_even_load() -> None:
    class Forgetful(DialectViewSet):
        dialect = V1()
        grants = {"list": grant("auth:members:read", Audience.KEY)}

        def list(self, request: Any) -> None: ...
        def destroy(self, request: Any) -> None: ...

    with pytest.raises(ImproperlyConfigured, match="destroy"):
        Forgetful.as_view({"get": "list", "delete": "destroy"})


def test_a_route_that_is_no_dialect_viewset_is_an_error_at_start(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.architecture.urls_with_a_bare_view"
    assert [error.id for error in every_route_has_a_grant()] == ["rapport.E001"]


def test_grants_of_writing_actions_ask_for_write() -> None:
    for pattern, view in api_routes():
        for verb, action in view.actions.items():
            access = view.cls.grants[action].scope.rpartition(":")[2]
            assert access == ("read" if verb in ("get", "head") else "write"), f"{verb} {pattern}"


def test_roles_hold_only_grants_that_exist() -> None:
    assert {name for held in GRANTS.values() for name in held if not is_grant(name)} == set()
    reader = Actor(ActorKind.STAFF, "x", GRANTS["analyst"])
    assert not any(reader.may(f"{resource}:write") for resource in RESOURCES)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_prefix_of_a_dialect_ends_in_its_own_not_found(dialect: Any) -> None:
    ends = [pattern for pattern, view in routes() if view is unknown_path]
    for prefix in dialect.prefixes:
        assert any(re.match(pattern, f"{prefix.lstrip('/')}/no/such/path") for pattern in ends), prefix


def test_a_dialect_is_one_screen_and_its_words_stay_in_it() -> None:
    words = {"CRM.EXCEPTIONS": "self_service.py", "INVALID_REQUEST": "v1.py", "statusCode": "services.py"}
    for word, home in words.items():
        found = {file.name for file, text in product_text() if word in text}
        assert found == {home}, word
    for dialect in DIALECTS:
        module = PROJECT / f"{type(dialect).__module__.replace('.', '/')}.py"
        assert sizes.lines_in(module) <= 80, module


def test_nothing_is_too_long() -> None:
    assert {name for name in sizes.too_long() if name not in sizes.EXEMPT} == set()
    assert sizes.EXEMPT.keys() - sizes.too_long().keys() == set(), "exempt without need"


def test_functions_and_files_are_as_short_as_in_codebases_we_admire() -> None:
    product = sizes.files_of("product")
    functions = [length for file in product for _, length in sizes.functions_in(file)]
    assert sizes.percentile(functions, 0.9) <= 20
    assert sizes.percentile([sizes.lines_in(file) for file in product], 0.9) <= 200


@pytest.mark.parametrize(
    "word",
    [
        r"\bTODO\b",
        r"\bFIXME\b",
        r"\bXXX\b",
        r"from __future__ import annotations",
        r"@receiver\b",
        r"models\.signals",
    ],
)
def test_what_the_house_does_without(word: str) -> None:
    """Marks of unfinished work, and Django signals as control flow."""
    assert {str(file) for file, text in product_text() if re.search(word, text)} == set()


def test_the_repository_knows_no_machine_but_the_readers() -> None:
    home = str(PROJECT.parent) + "/"
    texts = [
        file
        for file in PROJECT.rglob("*")
        if file.is_file() and file.suffix in {".py", ".md", ".toml", ".html", ".txt"}
    ]
    ours = [file for file in texts if not {".venv", "var"} & set(file.relative_to(PROJECT).parts)]
    assert {str(file) for file in ours if home in file.read_text(errors="ignore")} == set()
