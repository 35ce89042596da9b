"""Orders and invoices on paper: what they say, how many pages they take, and whose they are.

`SHOW_PAPERS=folder` leaves them there for people to look at.
"""

import io
import os
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pypdf import PdfReader

from crm.contacts.services import update_customer
from crm.files.errors import NothingToPrint, UnknownPaper
from crm.files.models import StoredFile
from crm.files.papers import Column, Paper, Table, paper_of
from crm.files.printing import pdf_of
from crm.files.selectors import opened
from crm.files.services import print_paper
from crm.messaging.services import define_sender
from crm.orders.errors import NoAddressForPapers
from crm.orders.models import Invoice
from crm.orders.services import mail_paper, refund_order
from crm.organisations.models import Organisation
from tests.builders import a_customer, a_product, an_order
from tests.cast import Cast, World
from tests.selfservice.v1.sending import read

SHOW = os.environ.get("SHOW_PAPERS")
ADDRESS = "Ζαχαρίας Ćirić GmbH\nBahnhofstraße 7\n8001 Zürich"


def pages_of(pdf: bytes, name: str = "") -> list[str]:
    """The text of each page, as a reader of PDF sees it."""
    if name and SHOW:
        (Path(SHOW) / f"{name}.pdf").write_bytes(pdf)
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(world: World, kind: str, record_id: UUID, contact_id: UUID) -> bytes:
    with world.scope():
        file = print_paper(kind=kind, record_id=record_id, contact_id=contact_id)
        with opened(file) as data:
            return data.read()


def an_invoice(world: World, lines: int = 1, **values: Any) -> tuple[UUID, UUID]:
    """The invoice of a delivered order, and whose it is."""
    whose = a_customer(world, name="Zoë Ćirić", billing_address=ADDRESS, tax_id="CHE-123", payment_terms="30 days net")
    names = ["Espresso “Σόφια”", "Filter coffee, washed", "Grinder burrs for very old mills that nobody makes any more"]
    items = [
        (a_product(world, name=names[n % 3], sku=f"SKU-{n:03}", price=Decimal("19.90") + n,
                   tax_rate=Decimal((20, "7.7", 0)[n % 3])), n % 5 + 1)
        for n in range(lines)
    ]  # fmt: skip
    order = an_order(world, whose, *items, status="delivered", **values)
    with world.scope():
        return Invoice.objects.get(order_id=order).pk, whose


def test_an_invoice_says_who_writes_to_whom_about_what(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(currency="EUR", zone="Europe/Zurich")
    with acme.scope():
        define_sender(channel="email", name="Acme", address="books@acme.example", is_default=True)
    invoice_id, whose = an_invoice(acme)
    (page,) = pages_of(printed(acme, "invoice", invoice_id, whose), "invoice-1")
    with acme.scope():
        invoice = Invoice.objects.get(pk=invoice_id)
    for words in (
        "Acme", "books@acme.example", "Invoice", invoice.number, "Zoë Ćirić", "Ζαχαρίας", "Bahnhofstraße 7",
        "8001 Zürich", "CHE-123", "30 days net", "Espresso “Σόφια”", "SKU-000", "€19.90", "20%", "Subtotal", "Tax 20%",
        "€3.98", "Total", "€23.88", "Page 1 of 1",
    ):  # fmt: skip
        assert words in page, words
    assert "Refunds" not in page
    assert "Discount" not in page


def test_a_long_invoice_repeats_its_headings_and_adds_up(acme: World) -> None:
    invoice_id, whose = an_invoice(acme, 60, discount=Decimal("100"))
    pages = pages_of(printed(acme, "invoice", invoice_id, whose), "invoice-60")
    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
    with_lines = [page for page in pages if "SKU-" in page]
    assert all("Quantity" in page and "Amount" in page for page in with_lines)
    assert sum(page.count("SKU-") for page in pages) == 60
    with acme.scope():
        said = Invoice.objects.get(pk=invoice_id).snapshot
    whole = "".join(pages)
    assert "–$100.00" in whole
    assert {"Tax 7.7%", "Tax 20%"} <= {part for part in ("Tax 7.7%", "Tax 20%") if part in whole}
    assert f"${Decimal(said['total']):,.2f}" in pages[-1]
    assert "Total" in pages[-1]


def test_an_invoice_stays_as_it_was_issued(acme: World) -> None:
    invoice_id, whose = an_invoice(acme)
    before = pages_of(printed(acme, "invoice", invoice_id, whose))
    with acme.scope():
        update_customer(contact_id=whose, name="Somebody Else", billing_address="Elsewhere 1")
    assert pages_of(printed(acme, "invoice", invoice_id, whose)) == before


def test_what_went_back_stands_below(acme: World) -> None:
    invoice_id, whose = an_invoice(acme, 3)
    with acme.scope():
        order_id = Invoice.objects.get(pk=invoice_id).order_id
        for amount, reason in (("5", "Broken"), ("2.50", "Late")):
            refund_order(order_id=order_id, amount=Decimal(amount), reason=reason)
    for kind, record_id in (("invoice", invoice_id), ("order", order_id)):
        text = "".join(pages_of(printed(acme, kind, record_id, whose), f"{kind}-refunded"))
        for words in ("Refunds", "CRN-", "Broken", "–$5.00", "Late", "–$2.50", "In all", "–$7.50"):
            assert words in text, words


def test_an_order_says_where_it_goes_and_how_it_stands(acme: World) -> None:
    whose = a_customer(acme, name="Ann Lee")
    order = an_order(acme, whose, (a_product(acme, name="Mug"), 3), shipping_address="Harbour 5\nLimassol")
    (page,) = pages_of(printed(acme, "order", order, whose), "order")
    for words in ("Order", "ORD-", "Ann Lee", "Pending", "Harbour 5", "Limassol", "Mug", "$30.00", "Total"):
        assert words in page, words
    assert "Tax 0" not in page


def test_a_paper_is_a_file_of_whose_it_is_for_a_day(acme: World) -> None:
    invoice_id, whose = an_invoice(acme)
    with acme.scope():
        file = print_paper(kind="invoice", record_id=invoice_id, contact_id=whose)
    assert file.name.startswith("Invoice INV-")
    assert (file.name[-4:], file.media_type, file.is_inline) == (".pdf", "application/pdf", True)
    assert (file.contact_id, file.record_kind, file.record_id) == (whose, "invoice", invoice_id)
    assert file.kept_until is not None
    assert (file.kept_until - file.created_at).days == 1


def test_nobody_prints_the_papers_of_others(cast: Cast) -> None:
    acme = cast.acme
    invoice_id, whose = an_invoice(acme)
    stranger = a_customer(acme)
    for world, kind, record_id, contact_id in (
        (acme, "invoice", invoice_id, stranger), (acme, "invoice", uuid4(), whose), (acme, "order", uuid4(), whose),
        (acme, "order", invoice_id, whose), (cast.rival, "invoice", invoice_id, whose),
        (cast.rehearsal, "invoice", invoice_id, whose),
    ):  # fmt: skip
        with world.scope(), pytest.raises(NothingToPrint):
            paper_of(kind, record_id, contact_id)
    with acme.scope(), pytest.raises(UnknownPaper):
        paper_of("passport", invoice_id, whose)
    with acme.scope():
        assert paper_of("invoice", invoice_id, whose)


def test_a_letter_brings_a_link_that_opens_the_paper(rehearsal: World) -> None:
    invoice_id, whose = an_invoice(rehearsal)
    with rehearsal.scope():
        letter = mail_paper(kind="invoice", record_id=invoice_id, contact_id=whose)
        file = StoredFile.objects.get(purpose="paper")
    assert letter.message_class == "transactional"
    assert letter.subject == f"{file.name.removesuffix('.pdf')} from Acme"
    link = letter.content.partition('href="http://127.0.0.1:8000')[2].partition('"')[0]
    answer = read(Client().get(link))
    assert (answer.status_code, answer.body[:5]) == (200, b"%PDF-")
    assert file.kept_until is not None
    assert (file.kept_until - file.created_at).days == 30


def test_in_live_mode_nobody_else_can_read_the_link(acme: World) -> None:
    invoice_id, whose = an_invoice(acme)
    with acme.scope():
        letter = mail_paper(kind="invoice", record_id=invoice_id, contact_id=whose)
    assert "[secret]" in letter.content
    assert "/portal/files/" not in letter.content


def test_whoever_has_no_address_gets_no_letter(acme: World) -> None:
    invoice_id, whose = an_invoice(acme)
    with acme.scope():
        update_customer(contact_id=whose, email="", phone="+35799123834")
    with acme.scope(), pytest.raises(NoAddressForPapers):
        mail_paper(kind="invoice", record_id=invoice_id, contact_id=whose)
    with acme.scope():
        assert not StoredFile.objects.exists()


HOSTILE = ["x" * 3_000, "李小龍 🎉", "a\0b\x07c", "<b>&amp;</b>", "**bold** __and__", "{nb}", "\u202eevil", "-" * 400]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_written_it_can_be_printed(text: str) -> None:
    table = Table((Column(text, 2), Column("Amount", 1, is_amount=True)), [[text, "1"], ["", ""]])
    paper = Paper(text, text, [text], [text], [(text, text)], table, [(text, text)], [table], [text])
    assert pdf_of(paper).startswith(b"%PDF-")


def test_a_letter_that_no_font_has_leaves_a_mark() -> None:
    table = Table((Column("Item", 1),), [["Kaffee 李 €"]])
    paper = Paper("Order", "1", ["Acme"], ["Ann"], [], table, [("Total", "1")])
    (page,) = pages_of(pdf_of(paper))
    assert "Kaffee � €" in page
