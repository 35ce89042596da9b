"""Coming in by an account elsewhere, against an issuer on this machine (s2 §B3, §B6)."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from crm.contacts.models import Contact, Identity, IdentityProvider
from crm.contacts.services import add_identity, create_customer, define_identity_provider, update_customer
from tests.builders import a_customer
from tests.cast import World
from tests.members import BASE, a_member, app, authenticate, member_from
from tests.selfservice.v1.issuer import CLIENT, Issuer, issuer_at_work, new_key, shared_secret
from tests.selfservice.v1.test_sign_in import refused

AUTHENTICATE, REGISTER = f"{BASE}/contacts/authenticate", f"{BASE}/contacts/register"
KINDS = ["GOOGLE", "FACEBOOK", "APPLE", "MW4", "OIDC_OAUTH"]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuer_at_work() as issuer:
        yield issuer


@pytest.fixture
def shop(rehearsal: World, issuer: Issuer) -> World:
    """acme in test mode, which takes Google's tokens, of the issuer at work."""
    with rehearsal.scope():
        define_identity_provider(**issuer.set_up())
    return rehearsal


def sign_in(world: World, token: str, kind: str = "GOOGLE", **more: Any) -> Any:
    return app(world).post(AUTHENTICATE, {"provider": kind, "token": token, **more})


def register(world: World, token: str, **more: Any) -> Any:
    return app(world).post(REGISTER, {"identity": {"provider": "GOOGLE", "token": token}, **more})


@pytest.mark.parametrize("kind", KINDS)
def test_who_registers_with_an_account_signs_in_with_it(rehearsal: World, issuer: Issuer, kind: str) -> None:
    with rehearsal.scope():
        define_identity_provider(**issuer.set_up(kind=kind))
    refused(sign_in(rehearsal, issuer.token(), kind), 401, "INVALIDCREDENTIALS")
    body = {"identity": {"provider": kind, "token": issuer.token(given_name="Ann", family_name="Lee")}}
    member = member_from(rehearsal, app(rehearsal).post(REGISTER, body))
    record = member.api.get(member.path).json()
    told = ("first_name", "last_name", "email_address")
    assert [record[name] for name in told] == ["Ann", "Lee", "ann@example.com"]
    # Known by the account, whatever its address is called by now.
    again = member_from(rehearsal, sign_in(rehearsal, issuer.token(email="new@example.com"), kind))
    assert again.id == member.id
    assert app(rehearsal).post(REGISTER, body).json()["contact"]["id"] == member.id


def test_what_is_sent_goes_before_what_the_provider_knows(shop: World, issuer: Issuer) -> None:
    token = issuer.token(given_name="Ann", family_name="Lee")
    member = member_from(shop, register(shop, token, first_name="Anna", custom_fields=[{"key": "shoe", "value": 38}]))
    record = member.api.get(member.path).json()
    assert (record["first_name"], record["last_name"]) == ("Anna", "Lee")
    assert record["custom_fields"] == [{"key": "shoe", "value": 38}]


def forged(token: str, **claims: Any) -> str:
    """The token with other claims under the same signature."""
    header, body, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | claims
    made = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{header}.{made}.{signature}"


def unsigned(issuer: Issuer) -> str:
    parts = ({"alg": "none", "kid": issuer.key.kid}, issuer.claims())
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def signed_with(secret: bytes, issuer: Issuer) -> str:
    """By hand: no library does this any more."""
    parts = ({"alg": "HS256", "kid": issuer.key.kid}, issuer.claims())
    told = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    mark = base64.urlsafe_b64encode(hmac.new(secret, told.encode(), "sha256").digest()).decode().rstrip("=")
    return f"{told}.{mark}"


def public_pem(issuer: Issuer) -> bytes:
    return bytes(issuer.key.as_pem(private=False))


BAD: dict[str, Any] = {
    "no signature": unsigned,
    "another key of that name": lambda issuer: issuer.token(key=new_key("k1")),
    "a key that is not told": lambda issuer: issuer.token(key=new_key("k9"), header={"kid": "k9"}),
    "its own key beside it": lambda issuer: issuer.token(
        key=(own := new_key("k9")), header={"kid": "k9", "jwk": own.as_dict(private=False)}
    ),
    "a shared secret": lambda issuer: issuer.token(key=shared_secret(b"secret" * 8), alg="HS256"),
    "the public key as a secret": lambda issuer: signed_with(public_pem(issuer), issuer),
    "another audience": lambda issuer: issuer.token(aud="their-app"),
    "no audience": lambda issuer: issuer.token(aud=None),
    "meant for another of several": lambda issuer: issuer.token(aud=[CLIENT, "their-app"], azp="their-app"),
    "another issuer": lambda issuer: issuer.token(iss="https://accounts.example.com"),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "over": lambda issuer: issuer.token(exp=int(time.time()) - 60),
    "no end": lambda issuer: issuer.token(exp=None),
    "an end that is no number": lambda issuer: issuer.token(exp="tomorrow"),
    "not yet": lambda issuer: issuer.token(nbf=int(time.time()) + 600),
    "of the future": lambda issuer: issuer.token(iat=int(time.time()) + 600),
    "nobody": lambda issuer: issuer.token(sub=None),
    "nobody by name": lambda issuer: issuer.token(sub=" "),
    "other claims": lambda issuer: forged(issuer.token(), sub="1"),
    "no token": lambda _: "x",
    "empty parts": lambda _: "..",
    "endless": lambda issuer: issuer.token(filler="x" * 7_000),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("call", [sign_in, register], ids=["sign in", "register"])
def test_a_token_that_is_no_good_is_one_answer(shop: World, issuer: Issuer, case: str, call: Any) -> None:
    member = member_from(shop, register(shop, issuer.token(given_name="Ann")))
    assert member.id == member_from(shop, sign_in(shop, issuer.token())).id
    answer = call(shop, BAD[case](issuer))
    refused(answer, 401, "INVALIDCREDENTIALS")
    assert answer.json()["message"] == "Nobody is signed in with this."
    with shop.scope():
        assert Contact.objects.count() == 1


def test_several_audiences_with_ours_for_the_party_are_good(shop: World, issuer: Issuer) -> None:
    assert register(shop, issuer.token(given_name="Ann", aud=[CLIENT, "api"], azp=CLIENT)).status_code == 200


def test_a_nonce_that_is_sent_must_be_the_tokens(shop: World, issuer: Issuer) -> None:
    register(shop, issuer.token(given_name="Ann"))
    assert sign_in(shop, issuer.token(nonce="n-1"), nonce="n-1").status_code == 200
    refused(sign_in(shop, issuer.token(nonce="n-1"), nonce="n-2"), 401, "INVALIDCREDENTIALS")
    refused(sign_in(shop, issuer.token(), nonce="n-2"), 401, "INVALIDCREDENTIALS")


def test_keys_are_asked_for_once_and_again_when_they_change(shop: World, issuer: Issuer) -> None:
    register(shop, issuer.token(given_name="Ann"))
    for _ in range(3):
        assert sign_in(shop, issuer.token()).status_code == 200
    assert len(issuer.asked) == 1
    issuer.key = new_key("k2")
    assert sign_in(shop, issuer.token()).status_code == 200
    assert len(issuer.asked) == 2
    for number in range(5):
        sign_in(shop, issuer.token(key=new_key("x"), header={"kid": f"made up {number}"}))
    assert len(issuer.asked) == 2


def test_keys_may_stand_in_the_settings(rehearsal: World, issuer: Issuer) -> None:
    with rehearsal.scope():
        keys = {"keys": [issuer.key.as_dict(private=False)]}
        define_identity_provider(**issuer.set_up(jwks_url="", keys=keys))
    assert register(rehearsal, issuer.token(given_name="Ann")).status_code == 200
    assert issuer.asked == []


def test_a_verified_address_signs_in_who_has_it(shop: World, issuer: Issuer) -> None:
    contact_id = a_customer(shop, email="ann@example.com")
    assert member_from(shop, sign_in(shop, issuer.token())).id == str(contact_id)
    with shop.scope():
        assert set(Identity.objects.values_list("provider", flat=True)) == {"EMAIL", "GOOGLE"}


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 1.5])
def test_an_address_that_is_not_verified_takes_nobody_over(shop: World, issuer: Issuer, verified: Any) -> None:
    a_customer(shop, email="ann@example.com")
    token = issuer.token(email_verified=verified, given_name="Eve")
    refused(sign_in(shop, token), 401, "INVALIDCREDENTIALS")
    refused(register(shop, token), 400, "DUPLICATE")
    with shop.scope():
        assert not Identity.objects.exists()


def test_an_address_that_is_not_verified_is_only_claimed(shop: World, issuer: Issuer) -> None:
    member_from(shop, register(shop, issuer.token(email_verified=False, given_name="Eve")))
    # Whoever really has the address is not taken for Eve.
    refused(sign_in(shop, issuer.token(sub="another")), 401, "INVALIDCREDENTIALS")


def test_an_account_lets_in_though_another_signs_in_with_its_address(shop: World, issuer: Issuer) -> None:
    member = member_from(shop, register(shop, issuer.token(given_name="Ann")))
    with shop.scope():
        Identity.objects.filter(provider="EMAIL").delete()
        other = create_customer(name="Other", email="other@example.com")
        add_identity(contact_id=other.pk, provider="EMAIL", value="ann@example.com")
    assert member_from(shop, sign_in(shop, issuer.token())).id == member.id


def test_a_password_that_a_stranger_may_have_set_opens_nothing_afterwards(shop: World, issuer: Issuer) -> None:
    squatter = a_member(shop, "ann@example.com")
    owner = member_from(shop, sign_in(shop, issuer.token()))
    assert owner.id == squatter.id
    refused(squatter.api.get(squatter.path), 401, "UNAUTHORIZED")
    refused(authenticate(shop, "ann@example.com"), 401, "INVALIDCREDENTIALS")
    assert owner.api.get(owner.path).status_code == 200


def test_who_may_not_come_in_does_not(shop: World, issuer: Issuer) -> None:
    member = member_from(shop, register(shop, issuer.token(given_name="Ann")))
    with shop.scope():
        update_customer(contact_id=member.id, status="blocked")  # type: ignore[arg-type]
    refused(sign_in(shop, issuer.token()), 401, "INVALIDCREDENTIALS")


def test_a_code_is_exchanged(rehearsal: World, issuer: Issuer) -> None:
    with rehearsal.scope():
        define_identity_provider(
            **issuer.set_up(kind="OIDC_OAUTH", token_url=f"{issuer.url}/token", redirect_uri="app://back"),
            secret="client secret",
        )
        assert "client secret" not in IdentityProvider.objects.get().sealed_secret
    issuer.codes["c-1"] = issuer.token(given_name="Ann", nonce="n")
    body = {"identity": {"provider": "OIDC_OAUTH", "code": "c-1", "state": "s", "nonce": "n"}}
    member_from(rehearsal, app(rehearsal).post(REGISTER, body))
    told = {name: values[0] for name, values in issuer.exchanged[0].items()}
    assert told == {
        "grant_type": "authorization_code", "code": "c-1", "client_id": CLIENT, "client_secret": "client secret",
        "redirect_uri": "app://back",
    }  # fmt: skip
    refused(app(rehearsal).post(AUTHENTICATE, {"provider": "OIDC_OAUTH", "code": "c-1"}), 401, "INVALIDCREDENTIALS")


def test_a_member_adds_an_account(shop: World, issuer: Issuer) -> None:
    member = a_member(shop, "other@example.com")
    body = {"provider": "GOOGLE", "token": issuer.token()}
    assert member.api.post(f"{member.path}/identities", body).json() == {"id": member.id}
    assert member_from(shop, sign_in(shop, issuer.token())).id == member.id
    stranger = a_member(shop, "stranger@example.com")
    refused(stranger.api.post(f"{stranger.path}/identities", body), 400, "DUPLICATE")


@pytest.mark.parametrize("path", [AUTHENTICATE, REGISTER])
def test_a_provider_that_nobody_set_up_is_refused_by_name(shop: World, rival: World, issuer: Issuer, path: str) -> None:
    for world, kind in ((shop, "APPLE"), (rival, "GOOGLE")):
        identity = {"provider": kind, "token": issuer.token()}
        body = identity if path == AUTHENTICATE else {"identity": identity}
        field = "provider" if path == AUTHENTICATE else "identity.provider"
        assert refused(app(world).post(path, body), 400, "INVALIDPARAMETER") == [field]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/keys", "http://localhost:1/keys", "https://169.254.169.254/keys", "https://[::1]/keys",
            "https://10.0.0.1/keys", "ftp://example.com/keys", "https://no.such.host.example/keys"],
)  # fmt: skip
def test_in_live_mode_no_address_inside_is_called(acme: World, issuer: Issuer, url: str) -> None:
    with acme.scope():
        values = issuer.set_up(jwks_url=url) if not url.startswith("ftp") else issuer.set_up()
        define_identity_provider(**values)
    refused(sign_in(acme, issuer.token()), 503, "SERVICEUNAVAILABLE")
    assert issuer.asked == []


def test_live_mode_does_not_call_the_issuer_on_this_machine(acme: World, issuer: Issuer) -> None:
    with acme.scope():
        define_identity_provider(**issuer.set_up())
    refused(sign_in(acme, issuer.token()), 503, "SERVICEUNAVAILABLE")
    assert issuer.asked == []
