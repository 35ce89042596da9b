"""Files in the back office: found, opened by a link that ends, deleted, and shown where they belong."""

from typing import Any
from uuid import UUID

import pytest

from crm.files.models import StoredFile
from crm.files.services import store_file
from crm.orders.services import set_product_pictures
from tests.backoffice.admin.pages import address
from tests.builders import a_customer, a_product
from tests.cast import Cast, World
from tests.crm.acting import as_staff
from tests.crm.files.brought import CSV, PDF, a_file, brought, picture, prepared
from tests.selfservice.v1.sending import read

FILES = address("files.StoredFile")


def listed(world: World, query: str = "") -> set[str]:
    page = world.browser_of("agent").get(f"{FILES}{query}").content.decode()
    return {name for name in ("offer.pdf", "people.csv", "logo.png") if name in page}


@pytest.fixture
def three(acme: World) -> World:
    a_file(acme, PDF, "offer.pdf")
    a_file(acme, picture(), "logo.png")
    with as_staff(acme, "agent"):
        store_file(**brought(CSV, "people.csv")._asdict())
    return acme


@pytest.mark.parametrize(
    ("query", "found"),
    [("", {"offer.pdf", "people.csv", "logo.png"}), ("?q=offer", {"offer.pdf"}), ("?kind=pictures", {"logo.png"}),
     ("?kind=pdf", {"offer.pdf"}), ("?kind=text", {"people.csv"}), ("?kind=documents", set()),
     ("?size_in_mb=small", {"offer.pdf", "people.csv", "logo.png"}), ("?size_in_mb=large", set()),
     ("?brought_by=staff", {"people.csv"}), ("?brought_by=member", set()), ("?kind=nonsense", set()),
     ("?size_in_mb=nonsense", set())],
)  # fmt: skip
def test_files_are_found(three: World, query: str, found: set[str]) -> None:
    assert listed(three, query) == found


def test_a_file_is_opened_by_a_link_that_ends(acme: World) -> None:
    file = a_file(acme)
    browser = acme.browser_of("analyst")
    answer = browser.get(f"{FILES}{file.pk}/download/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/portal/files/")
    assert read(browser.get(answer["Location"])).body == PDF


def test_a_file_of_another_place_cannot_be_opened(cast: Cast) -> None:
    file = a_file(cast.rival)
    assert cast.acme.browser_of("owner").get(f"{FILES}{file.pk}/download/").status_code == 404


def test_whoever_may_write_may_delete(acme: World) -> None:
    file = a_file(acme)
    path = f"{FILES}{file.pk}/delete/"
    assert acme.browser_of("analyst").post(path, {"post": "yes"}).status_code == 403
    assert acme.browser_of("agent").post(path, {"post": "yes"}).status_code == 302
    with acme.scope():
        assert not StoredFile.objects.exists()


def test_a_product_shows_its_pictures(acme: World) -> None:
    product = a_product(acme)
    with acme.scope():
        set_product_pictures(product_id=product, pictures=prepared(picture("PNG", (700, 10))))
    browser: Any = acme.browser_of("owner")
    page = browser.get(address("orders.Product", "change", product)).content.decode()
    shown = page.partition('<img src="/portal/files/')[2].partition('"')[0]
    answer = read(browser.get(f"/portal/files/{shown}"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")


def test_a_persons_page_leads_to_their_files(three: World) -> None:
    whose: UUID = a_customer(three)
    a_file(three, PDF, "offer.pdf", contact_id=whose)
    page = three.browser_of("agent").get(address("contacts.Customer", "change", whose)).content.decode()
    query = f"?contact_id__exact={whose}"
    assert f'href="{FILES}{query}"' in page
    assert listed(three, query) == {"offer.pdf"}
