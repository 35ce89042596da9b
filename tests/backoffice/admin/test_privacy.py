"""A person's data, exported and erased from their page; and what was, looked at."""

import pytest

from crm.contacts.models import DataExport, Erasure
from crm.contacts.selectors import contacts
from tests.backoffice.admin.pages import address
from tests.builders import a_customer
from tests.cast import World

pytestmark = pytest.mark.django_db


def page_of(key: object, extra: str) -> str:
    return f"/admin/contacts/customer/{key}/{extra}/"


def test_the_page_asks_first_and_says_what_goes_and_what_stays(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee")
    text = acme.browser_of("manager").get(page_of(key, "erase")).content.decode()
    for words in ("Erase Ann Lee?", "Nothing brings them back.", "Goes:", "Stays, under a pseudonym: orders"):
        assert words in text
    with acme.scope():
        assert contacts().filter(pk=key).exists()


def test_a_manager_erases_a_person_and_sees_that_it_was_done(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee")
    answer = acme.browser_of("manager").post(page_of(key, "erase"), follow=True)
    text = answer.content.decode()
    assert "The person was erased." in text
    assert "Ann Lee" not in text
    with acme.scope():
        erasure = Erasure.objects.get(contact_id=key)
    assert (erasure.because, erasure.actor_id) == ("by_staff", str(acme.staff["manager"].pk))
    assert acme.browser_of("manager").get(address("contacts.Customer", "change", key)).status_code in (302, 404)


def test_a_manager_has_a_person_s_data_sent_to_them(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee")
    browser = acme.browser_of("manager")
    assert "Send Ann Lee a link to their data?" in browser.get(page_of(key, "export-data")).content.decode()
    assert browser.post(page_of(key, "export-data")).status_code == 302
    with acme.scope():
        row = DataExport.objects.get(contact=key)
    page = browser.get(address("contacts.DataExport", "change", row.pk)).content.decode()
    assert "Being put together" in page
    assert "Manager" in page


@pytest.mark.parametrize("role", ["agent", "analyst"])
@pytest.mark.parametrize("extra", ["erase", "export-data"])
def test_who_may_only_read_and_write_people_may_not(acme: World, role: str, extra: str) -> None:
    key, browser = a_customer(acme, name="Ann Lee"), acme.browser_of(role)
    for answer in (browser.get(page_of(key, extra)), browser.post(page_of(key, extra))):
        assert answer.status_code == 403
    assert "Erase person" not in browser.get(address("contacts.Customer", "change", key)).content.decode()


def test_a_foreign_person_is_not_there(acme: World, rival: World) -> None:
    key, browser = a_customer(rival), acme.browser_of("owner")
    for extra in ("erase", "export-data"):
        assert browser.post(page_of(key, extra)).status_code == 404


def test_an_erasure_is_found_by_the_person_s_id(acme: World) -> None:
    key, browser = a_customer(acme), acme.browser_of("manager")
    browser.post(page_of(key, "erase"))
    assert str(key) in browser.get(f"{address('contacts.Erasure')}?q={key}").content.decode()
    assert str(key) not in browser.get(f"{address('contacts.Erasure')}?q=ann").content.decode().replace(f"q={key}", "")


def test_a_suppressed_person_who_was_erased_is_known_again_by_their_whole_address(acme: World) -> None:
    key, browser = a_customer(acme, email="ann@example.com"), acme.browser_of("manager")
    browser.post(page_of(key, "erase"))
    found = [browser.get(address("messaging.Suppression"), {"q": asked}) for asked in ("ann@example.com", "ann@exam")]
    assert [len(answer.context["cl"].result_list) for answer in found] == [1, 0]
