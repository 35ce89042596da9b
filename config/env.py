"""Every environment variable the product reads, checked in one place.

`read()` turns the process environment into one frozen `Environment`, or stops the start with a single sentence
(`BadSetting`). Nothing else in the project looks at `os.environ`, apart from `manage.py` and `wsgi.py`, which only name
the settings module and the kind of process.
"""

import contextlib
import hashlib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ as django_environ

PROJECT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32


class BadSetting(SystemExit):
    """A wrong environment variable. As a SystemExit it ends the start with its sentence and no traceback."""

    def __init__(self, variable: str, complaint: str) -> None:
        super().__init__(f"{variable} {complaint}")


@dataclass(frozen=True)
class KeyRing:
    """Named secrets, the one in use first; the others only read what they once wrote."""

    keys: tuple[tuple[str, str], ...]

    @property
    def current(self) -> tuple[str, str]:
        return self.keys[0]

    def as_bytes(self) -> dict[str, bytes]:
        """Each key as 32 bytes, whatever the length of the text it was given as."""
        return {name: hashlib.sha256(secret.encode()).digest() for name, secret in self.keys}


@dataclass(frozen=True)
class Environment:
    process: str
    data_dir: Path
    debug: bool
    port: int
    streams_port: int | None
    base_url: str
    secret_key: str
    jwt_keys: KeyRing
    data_keys: KeyRing
    database: dict[str, Any] | None
    broker_url: str | None
    cache_url: str | None
    email_url: str | None
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    media_url: str | None
    files_quota: int


def read(env: Mapping[str, str] = os.environ) -> Environment:
    """The checked environment; raises BadSetting with one sentence for the first wrong variable."""
    data_dir = Path(env.get("DATA_DIR") or PROJECT / "var").expanduser().resolve()
    trial = not env.get("SECRET_KEY") and not env.get("DATABASE_URL")
    debug = _flag(env, "DEBUG", default=trial)
    port = _port(env, "PORT") or 8000
    streams_port = _port(env, "STREAMS_PORT")
    if streams_port == port:
        raise BadSetting("STREAMS_PORT", f"must be another than PORT, which is {port}.")
    base_url = _web_address(env, "BASE_URL") or f"http://127.0.0.1:{port}"
    return Environment(
        process=env.get("RAPPORT_PROCESS", "command"),
        data_dir=data_dir,
        debug=debug,
        port=port,
        streams_port=streams_port,
        base_url=base_url.rstrip("/"),
        secret_key=_secret_key(env, data_dir, debug),
        jwt_keys=_key_ring(env, "JWT_KEYS", data_dir, required=not debug),
        data_keys=_key_ring(env, "DATA_KEYS", data_dir, required=False),
        database=_database(env),
        broker_url=_url(env, "CELERY_BROKER_URL", "redis", "rediss", "amqp", "amqps"),
        cache_url=_url(env, "CACHE_URL", "redis", "rediss"),
        email_url=_url(env, "EMAIL_URL", "smtp", "smtps", "smtp+tls", "smtp+ssl"),
        allowed_hosts=_names(env, "ALLOWED_HOSTS") or _default_hosts(base_url, debug),
        trusted_proxies=_networks(env, "TRUSTED_PROXIES"),
        csrf_trusted_origins=_origins(env, "CSRF_TRUSTED_ORIGINS"),
        media_url=_url(env, "MEDIA_URL", "file", "s3"),
        files_quota=_megabytes(env, "FILES_QUOTA_MB", otherwise=5_000),
    )


def _flag(env: Mapping[str, str], variable: str, *, default: bool) -> bool:
    value = env.get(variable, "")
    if value not in ("", "0", "1"):
        raise BadSetting(variable, f"must be 0 or 1, not {value!r}.")
    return value == "1" if value else default


def _port(env: Mapping[str, str], variable: str) -> int | None:
    value = env.get(variable)
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise BadSetting(variable, f"must be a whole number from 1 to 65535, not {value!r}.")
    return int(value)


def _megabytes(env: Mapping[str, str], variable: str, *, otherwise: int) -> int:
    """In bytes."""
    value = env.get(variable) or str(otherwise)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 1_000_000_000:
        raise BadSetting(variable, f"must be a whole number of megabytes, not {value!r}.")
    return int(value) * 1024 * 1024


def _url(env: Mapping[str, str], variable: str, *schemes: str) -> str | None:
    value = env.get(variable) or None
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        wrong = parts.scheme not in schemes or not (parts.hostname or parts.path) or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        raise BadSetting(variable, f"must be an address that begins with {expected} and names a host.")
    return value


def _web_address(env: Mapping[str, str], variable: str) -> str | None:
    value = _url(env, variable, "http", "https")
    if value is not None and not urlsplit(value).hostname:
        raise BadSetting(variable, "must be an address such as https://crm.example.com.")
    return value


def _database(env: Mapping[str, str]) -> dict[str, Any] | None:
    value = _url(env, "DATABASE_URL", "postgres", "postgresql")
    if value is None:
        return None
    config: dict[str, Any] = django_environ.Env.db_url_config(value)
    if not config.get("NAME"):
        raise BadSetting("DATABASE_URL", "must name a database: postgres://user:password@host:5432/name.")
    # A Unix socket's folder is written as a host with %2F, as libpq does.
    config["HOST"] = unquote(str(config.get("HOST") or ""))
    return config


def _secret_key(env: Mapping[str, str], data_dir: Path, debug: bool) -> str:
    value = env.get("SECRET_KEY")
    if not value and not debug:
        raise BadSetting("SECRET_KEY", "is required when DEBUG is off.")
    if value and not debug and len(value) < SHORTEST_SECRET:
        raise BadSetting("SECRET_KEY", f"must have at least {SHORTEST_SECRET} characters.")
    return value or _kept_secret(data_dir, "secret_key")


def _key_ring(env: Mapping[str, str], variable: str, data_dir: Path, *, required: bool) -> KeyRing:
    """`name:secret` pairs by comma, the current one first; a lone secret needs no name."""
    value = env.get(variable)
    if not value and required:
        raise BadSetting(variable, "is required when DEBUG is off.")
    value = value or _kept_secret(data_dir, variable.lower())
    pairs = [_named_secret(variable, item.strip()) for item in value.split(",") if item.strip()]
    if not pairs:
        raise BadSetting(variable, "must hold at least one key, as name:secret.")
    if len({name for name, _ in pairs}) != len(pairs):
        raise BadSetting(variable, "must not name two keys alike.")
    return KeyRing(tuple(pairs))


def _named_secret(variable: str, item: str) -> tuple[str, str]:
    name, colon, secret = item.partition(":")
    if not colon:
        name, secret = hashlib.sha256(item.encode()).hexdigest()[:8], item
    if not name or len(secret) < SHORTEST_SECRET:
        raise BadSetting(variable, f"must hold secrets of at least {SHORTEST_SECRET} characters, as name:secret.")
    return name, secret


def _kept_secret(data_dir: Path, name: str) -> str:
    """A secret made once per data directory. Linked into place whole, so that two processes agree on one value."""
    kept = data_dir / "secrets" / name
    if not kept.exists():
        try:
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = kept.with_name(f"{name}.{os.getpid()}.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(draft, kept)
            draft.unlink()
        except OSError as problem:
            raise BadSetting("DATA_DIR", f"cannot keep secrets in {kept.parent}: {problem.strerror}.") from None
    return kept.read_text().strip()


def _names(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in env.get(variable, "").split(",") if item.strip())


def _default_hosts(base_url: str, debug: bool) -> tuple[str, ...]:
    local = ("127.0.0.1", "localhost", "[::1]") if debug else ()
    host = urlsplit(base_url).hostname or "127.0.0.1"
    return (*dict.fromkeys((*local, f"[{host}]" if ":" in host else host)),)


def _networks(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    names = _names(env, variable)
    for name in names:
        try:
            ipaddress.ip_network(name)
        except ValueError:
            raise BadSetting(variable, f"must list IP addresses or networks by comma; {name!r} is neither.") from None
    return names


def _origins(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    names = _names(env, variable)
    for name in names:
        _web_address({variable: name}, variable)
    return names
