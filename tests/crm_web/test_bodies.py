"""Bodies that no walk through their parts should follow: refused at the door, on every surface that reads JSON."""

import pytest

from crm.web.parsers import DEEPEST
from tests.cast import World

pytestmark = pytest.mark.django_db
PATHS = ["/v1/customers", "/dev/crm/leads", "/auth/api/login"]


def nested(levels: int, opens: str = '{"a":', closes: str = "}") -> str:
    return opens * levels + "1" + closes * levels


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [nested(DEEPEST + 1), nested(900), nested(100_000), nested(900, "[", "]")])
def test_what_is_nested_too_deep_is_refused(acme: World, path: str, body: str) -> None:
    answer = acme.api.client.post(path, body, content_type="application/json")
    assert answer.status_code == 400
    assert "JSON" in answer.content.decode() or "nested" in answer.content.decode()


def test_what_has_many_parts_but_few_levels_is_read(acme: World) -> None:
    """So it is refused for what it says, by the names of its fields, and not for its form."""
    many = ",".join('{"a":[1]}' for _ in range(3 * DEEPEST))
    answer = acme.api.client.post("/v1/customers", f'{{"name": [{many}]}}', content_type="application/json")
    assert answer.status_code == 400
    assert "nested" not in answer.content.decode()
    assert "name" in answer.content.decode()
