"""What `python -m benchmarks` understands."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

ROWS = ("b1", "b2", "b3", "b4", "b5", "b6", "b10", "b11", "b12", "b15", "sign-in")


@dataclass(frozen=True)
class Options:
    """`sizes` are people in an organisation, ascending. `seconds` is how long each load lasts."""

    rows: tuple[str, ...] = ROWS
    sizes: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    repeats: int = 3
    seconds: float = 2.0
    requests_before_memory: int = 10_000
    sign_in_pairs: int = 5_000
    sign_in_seconds: float = 180.0


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Ends the program with a sentence when an argument is wrong."""
    parser = argparse.ArgumentParser(prog="make bench", description="What requests cost, as ratios to a floor.")
    parser.add_argument("--rows", type=_rows, default=Options.rows, help=f"by comma: {', '.join(ROWS)}")
    parser.add_argument("--sizes", type=_sizes, default=Options.sizes, help="people in each organisation, by comma")
    parser.add_argument("--repeats", type=_positive, default=Options.repeats)
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="of each load")
    parser.add_argument("--requests-before-memory", type=_positive, default=Options.requests_before_memory)
    parser.add_argument("--sign-in-pairs", type=_positive, default=Options.sign_in_pairs)
    parser.add_argument("--sign-in-seconds", type=float, default=Options.sign_in_seconds)
    return Options(**vars(parser.parse_args(arguments)))


def _rows(text: str) -> tuple[str, ...]:
    rows = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if unknown := set(rows) - set(ROWS):
        raise argparse.ArgumentTypeError(f"there is no row {', '.join(sorted(unknown))}")
    return rows or ROWS


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({_positive(number) for number in text.split(",")}))


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive whole number")
    return int(text)
