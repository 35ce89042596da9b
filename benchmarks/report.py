"""The table, and the same as JSON."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from django.db import connection

from benchmarks.bench import Bench, Result
from benchmarks.load import CLIENT

HEADS = ("row", "work", "ours", "floor", "ratio", "SQL", "growth")


def table(results: Sequence[Result]) -> str:
    """One line for each result; below it what it should reach, and whether it does."""
    rows = [HEADS, *(_cells(result) for result in results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADS))]
    lines = [_line(HEADS, widths), "  ".join("─" * width for width in widths)]
    for result, cells in zip(results, rows[1:], strict=True):
        lines.append(_line(cells, widths))
        lines += [f"{'':{widths[0]}}    {reach}" for reach in result.reaches]
    return "\n".join(lines)


def _cells(result: Result) -> tuple[str, ...]:
    asked = "" if result.statements is None else str(result.statements)
    return (result.row, result.work, result.ours, result.floor, result.ratio, asked, result.growth)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def foot(bench: Bench, results: Sequence[Result]) -> str:
    """How it was measured, how much the machine wandered, and what is short of its reach."""
    short = sum(not reach.is_met for result in results for reach in result.reaches)
    options = bench.options
    lines = [
        f"Rates at 1 | 8 connections, by {CLIENT}, at {bench.middle.size:,} people; the ratio is that at 8.",
        f"{options.repeats} repeats of {options.seconds:g} s, medians.",
        f"Growth: the middle time of a request at {' → '.join(f'{size:,}' for size in options.sizes)} people.",
        f"Noise: {_noise(bench)} Load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())}.",
        f"{short} of {sum(len(result.reaches) for result in results)} figures are short of the reach.",
    ]
    return "\n".join(lines)


def _noise(bench: Bench) -> str:
    if not bench.floors:
        return "the floor was not measured."
    spreads = [(max(rates) - min(rates)) / median(rates) for rates in bench.floors]
    return f"from repeat to repeat the floor wandered by up to {max(spreads):.0%}."


def write(bench: Bench, row: str, results: Sequence[Result]) -> Path:
    """One file for each row; a later run of the same row takes its place."""
    file = bench.home / f"{row}.json"
    told = {"measured_at": datetime.now(UTC), "machine": _machine(), "options": asdict(bench.options),
            "results": [_told(result) for result in results]}  # fmt: skip
    file.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
    return file


def _told(result: Result) -> dict[str, Any]:
    reaches = [{**asdict(reach), "is_met": reach.is_met} for reach in result.reaches]
    return {**asdict(result), "reaches": reaches}


def _machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()
    return {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version(),
            "postgresql": version[0] if version else None, "client": CLIENT, "load": os.getloadavg()}  # fmt: skip
