"""The table of ambiguities in s3 has thirty rows; a test of this folder names each of them in its docstring."""

import re
from importlib import import_module
from pathlib import Path

ROWS = set(range(1, 31))


def _docstrings() -> list[str]:
    modules = [
        import_module(f"{__package__}.{file.stem}") for file in Path(__file__).parent.glob("test_*.py")
        if file.name != Path(__file__).name
    ]  # fmt: skip
    return [
        function.__doc__ or ""
        for module in modules
        for name, function in vars(module).items()
        if name.startswith("test_")
    ]


def test_every_row_of_the_table_has_a_test() -> None:
    named = {int(row) for text in _docstrings() for row in re.findall(r"\b[Rr]ow (\d+)", text)}
    assert named == ROWS


def test_every_test_says_what_it_is_about() -> None:
    assert all(_docstrings())
