"""Texts as cells of a CSV file that a spreadsheet will not calculate, and back (reliability X5)."""

import re

# Spreadsheets calculate a cell that begins so, or in full-width forms of it. One that is quoted already is quoted once
# more, so that taking one quote away gives back every text.
_SIGNS = "=+-@\t\r\n＝＋－＠"
_FORMULA = re.compile(f"'*[{re.escape(_SIGNS)}]")
_SUSPECT = {*_SIGNS, "'"}


def guarded(text: str) -> str:
    """`text` as a cell that is read as text."""
    return f"'{text}" if text[:1] in _SUSPECT and _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that a guarded cell stands for."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell, 1) else cell
