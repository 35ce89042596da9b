"""The documents stay true: what they name exists, and the tables made from code are those of the code."""

import re
from pathlib import Path

import pytest

from crm.kernel.actors import Actor, ActorKind
from crm.organisations.roles import GRANTS, RESOURCES, Role
from tests.architecture.test_house_rules import PROJECT, api_routes

DOCUMENTS = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (document.parent / target).exists(), target
    for path in re.findall(r"`((?:crm|loyalty|backoffice|selfservice|config|tests|docs|templates)/[\w./-]+)`", text):
        assert (PROJECT / path).exists(), path


def test_readme_names_only_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", "\n".join(document.read_text() for document in DOCUMENTS)))
    assert named <= targets


def test_the_table_of_roles_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([\w:-]+)` \| [^|]+ \|(.+)\|$", (PROJECT / "docs" / "roles.md").read_text(), re.MULTILINE)
    assert [resource for resource, _ in rows] == list(RESOURCES)
    for resource, cells in rows:
        for role, cell in zip(Role.values, cells.split("|"), strict=True):
            actor = Actor(ActorKind.STAFF, "x", GRANTS[role])
            may = [access for access in ("read", "write") if actor.may(f"{resource}:{access}")]
            assert cell.strip() == (", ".join(may) or "–"), f"{role}, {resource}"


def test_every_route_stands_in_the_page_of_its_api() -> None:
    for pattern, view in api_routes():
        page = (PROJECT / "docs" / "apis" / f"{view.cls.dialect.name}.md").read_text()
        last = re.sub(r"<\w+:\w+>", "", pattern).rstrip("/").rpartition("/")[2] or pattern.partition("/")[0]
        assert last in page, pattern
        for verb in view.actions:
            if verb != "head":
                assert f"`{verb.upper()}" in page, f"{verb} {pattern}"
