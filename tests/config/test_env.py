"""Every environment variable: right values, and one sentence that names the variable for a wrong one."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.env import BadSetting, Environment, KeyRing, read

SECRET = "s" * 32
PRODUCTION = {"SECRET_KEY": SECRET, "JWT_KEYS": f"a:{SECRET}", "DATABASE_URL": "postgres://u:p@db/crm"}

Read = Callable[..., Environment]


@pytest.fixture
def trial(tmp_path: Path) -> Read:
    """`trial(PORT="9000")`: the environment of a fresh machine, with these variables and no others."""
    return lambda **variables: read({"DATA_DIR": str(tmp_path), **variables})


@pytest.fixture
def production(trial: Read) -> Read:
    return lambda **variables: trial(**{**PRODUCTION, **variables})


def complaint(read_it: Read, **variables: str) -> str:
    """The one sentence that the start ends with; it begins with the last variable given."""
    with pytest.raises(BadSetting) as refusal:
        read_it(**variables)
    sentence = str(refusal.value.code)
    assert sentence.startswith(f"{[*variables][-1]} ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_fresh_machine_needs_nothing(trial: Read, tmp_path: Path) -> None:
    env = trial()
    assert (env.process, env.data_dir, env.debug, env.port) == ("command", tmp_path.resolve(), True, 8000)
    assert (env.base_url, env.database, env.broker_url) == ("http://127.0.0.1:8000", None, None)
    assert (env.cache_url, env.email_url, env.trusted_proxies, env.csrf_trusted_origins) == (None, None, (), ())
    assert env.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")


def test_empty_variables_are_like_none_at_all(trial: Read) -> None:
    names = [
        "SECRET_KEY", "DATABASE_URL", "DEBUG", "PORT", "BASE_URL", "JWT_KEYS", "DATA_KEYS", "CELERY_BROKER_URL",
        "CACHE_URL", "EMAIL_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "CSRF_TRUSTED_ORIGINS", "MEDIA_URL",
        "FILES_QUOTA_MB",
    ]  # fmt: skip
    assert trial(**dict.fromkeys(names, "")) == trial()


def test_a_wrong_variable_ends_the_start_without_a_traceback() -> None:
    assert issubclass(BadSetting, SystemExit)
    assert str(BadSetting("PORT", "is odd.").code) == "PORT is odd."


@pytest.mark.parametrize(
    ("variables", "debug"),
    [({}, True), ({"DEBUG": "1"}, True), ({"DEBUG": "0", **PRODUCTION}, False), (PRODUCTION, False),
     ({**PRODUCTION, "DEBUG": "1"}, True), ({"SECRET_KEY": SECRET, "JWT_KEYS": SECRET}, False)],
)  # fmt: skip
def test_trial_mode_ends_with_a_secret_or_a_database(trial: Read, variables: dict[str, str], debug: bool) -> None:
    assert trial(**variables).debug is debug


@pytest.mark.parametrize("value", ["true", "yes", "2", "01", " 1", "False", "on"])
def test_debug_is_0_or_1(trial: Read, value: str) -> None:
    assert repr(value) in complaint(trial, DEBUG=value)


@pytest.mark.parametrize("value", ["1", "80", "8000", "65535"])
def test_a_port_is_part_of_the_default_address(trial: Read, value: str) -> None:
    env = trial(PORT=value)
    assert (env.port, env.base_url) == (int(value), f"http://127.0.0.1:{value}")


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80.5", "http", "+80", " 80", "８０", "٨٠", "0x50"])
def test_a_port_is_a_number_from_1_to_65535(trial: Read, value: str) -> None:
    assert "from 1 to 65535" in complaint(trial, PORT=value)


@pytest.mark.parametrize(
    ("value", "base_url"),
    [("https://crm.example.com", "https://crm.example.com"), ("https://crm.example.com/", "https://crm.example.com"),
     ("http://localhost:3000", "http://localhost:3000"), ("https://crm.example.com/shop/", "https://crm.example.com/shop")],
)  # fmt: skip
def test_the_address_of_links_is_kept_without_a_slash(trial: Read, value: str, base_url: str) -> None:
    assert trial(BASE_URL=value).base_url == base_url


BAD_ADDRESSES = ["crm.example.com", "ftp://crm.example.com", "https://", "https:///path", "http://[::1", "//x.example",
                 "https://crm.example.com:99999", "https://crm.example.com:port", "javascript:alert(1)"]  # fmt: skip


@pytest.mark.parametrize("value", BAD_ADDRESSES)
def test_the_address_of_links_is_one_of_the_web(trial: Read, value: str) -> None:
    complaint(trial, BASE_URL=value)


def test_a_secret_is_needed_outside_trial_mode(trial: Read, production: Read) -> None:
    assert production().secret_key == SECRET
    for others in ({"DEBUG": "0"}, {"DATABASE_URL": PRODUCTION["DATABASE_URL"]}, {"DEBUG": "0", "JWT_KEYS": SECRET}):
        assert complaint(trial, **others, SECRET_KEY="") == "SECRET_KEY is required when DEBUG is off."


def test_a_secret_has_32_characters_at_least(trial: Read, production: Read) -> None:
    assert SECRET[1:] not in complaint(production, SECRET_KEY=SECRET[1:])
    assert trial(DEBUG="1", SECRET_KEY="short").secret_key == "short"


def test_keys_for_tokens_are_needed_outside_trial_mode(trial: Read) -> None:
    text = complaint(trial, SECRET_KEY=SECRET, DATABASE_URL=PRODUCTION["DATABASE_URL"], JWT_KEYS="")
    assert text == "JWT_KEYS is required when DEBUG is off."


def test_keys_for_data_are_made_where_none_are_given(production: Read) -> None:
    assert production().data_keys == production().data_keys
    assert len(production().data_keys.current[1]) >= 32


@pytest.mark.parametrize(("variable", "field"), [("JWT_KEYS", "jwt_keys"), ("DATA_KEYS", "data_keys")])
def test_a_key_ring_has_names_the_current_one_first(trial: Read, variable: str, field: str) -> None:
    ring = getattr(trial(**{variable: f" new:{'n' * 32} , old:{'o' * 32},"}), field)
    assert ring == KeyRing((("new", "n" * 32), ("old", "o" * 32)))
    assert ring.current == ("new", "n" * 32)
    assert {name: len(key) for name, key in ring.as_bytes().items()} == {"new": 32, "old": 32}
    assert ring.as_bytes()["new"] != ring.as_bytes()["old"]


@pytest.mark.parametrize("variable", ["JWT_KEYS", "DATA_KEYS"])
def test_a_lone_secret_needs_no_name_and_always_gets_the_same(trial: Read, variable: str) -> None:
    first, again, other = (getattr(trial(**{variable: key * 32}), variable.lower()) for key in "aab")
    assert first == again
    assert first.current[0] != other.current[0]
    assert first.current[1] == "a" * 32


@pytest.mark.parametrize("variable", ["JWT_KEYS", "DATA_KEYS"])
@pytest.mark.parametrize(
    "value",
    ["short", "a:short", f":{SECRET}", f"a:{SECRET},b:short", f"a:{SECRET},a:{SECRET}x", f"{SECRET},{SECRET}"],
)
def test_a_key_ring_that_cannot_be_is_refused_without_telling_it(trial: Read, variable: str, value: str) -> None:
    sentence = complaint(trial, **{variable: value})
    assert SECRET not in sentence
    assert "short" not in sentence


@pytest.mark.parametrize("variable", ["JWT_KEYS", "DATA_KEYS"])
@pytest.mark.parametrize("value", [",", " , ", " "])
def test_a_key_ring_has_a_key(trial: Read, variable: str, value: str) -> None:
    complaint(trial, **{variable: value})


def test_secrets_made_on_the_spot_are_kept_for_their_owner_alone(trial: Read, tmp_path: Path) -> None:
    first = trial()
    assert trial() == first
    made = {first.secret_key, first.jwt_keys.current[1], first.data_keys.current[1]}
    assert len(made) == 3
    folder = tmp_path / "secrets"
    assert {file.name for file in folder.iterdir()} == {"secret_key", "jwt_keys", "data_keys"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert all(len(secret) >= 32 for secret in made)


def test_another_data_directory_has_other_secrets(trial: Read, tmp_path: Path) -> None:
    assert trial(DATA_DIR=str(tmp_path / "other")).secret_key != trial().secret_key


def test_secrets_that_cannot_be_kept_stop_the_start(trial: Read, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "cannot keep secrets" in complaint(trial, DATA_DIR=str(tmp_path / "file"))


def test_a_home_directory_is_understood() -> None:
    env = read({"DATA_DIR": "~/rapport", "DEBUG": "1", "SECRET_KEY": "x", "JWT_KEYS": SECRET, "DATA_KEYS": SECRET})
    assert env.data_dir == Path.home().resolve() / "rapport"


def test_a_database_is_named_by_its_address(production: Read) -> None:
    database: Any = production(DATABASE_URL="postgresql://user:p%40ss@db.example.com:5433/crm?sslmode=require").database
    expected = {"NAME": "crm", "USER": "user", "PASSWORD": "p@ss", "HOST": "db.example.com", "PORT": 5433}
    assert {key: database[key] for key in expected} == expected
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_a_database_may_be_behind_a_unix_socket(production: Read) -> None:
    database: Any = production(DATABASE_URL="postgres://user@%2Fvar%2Frun%2Fpostgresql/crm").database
    assert (database["HOST"], database["NAME"]) == ("/var/run/postgresql", "crm")


@pytest.mark.parametrize(
    "value",
    ["mysql://u:hunter2@db/crm", "sqlite:///db", "db", "postgres://", "postgres://u:hunter2@db", "postgres://db/",
     "postgres://u:hunter2@db:x/crm", "postgres://u:hunter2@db:70000/crm", "postgres://[::1/crm"],
)  # fmt: skip
def test_a_database_that_cannot_be_is_refused_without_its_password(production: Read, value: str) -> None:
    assert "hunter2" not in complaint(production, DATABASE_URL=value)


GOOD = [
    ("CELERY_BROKER_URL", "broker_url", ["redis://localhost:6379/0", "rediss://u:p@h/1", "amqp://g:g@h//", "amqps://h"]),
    ("CACHE_URL", "cache_url", ["redis://localhost:6379/1", "rediss://:p@h:6380"]),
    ("EMAIL_URL", "email_url", ["smtp://localhost:25", "smtps://u:p@h", "smtp+tls://u:p@h:587", "smtp+ssl://h:465"]),
]  # fmt: skip
BAD = [
    ("CELERY_BROKER_URL", ["localhost", "http://h", "sqs://", "redis://", "redis://h:99999", "memory://", "REDIS"]),
    ("CACHE_URL", ["localhost:6379", "memcached://h", "amqp://h", "rediss://", "redis://h:x"]),
    ("EMAIL_URL", ["localhost", "http://h", "smtp://", "smtp+starttls://h", "mailto:a@example.com"]),
]


@pytest.mark.parametrize(("variable", "field", "value"), [(*names, url) for *names, urls in GOOD for url in urls])
def test_servers_are_named_by_their_address(trial: Read, variable: str, field: str, value: str) -> None:
    assert getattr(trial(**{variable: value}), field) == value


@pytest.mark.parametrize(("variable", "value"), [(name, url) for name, urls in BAD for url in urls])
def test_addresses_of_other_servers_are_refused(trial: Read, variable: str, value: str) -> None:
    assert "://" in complaint(trial, **{variable: value})


@pytest.mark.parametrize("variable", ["BASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"])
def test_nothing_listens_on_port_0(trial: Read, variable: str) -> None:
    scheme = {"BASE_URL": "https", "EMAIL_URL": "smtp"}.get(variable, "redis")
    complaint(trial, **{variable: f"{scheme}://h.example:0"})


def test_hosts_are_those_given_or_that_of_the_address(trial: Read, production: Read) -> None:
    assert production(BASE_URL="https://crm.example.com").allowed_hosts == ("crm.example.com",)
    assert production(ALLOWED_HOSTS=" a.example, .b.example,,").allowed_hosts == ("a.example", ".b.example")
    assert trial(BASE_URL="https://crm.example.com").allowed_hosts[-1] == "crm.example.com"


def test_an_ipv6_host_keeps_its_brackets(production: Read) -> None:
    assert production(BASE_URL="https://[2001:db8::1]:8443").allowed_hosts == ("[2001:db8::1]",)


def test_proxies_are_addresses_and_networks(trial: Read) -> None:
    env = trial(TRUSTED_PROXIES="10.0.0.0/8, 192.0.2.1,2001:db8::/32,")
    assert env.trusted_proxies == ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "*", "10.0.0.1:80"])
def test_other_proxies_are_refused_by_name(trial: Read, value: str) -> None:
    assert repr(value) in complaint(trial, TRUSTED_PROXIES=f"10.0.0.1,{value}")


def test_origins_are_addresses_of_the_web(trial: Read) -> None:
    env = trial(CSRF_TRUSTED_ORIGINS="https://a.example, https://*.b.example:8443")
    assert env.csrf_trusted_origins == ("https://a.example", "https://*.b.example:8443")


@pytest.mark.parametrize("value", BAD_ADDRESSES)
def test_other_origins_are_refused(trial: Read, value: str) -> None:
    complaint(trial, CSRF_TRUSTED_ORIGINS=f"https://a.example,{value}")


def test_the_kind_of_process_is_told(trial: Read) -> None:
    assert trial(RAPPORT_PROCESS="worker").process == "worker"


def test_streams_have_a_port_of_their_own(trial: Read) -> None:
    assert trial().streams_port is None
    assert trial(STREAMS_PORT="8100").streams_port == 8100
    for wrong in ("8000", "0", "x", "70000"):
        with pytest.raises(BadSetting, match="STREAMS_PORT"):
            trial(STREAMS_PORT=wrong)
