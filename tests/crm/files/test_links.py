"""A link names a tenant, a file and a width, and ends; none can be made up, or turned into another."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from crm.files.errors import BadFileLink, FileLinkExpired
from crm.files.links import OF_A_PICTURE, file_behind, picture_address, token_of
from tests.cast import World

HOUR = timedelta(hours=1)


def test_a_link_names_what_it_was_made_for(acme: World) -> None:
    file_id = uuid4()
    assert file_behind(token_of(acme.tenant, file_id, lasts=HOUR, width=320)) == (acme.tenant, file_id, 320)


def test_a_link_ends(acme: World) -> None:
    token = token_of(acme.tenant, uuid4(), lasts=HOUR)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=59)):
        assert file_behind(token)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)), pytest.raises(FileLinkExpired):
        file_behind(token)


def test_a_picture_has_one_address_all_day_long(acme: World) -> None:
    file_id = uuid4()
    addresses = set()
    for hour in (1, 9, 23):
        with time_machine.travel(datetime(2030, 5, 4, hour, tzinfo=UTC)), acme.scope():
            addresses.add(picture_address(file_id, 640))
    assert len(addresses) == 1
    with time_machine.travel(datetime(2030, 5, 4, 23, tzinfo=UTC) + OF_A_PICTURE):
        assert file_behind(addresses.pop().rpartition("/")[2])


def test_no_sign_of_a_link_can_be_changed(acme: World) -> None:
    token = token_of(acme.tenant, uuid4(), lasts=HOUR)
    assert file_behind(token)
    for at, sign in enumerate(token):
        changed = token[:at] + ("0" if sign != "0" else "1") + token[at + 1 :]
        # The last letter of a signature holds bits that nobody reads.
        if changed[-1] == token[-1]:
            with pytest.raises(BadFileLink):
                file_behind(changed)


@pytest.mark.parametrize("token", ["", "x", "a-b-c-d-e.sig", "....", "-" * 500, "\0", "ü.ü"])
def test_nonsense_is_no_link(token: str) -> None:
    with pytest.raises(BadFileLink):
        file_behind(token)
