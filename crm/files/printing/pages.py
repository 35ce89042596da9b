from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode, VAlign
from fpdf.fonts import FontFace

from crm.files.papers import Paper, Table
from crm.files.printing.letters import written
from crm.kernel.clock import now

_FONTS = Path(__file__).with_name("fonts")
FONT = "NotoSans"
MARGIN, BOTTOM = 20, 24
INK, PALE, RULE, BAND = (33, 37, 41), (108, 117, 125), (206, 212, 218), (248, 249, 250)
_SUMS_WIDTH = 84
LONGEST_CELL = 500


def pdf_of(paper: Paper) -> bytes:
    """The paper on A4 pages, each with its number and that of the paper."""
    pages = Pages(paper)
    pages.add_page()
    _heads(pages, paper)
    _table(pages, paper.lines)
    _sums(pages, paper.sums)
    for table in paper.more:
        _table(pages, table)
    for note in paper.notes:
        pages.ln(4)
        pages.write_text(note, size=9, colour=PALE)
    return bytes(pages.output())


class Pages(FPDF):
    """A4 with margins, a name above every page but the first, and a foot."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        for style, weight in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, _FONTS / f"NotoSans-{weight}.ttf")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(paper.name)
        self.set_author(paper.sender[0])
        self.set_creator("Rapport")
        self.set_creation_date(now())
        self.set_lang("en")
        self.alias_nb_pages()

    def header(self) -> None:
        if self.page_no() == 1:
            return
        self.ink(9, colour=PALE)
        self.cell(self.epw / 2, 5, written(self.paper.sender[0]))
        self.cell(self.epw / 2, 5, written(self.paper.name), align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def footer(self) -> None:
        self.set_y(-16)
        self.rule()
        self.ink(8, colour=PALE)
        self.cell(self.epw / 2, 8, written(" · ".join(self.paper.sender)))
        place = _("Page %(number)s of %(all)s") % {"number": self.page_no(), "all": self.str_alias_nb_pages}
        self.cell(self.epw / 2, 8, place, align="R")

    def ink(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*colour)

    def rule(self) -> None:
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def write_text(self, text: str, *, size: float = 10, colour: tuple[int, int, int] = INK, width: float = 0) -> None:
        self.ink(size, colour=colour)
        self.multi_cell(width, size * 0.5, written(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _heads(pages: Pages, paper: Paper) -> None:
    """Who writes, and what this is; to whom, and the facts beside it."""
    pages.ink(16, bold=True)
    pages.multi_cell(pages.epw * 0.6, 8, written(paper.sender[0]), align="L", new_x="LMARGIN", new_y="NEXT")
    for line in paper.sender[1:]:
        pages.write_text(line, size=9, colour=PALE)
    pages.ln(3)
    pages.rule()
    pages.ln(9)
    top = pages.get_y()
    under_names = _names(pages, paper.addressee)
    pages.set_y(top)
    pages.set_y(max(under_names, _facts(pages, paper)))
    pages.ln(9)


def _names(pages: Pages, lines: Sequence[str]) -> float:
    """Where the addressee ends."""
    for number, line in enumerate(lines):
        pages.ink(10, bold=number == 0)
        pages.multi_cell(pages.epw * 0.5, 5, written(line), align="L", new_x="LMARGIN", new_y="NEXT")
    return float(pages.get_y())


def _facts(pages: Pages, paper: Paper) -> float:
    """Where the facts end."""
    left, width = pages.l_margin + pages.epw * 0.55, pages.epw * 0.45
    pages.set_x(left)
    pages.ink(18, bold=True)
    pages.multi_cell(width, 8, written(paper.title), align="R", new_x="LMARGIN", new_y="NEXT")
    pages.ln(2)
    for name, value in (("", paper.number), *paper.facts):
        pages.set_x(left)
        pages.ink(9, colour=PALE)
        pages.cell(width * 0.45, 5, written(name), align="R")
        pages.ink(9, bold=not name)
        pages.multi_cell(width * 0.55, 5, written(value), align="R", new_x="LMARGIN", new_y="NEXT")
    return float(pages.get_y())


def _table(pages: Pages, table: Table) -> None:
    if table.title:
        pages.ln(8)
        pages.ink(11, bold=True)
        pages.cell(0, 7, written(table.title), new_x="LMARGIN", new_y="NEXT")
    pages.ink(9)
    pages.set_draw_color(*RULE)
    options: dict[str, Any] = {
        "borders_layout": TableBordersLayout.HORIZONTAL_LINES, "cell_fill_color": BAND,
        "cell_fill_mode": TableCellFillMode.EVEN_ROWS, "line_height": 5.2, "padding": (1.2, 1.5), "v_align": VAlign.T,
        "headings_style": FontFace(emphasis="BOLD", color=PALE, size_pt=8.5),
        "col_widths": [column.share for column in table.columns],
        "text_align": ["RIGHT" if column.is_amount else "LEFT" for column in table.columns],
    }  # fmt: skip
    with pages.table(**options) as drawn:
        for row in ([column.heading[:60] for column in table.columns], *table.rows):
            drawn.row([written(cell, LONGEST_CELL) for cell in row])


def _sums(pages: Pages, sums: Sequence[tuple[str, str]]) -> None:
    """All on one page, the last of them large."""
    pages.ln(4)
    if pages.will_page_break(6 * len(sums) + 6):
        pages.add_page()
    left = pages.w - pages.r_margin - _SUMS_WIDTH
    for number, (name, amount) in enumerate(sums, 1):
        is_last = number == len(sums)
        if is_last:
            pages.set_draw_color(*INK)
            pages.line(left, pages.get_y() + 1, pages.w - pages.r_margin, pages.get_y() + 1)
            pages.ln(2)
        pages.set_x(left)
        pages.ink(11 if is_last else 9.5, bold=is_last)
        pages.cell(_SUMS_WIDTH * 0.55, 6, written(name))
        pages.cell(_SUMS_WIDTH * 0.45, 6, written(amount), align="R", new_x="LMARGIN", new_y="NEXT")
