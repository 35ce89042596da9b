"""docs/one-person.md, run as it stands; after every step the others look, and see nothing."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.cast import Cast, World
from tests.journeys.processes import PROJECT

PAGE = PROJECT / "docs" / "one-person.md"
STEP = re.compile(r"```http\n(?P<request>.*?)```\n→ (?P<status>\d+)(?P<rest>[^\n]*)", re.DOTALL)
STEPS = 16


@dataclass
class Step:
    verb: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    shows: list[str]
    remembered: list[tuple[str, str]]


def steps() -> list[Step]:
    return [_step(found) for found in STEP.finditer(PAGE.read_text())]


def _step(found: re.Match[str]) -> Step:
    head, _blank, body = found["request"].partition("\n\n")
    first, *headers = head.strip().splitlines()
    verb, path = first.split()
    rest = found["rest"]
    shows = re.findall(r'"tier":"gold"|"[^"]+"', rest.partition("shows ")[2])
    remembered = [item.strip() for item in rest.partition("remember ")[2].split(",") if item.strip()]
    pairs = [(source, name) for source, _as, name in ((*item.partition(" as "),) for item in remembered)]
    told = dict(line.split(": ", 1) for line in headers)
    return Step(verb, path, told, body.strip(), int(found["status"]), shows, [(s, n or s) for s, n in pairs])


def run(step: Step, names: dict[str, str]) -> Any:
    def put_in(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda name: names[name[1]], text)

    client = Client(headers={name: put_in(value) for name, value in step.headers.items()})
    options = {} if step.verb == "GET" else {"data": step.body, "content_type": "application/json"}
    return getattr(client, step.verb.lower())(put_in(step.path), **options)


def remember(step: Step, answer: Any, names: dict[str, str]) -> None:
    for source, name in step.remembered:
        value = answer.json()
        for part in source.split("."):
            value = value[part]
        names[name] = value


def sees_nothing(world: World, names: dict[str, str]) -> None:
    """No window of this place tells of her, by name or by id."""
    api, contact_id = world.api, names.get("contact_id", "")
    lists = [
        "/v1/customers?search=quincewell", "/dev/crm/customers?search=quincewell",
        "/auth/api/members?search=quincewell", f"/crm/{world.listing.pk}?last_name=Quincewell",
    ]  # fmt: skip
    for path in lists:
        assert "quincewell" not in api.get(path).content.decode().lower().replace("search=quincewell", ""), path
    for path in (f"/v1/customers/{contact_id}", f"/dev/crm/customers/{contact_id}", f"/auth/api/members/{contact_id}"):
        assert api.get(path).status_code == 404, path
    assert api.get(f"/crm/{names['listing_id']}?last_name=Quincewell").status_code == 403


def test_one_person_walks_through_five_apis_and_the_others_see_nothing(cast: Cast) -> None:
    acme = cast.acme
    names = {
        "secret_key": acme.secret_key, "publishable_key": acme.publishable_key, "listing_id": str(acme.listing.pk),
    }  # fmt: skip
    story = steps()
    assert len(story) == STEPS
    for step in story:
        answer = run(step, names)
        assert answer.status_code == step.status, f"{step.verb} {step.path}: {answer.status_code} {answer.content!r}"
        for words in step.shows:
            text = json.dumps(answer.json(), separators=(",", ":"))
            assert words in text, f"{words} is not in the answer to {step.verb} {step.path}: {text}"
        remember(step, answer, names)
        for other in (cast.rehearsal, cast.rival):
            sees_nothing(other, names)
