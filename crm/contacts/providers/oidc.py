"""Tokens of identity as OpenID Connect has them: whose key signed, by whom issued, for whom, until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from crm.contacts.errors import TokenRefused
from crm.contacts.models import IdentityProvider
from crm.contacts.providers.fetching import fetch_json
from crm.kernel.clock import real_now
from crm.kernel.errors import Invalid
from crm.kernel.sealing import unseal

# Signatures by a key pair only: with a shared secret whoever reads the public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
KEY_TYPES = {"RSA", "EC", "OKP"}
HEADER = {"alg", "kid", "typ"}
LONGEST = 8_192
LEEWAY = timedelta(seconds=30)
KEYS_KEPT, KEYS_REREAD = timedelta(minutes=10), timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Proof:
    """What an app was handed by the provider: a token, or a code to exchange for one."""

    token: str = ""
    code: str = ""
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for. `subject` is the issuer's own name for them, which never changes."""

    subject: str
    email: str = ""
    email_is_verified: bool = False
    first_name: str = ""
    last_name: str = ""


def vouched_for(kind: str, proof: Proof) -> Vouched:
    """Raises TokenRefused; Invalid where the organisation has no such provider; Unavailable when it does not answer."""
    provider = IdentityProvider.objects.filter(kind=kind, is_active=True).first()
    if provider is None:
        raise Invalid("This way to sign in is not offered here.", field="provider")
    claims = _claims(provider, proof.token or _exchanged(provider, proof.code), proof.nonce)
    return Vouched(
        subject=f"{provider.issuer} {claims['sub']}", email=_text(claims, "email"),
        email_is_verified=claims.get("email_verified") in (True, "true"),
        first_name=_text(claims, "given_name") or _text(claims, "name"), last_name=_text(claims, "family_name"),
    )  # fmt: skip


def public_keys(document: Any) -> list[dict[str, Any]]:
    """The keys of a set that may check a signature; raises ValueError when there is none."""
    given = document.get("keys") if isinstance(document, Mapping) else None
    found = [dict(key) for key in given or () if isinstance(key, Mapping) and key.get("kty") in KEY_TYPES]
    if not found:
        raise ValueError("no public keys")
    KeySet.import_key_set({"keys": found})
    return found


def _claims(provider: IdentityProvider, token: str, nonce: str) -> dict[str, Any]:
    try:
        if len(token) > LONGEST:
            raise TokenRefused
        claims = dict(jwt.decode(token, lambda found: _key(provider, found), algorithms=ALGORITHMS).claims)
        _check(provider, claims, nonce)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise TokenRefused from None
    return claims


def _check(provider: IdentityProvider, claims: Mapping[str, Any], nonce: str) -> None:
    """Raises TokenRefused, and KeyError or TypeError for claims that are missing or no claims."""
    now = real_now().timestamp()
    audience = [claims["aud"]] if isinstance(claims["aud"], str) else list(claims["aud"])
    ours = set(audience) & set(provider.client_ids)
    good = (
        _issuer(claims["iss"]) == _issuer(provider.issuer)
        and bool(ours)
        and claims.get("azp", next(iter(ours), None)) in provider.client_ids
        and now < claims["exp"] + LEEWAY.total_seconds()
        and now > max(claims.get("nbf", 0), claims.get("iat", 0)) - LEEWAY.total_seconds()
        and (not nonce or claims.get("nonce") == nonce)
        and isinstance(claims["sub"], str | int)
        and str(claims["sub"]).strip()
    )
    if not good:
        raise TokenRefused


def _issuer(text: str) -> str:
    """Google writes its own with and without the scheme."""
    return text.removeprefix("https://")


def _key(provider: IdentityProvider, token: Any) -> Any:
    """The key that the token names, read anew when it is not among those that are kept. Raises TokenRefused."""
    header = token.headers()
    if set(header) - HEADER:
        # `crit`, `jku`, `x5u`, `jwk` and whatever else there may be are not looked at, but refused.
        raise TokenRefused
    name = header.get("kid")
    for anew in (False, True):
        fitting = [key for key in _keys(provider, anew=anew) if name is None or key.get("kid") == name]
        if len(fitting) == 1:
            return KeySet.import_key_set({"keys": fitting}).keys[0]
    raise TokenRefused


def _keys(provider: IdentityProvider, *, anew: bool) -> Sequence[dict[str, Any]]:
    if not provider.jwks_url:
        return public_keys(provider.keys)
    name = f"identity-provider:{provider.pk}:{provider.jwks_url}"
    kept: list[dict[str, Any]] | None = cache.get(name)
    # Whoever sends made-up names of keys does not make us ask the provider each time.
    may_ask = kept is None or (anew and cache.add(f"{name}:asked", True, KEYS_REREAD.total_seconds()))
    if may_ask:
        status, document = fetch_json(provider.jwks_url)
        kept = public_keys(document) if status == 200 else []
        cache.set(name, kept, KEYS_KEPT.total_seconds())
    return kept or []


def _exchanged(provider: IdentityProvider, code: str) -> str:
    """The token for a code, which is good once. Raises TokenRefused."""
    if not code or not provider.token_url:
        raise TokenRefused
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": provider.client_ids[0],
        "redirect_uri": provider.redirect_uri,
    }  # fmt: skip
    if provider.sealed_secret:
        secret = unseal(provider.wrapped_key, provider.sealed_secret, context=provider.seal_context)
        form["client_secret"] = secret
    status, answer = fetch_json(provider.token_url, form)
    if status != 200 or not isinstance(answer, Mapping) or not isinstance(answer.get("id_token"), str):
        raise TokenRefused
    return str(answer["id_token"])


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip()[: 100 if name != "email" else 254] if isinstance(value, str) else ""
