"""EMAIL_URL as Django's mail understands it."""

import pytest

from config.mail import mail_server, no_reply_at


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "", "", False, False)),
        ("smtp://mail.example.com", ("mail.example.com", 25, "", "", False, False)),
        ("smtp+tls://ann%40x.com:p%40ss@h", ("h", 587, "ann@x.com", "p@ss", True, False)),
        ("smtps://u:p@h", ("h", 465, "u", "p", False, True)),
        ("smtp+ssl://h:2465", ("h", 2465, "", "", False, True)),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, expected: tuple[object, ...]) -> None:
    server = mail_server(url)
    assert server.backend == "django.core.mail.backends.smtp.EmailBackend"
    told = (server.host, server.port, server.user, server.password, server.starts_tls, server.speaks_tls)
    assert told == expected


def test_without_an_address_mail_goes_into_files() -> None:
    assert mail_server(None).backend == "crm.messaging.channels.outbox.FileBackend"


@pytest.mark.parametrize(
    ("base", "sender"),
    [("https://crm.example.com", "no-reply@crm.example.com"), ("http://127.0.0.1:8000", "no-reply@localhost"),
     ("http://[::1]:8000", "no-reply@localhost")],
)  # fmt: skip
def test_the_sender_of_who_named_none_is_at_the_host_of_the_product(base: str, sender: str) -> None:
    assert no_reply_at(base) == sender
