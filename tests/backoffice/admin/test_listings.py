"""Listings and who is in them."""

from crm.campaigns.models import Listing
from tests.backoffice.admin.forms import errors_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, row_of, staff_actor
from tests.builders import an_entry
from tests.cast import World


def test_a_listing_is_opened_once(acme: World) -> None:
    browser, path = acme.browser_of("agent"), address("campaigns.Listing", "add")
    send(browser, path, name="Tasting club")
    listing = row_of(acme, Listing, name="Tasting club")
    assert actor_of(last_event(acme, "listing", listing.pk)) == staff_actor(acme, "agent")
    assert acme.api.form("post", f"/crm/{listing.pk}", email="ann@example.com").status_code == 201
    assert list(errors_of(send(browser, path, name="Tasting club"))) == ["name"]


def test_a_listing_leads_to_its_entries(acme: World) -> None:
    an_entry(acme, first_name="Listed", email="listed@example.com")
    browser = acme.browser_of("agent")
    pages = [
        browser.get(address("campaigns.Listing")),
        browser.get(address("campaigns.Listing", "change", acme.listing.pk)),
    ]
    assert any(address("campaigns.ListingEntry") in page.content.decode() for page in pages)


def test_the_size_of_a_listing_counts_its_open_entries(acme: World) -> None:
    an_entry(acme, email="one@example.com")
    an_entry(acme, email="two@example.com")
    acme.api.delete(f"/crm/{acme.listing.pk}?email=one@example.com")
    (listing,) = acme.browser_of("agent").get(address("campaigns.Listing")).context["cl"].result_list
    assert listing.size == 1
