"""How long functions and files are. `make sizes` prints it and fails on what is too long; exemptions bear a reason."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PRODUCT = ("config", "crm", "loyalty", "backoffice", "selfservice")
LONGEST_FILE = {"product": 300, "tests": 300}
LONGEST_FUNCTION = 40

# Longer than allowed, with the reason; an exemption that is not needed any more fails.
EXEMPT: dict[str, str] = {}


def files_of(kind: str) -> list[Path]:
    folders = PRODUCT if kind == "product" else ("tests",)
    found = (file for folder in folders for file in (PROJECT / folder).rglob("*.py"))
    return sorted(file for file in found if "migrations" not in file.parts)


def functions_in(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{file.relative_to(PROJECT)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def lines_in(file: Path) -> int:
    return file.read_text().count("\n")


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[int(len(values) * share)] if values else 0


def too_long() -> dict[str, int]:
    """What is over its limit, and how long it is."""
    files = {
        str(file.relative_to(PROJECT)): lines_in(file)
        for kind, limit in LONGEST_FILE.items()
        for file in files_of(kind)
        if lines_in(file) > limit
    }
    functions = {
        name: length for file in files_of("product") for name, length in functions_in(file) if length > LONGEST_FUNCTION
    }
    return files | functions


def report() -> str:
    lines = [f"{'':10}{'':12}{'median':>8}{'p90':>6}{'longest':>9}"]
    for kind in LONGEST_FILE:
        files = [lines_in(file) for file in files_of(kind) if lines_in(file)]
        functions = [length for file in files_of(kind) for _, length in functions_in(file)]
        for what, values in (("functions", functions), ("files", files)):
            figures = (percentile(values, 0.5), percentile(values, 0.9), max(values))
            lines.append(f"{kind:10}{what:12}{figures[0]:>8}{figures[1]:>6}{figures[2]:>9}")
    return "\n".join(lines)


def main() -> int:
    print(report())
    wrong = {name: length for name, length in too_long().items() if name not in EXEMPT}
    stale = EXEMPT.keys() - too_long().keys()
    for name, length in wrong.items():
        print(f"too long: {name} ({length} lines)")
    for name in stale:
        print(f"exempt without need: {name}")
    return 1 if wrong or stale else 0


if __name__ == "__main__":
    sys.exit(main())
