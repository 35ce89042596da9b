"""How people come in, as staff see and set it up."""

from typing import Any

import pytest

from crm.contacts.models import Identity, IdentityProvider, OnceCode, PassCode, SignInSettings
from crm.contacts.services import ask_for_new_password, forget_traces
from crm.contacts.services.forgetting import KEPT
from crm.contacts.services.proving import prove_identity
from crm.kernel.clock import now
from tests.backoffice.admin.pages import address
from tests.builders import a_customer
from tests.cast import World
from tests.signing_in import ask, code_sent, show

PHONE = "+35799123834"
KEYS = "https://keys.example.com/jwks"
PROVIDER = {
    "kind": "GOOGLE", "issuer": "https://accounts.google.com", "client_ids": "app-1,app-2", "jwks_url": KEYS,
    "is_active": "on", "keys": "null",
}  # fmt: skip


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    return {field: [str(text) for text in texts] for field, texts in errors.items()}


def test_a_person_is_shown_with_what_they_sign_in_with_and_whether_it_is_theirs(acme: World) -> None:
    contact_id = a_customer(acme, email="ann@example.com")
    with acme.scope():
        prove_identity(contact_id=contact_id, provider="EMAIL", value="ann@example.com")
    browser = acme.browser_of("agent")
    page = browser.get(address("contacts.Customer", "change", contact_id)).content.decode()
    assert "verified " in page
    assert "never used" in page
    listed = browser.get(address("contacts.Identity")).content.decode()
    assert "ann@example.com" in listed


def test_no_password_and_no_code_stands_on_any_page(rehearsal: World) -> None:
    a_customer(rehearsal, phone=PHONE)
    auth_otp = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"]
    code = code_sent(rehearsal)
    browser = rehearsal.browser_of("owner")
    with rehearsal.scope():
        digest = OnceCode.objects.get().digest
    for where in (address("contacts.OnceCode"), address("contacts.OnceCode", "change", auth_otp)):
        page = browser.get(where).content.decode()
        assert PHONE in page
        assert code not in page.replace(auth_otp, "")
        assert digest not in page
    show(rehearsal, auth_otp, code)
    assert "used" in browser.get(address("contacts.OnceCode")).content.decode()


def test_an_owner_sets_up_who_vouches_for_people(acme: World) -> None:
    browser = acme.browser_of("owner")
    browser.post(address("contacts.IdentityProvider", "add"), {**PROVIDER, "secret": "hush"})
    with acme.scope():
        provider = IdentityProvider.objects.get()
    assert (provider.client_ids, provider.issuer) == (["app-1", "app-2"], PROVIDER["issuer"])
    assert provider.sealed_secret
    where = address("contacts.IdentityProvider", "change", provider.pk)
    assert "hush" not in browser.get(where).content.decode()
    browser.post(where, {**PROVIDER, "client_ids": "app-3", "secret": ""})
    with acme.scope():
        changed = IdentityProvider.objects.get()
    assert (changed.client_ids, changed.sealed_secret) == (["app-3"], provider.sealed_secret)


@pytest.mark.parametrize("keys", ["null", "{}", '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', '{"keys": "x"}'])
def test_a_provider_needs_public_keys(acme: World, keys: str) -> None:
    browser = acme.browser_of("owner")
    answer = browser.post(address("contacts.IdentityProvider", "add"), {**PROVIDER, "jwks_url": "", "keys": keys})
    assert set(errors_of(answer)) == {"keys"}


def test_a_second_provider_of_a_kind_is_refused(acme: World) -> None:
    browser = acme.browser_of("owner")
    browser.post(address("contacts.IdentityProvider", "add"), PROVIDER)
    assert set(errors_of(browser.post(address("contacts.IdentityProvider", "add"), PROVIDER))) == {"kind"}


def test_an_owner_writes_passes(acme: World) -> None:
    browser = acme.browser_of("owner")
    browser.post(address("contacts.PassCode", "add"), {"code": "Summer", "most_uses": "3", "is_active": "on"})
    assert set(errors_of(browser.post(address("contacts.PassCode", "add"), {"code": "SUMMER"}))) == {"code"}
    with acme.scope():
        row = PassCode.objects.get()
    assert (row.code, row.most_uses, row.is_active) == ("Summer", 3, True)


def test_an_owner_says_how_many_codes_go_out(acme: World) -> None:
    browser = acme.browser_of("owner")
    browser.post(address("contacts.SignInSettings", "add"), {"codes_per_hour": "100", "codes_per_address": "2"})
    with acme.scope():
        assert SignInSettings.objects.get().codes_per_address == 2
    answers = [ask(acme, ("PHONE", f"+3579912383{number}")).status_code for number in range(3)]
    assert answers == [200, 200, 429]


def test_requests_for_codes_and_links_go_after_thirty_days(acme: World) -> None:
    ask(acme, ("PHONE", PHONE))
    with acme.scope():
        ask_for_new_password(email="nobody@example.com")
        assert forget_traces() == 0
        OnceCode.objects.update(created_at=now() - KEPT * 2)
        assert forget_traces() == 1
        assert not Identity.objects.exists()
