from collections.abc import Callable

import pytest

from crm.organisations.models import Staff
from crm.organisations.services import add_staff
from tests.cast import World


@pytest.fixture
def another_manager() -> Callable[[World], Staff]:
    """Hires a second manager."""

    def hire(world: World) -> Staff:
        with world.scope():
            return add_staff(email="second@acme.example", role="manager", name="Second", password="long enough 7 words")

    return hire
