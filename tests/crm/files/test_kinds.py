"""What a file is, its content says; what it could do to whoever opens it, decides."""

import pytest

from crm.files.errors import FileNotAllowed
from crm.files.kinds import kind_of
from tests.crm.files.brought import ACTIVE_PDF, CSV, HTML, PDF, SVG, document, packed, picture

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
TAKEN = {
    "a JPEG called png": (picture("JPEG"), "x.png", "image/jpeg"),
    "a PNG": (picture(), "x.png", "image/png"),
    "a GIF": (picture("GIF"), "x.gif", "image/gif"),
    "a WebP": (picture("WEBP"), "x.webp", "image/webp"),
    "a PDF": (PDF, "x.pdf", "application/pdf"),
    "CSV": (CSV, "people.csv", "text/csv"),
    "CSV that begins like a bitmap": (b"BMW,1\nVW,2\n", "cars.csv", "text/csv"),
    "text": ("Grüße".encode(), "letter.txt", "text/plain"),
    "text from Windows": ("Grüße".encode("cp1252"), "letter.txt", "text/plain"),
    "a letter": (document(), "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "an old letter": (OLE, "x.doc", "application/msword"),
    "an open letter": (
        packed(mimetype=b"application/vnd.oasis.opendocument.text"), "x.odt", "application/vnd.oasis.opendocument.text",
    ),
}  # fmt: skip
REFUSED = {
    "SVG with a script": (SVG, "logo.svg"),
    "SVG called png": (SVG, "logo.png"),
    "HTML called png": (HTML, "page.png"),
    "HTML called txt": (HTML, "page.txt"),
    "HTML after much text": (b"a,b\n" * 5_000 + HTML, "table.csv"),
    "a script of a shell": (b"#!/bin/sh\nrm -rf /\n", "notes.txt"),
    "plain text with a program's name": (b"alert(1)", "code.js"),
    "a program's name with a point behind it": (b"alert(1)", "code.js. "),
    "a program of Windows": (b"MZ\x90\0" + b"\0" * 200, "x.pdf"),
    "a program of Linux": (b"\x7fELF\x02\x01\x01" + b"\0" * 200, "x.txt"),
    "PHP": (b"<?php system($_GET[0]);", "x.txt"),
    "a PDF behind something else": (b"\0junk" + PDF, "x.pdf"),
    "half a PDF": (PDF.replace(b"%%EOF", b""), "x.pdf"),
    "an archive": (packed(**{"a.txt": b"a"}), "x.zip"),
    "an archive that grows": (document(**{"word/media/x": b"\0" * 30_000_000}), "x.docx"),
    "an archive of very many": (document(**{f"word/{n}": b"" for n in range(1_001)}), "x.docx"),
    "a letter with macros": (document(**{"word/vbaProject.bin": b"x"}), "x.docx"),
    "an old letter with macros": (OLE + "_VBA_PROJECT".encode("utf-16-le"), "x.doc"),
    "an archive that breaks off": (document()[:60], "x.docx"),
    "nothing anybody knows": (b"\0\1\2\3" * 50, "x.bin"),
    "a Java archive": (packed(**{"META-INF/MANIFEST.MF": b"Main-Class: X"}), "x.docx"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_people_bring_is_taken_for_what_it_is(case: str) -> None:
    data, name, media_type = TAKEN[case]
    assert kind_of(data, name).media_type == media_type


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_do_harm_is_not_taken(case: str) -> None:
    data, name = REFUSED[case]
    with pytest.raises(FileNotAllowed):
        kind_of(data, name)


def test_a_browser_shows_pictures_and_quiet_papers_only() -> None:
    shown = {case for case, (data, name, _) in TAKEN.items() if kind_of(data, name).is_inline}
    assert shown == {"a JPEG called png", "a PNG", "a GIF", "a WebP", "a PDF"}
    assert not kind_of(ACTIVE_PDF, "x.pdf").is_inline
