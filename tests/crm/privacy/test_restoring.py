"""A backup brings back who was erased since; the journal forgets them again."""

import json
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.contacts.models import Contact, Erasure
from crm.contacts.services import erase_contact
from tests.builders import a_customer
from tests.cast import World
from tests.crm.privacy.canaries import rows_that_tell

pytestmark = pytest.mark.django_db


def journal(tmp_path: Path) -> Path:
    file = tmp_path / "erasures.jsonl"
    call_command("write_erasures", str(file))
    return file


def restored(world: World, contact_id: UUID) -> None:
    """As if a backup from before the erasure had been played back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE contacts_erasure")
    with world.scope():
        Contact.objects.filter(pk=contact_id).update(name="Canary Lee", email="canary@example.com", deleted_at=None)


def test_the_journal_holds_ids_and_moments_of_all_places(acme: World, rival: World, tmp_path: Path) -> None:
    erased = {}
    for world in (acme, rival):
        main = a_customer(world, name="Canary Lee")
        with world.scope():
            erase_contact(contact_id=main)
        erased[str(main)] = str(world.organisation.pk)
    lines = [json.loads(line) for line in journal(tmp_path).read_text().splitlines()]
    assert {line["contact"]: line["organisation"] for line in lines} == erased
    assert {tuple(line) for line in lines} == {("organisation", "mode", "contact", "erased_at")}
    assert "Canary" not in journal(tmp_path).read_text()


def test_who_was_brought_back_is_forgotten_again(acme: World, tmp_path: Path) -> None:
    main = a_customer(acme, name="Canary Lee", email="canary@example.com")
    with acme.scope():
        erase_contact(contact_id=main)
    file = journal(tmp_path)
    restored(acme, main)
    assert rows_that_tell("canary")
    for _ in range(2):
        out = StringIO()
        call_command("replay_erasures", str(file), stdout=out)
        assert out.getvalue() == "1 are erased; 0 are not there.\n"
    assert rows_that_tell("canary") == {}
    with acme.scope():
        assert Erasure.objects.get(contact_id=main).because == "replayed"


def test_who_is_not_in_the_backup_is_passed_over(acme: World, tmp_path: Path) -> None:
    places = [acme.organisation.pk, UUID(int=5)]
    file = tmp_path / "erasures.jsonl"
    lines = [{"organisation": str(place), "mode": "live", "contact": str(UUID(int=7))} for place in places]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = StringIO()
    call_command("replay_erasures", str(file), stdout=out)
    assert out.getvalue() == "0 are erased; 2 are not there.\n"


def test_a_file_that_is_no_journal_touches_nobody(acme: World, tmp_path: Path) -> None:
    main = a_customer(acme)
    file = tmp_path / "erasures.jsonl"
    good = json.dumps({"organisation": str(acme.organisation.pk), "mode": "live", "contact": str(main)})
    file.write_text(f"{good}\nnonsense\n")
    with pytest.raises(CommandError, match="Line 2"):
        call_command("replay_erasures", str(file))
    with acme.scope():
        assert not Erasure.objects.exists()
