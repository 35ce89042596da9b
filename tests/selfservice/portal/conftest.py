import pytest

from tests.cast import World
from tests.selfservice.portal.visitors import a_form, path_of


@pytest.fixture
def path(acme: World) -> str:
    """Where a form of acme is."""
    return path_of(acme, a_form(acme))
