"""A name leads nowhere, hides nothing, and ends as the content is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.files.names import cleaned_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Offer May.pdf", "Offer May.pdf"),
        ("Zoë's Übersicht.PDF", "Zoë's Übersicht.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\x.dll", "x.pdf"),
        ("/etc/cron.d/x", "x.pdf"),
        ("bill\0.exe", "bill.pdf"),
        ("bill\u202efdp.exe", "billfdp.pdf"),
        ('a"b<c>:d|e?.pdf', "a_b_c__d_e_.pdf"),
        ("line\r\nSet-Cookie: x.pdf", "lineSet-Cookie_ x.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".htaccess", "file.pdf"),
        ("half \ud800.pdf", "half.pdf"),
    ],
)
def test_a_name_is_made_harmless(given_name: str, kept: str) -> None:
    assert cleaned_name(given_name, "pdf") == kept


def test_a_very_long_name_is_cut_and_keeps_its_ending() -> None:
    name = cleaned_name("x" * 5_000 + ".exe", "jpeg")
    assert (len(name), name[-6:]) == (150, "x.jpeg")


@given(st.text(max_size=400))
def test_whatever_it_is_called_it_is_one_part_of_a_path(name: str) -> None:
    kept = cleaned_name(name, "png")
    assert kept.endswith(".png")
    assert 5 <= len(kept) <= 150
    assert not set(kept) & set('/\\\0\r\n"<>:|')
    assert not kept.startswith(".")
