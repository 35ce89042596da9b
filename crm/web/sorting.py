"""Sorting by the fields that a resource allows, with ties broken by key."""

from collections.abc import Mapping
from typing import Any

from crm.kernel.errors import Invalid
from crm.web.dialects import Dialect, SortStyle

DIRECTIONS = ("asc", "desc")
# What to order by; of a field with few values also what its ties are broken by, as its index has them.
Path = str | tuple[str, ...]


def order_of(
    parameters: Mapping[str, Any], dialect: Dialect, allowed: Mapping[str, Path], default: tuple[str, ...], key: str
) -> tuple[str, ...]:
    """What to order by: model paths, `-` for descending. `allowed` maps public names to paths.

    Ties are broken by what belongs to the last field, and then by `key`, in the direction of what stands before it, so
    that one index serves forwards and backwards.
    """
    asked = _asked(parameters, dialect.sort_style)
    if not asked:
        return default
    found = [_paths(name, direction, dialect.sort_style.by, allowed) for name, direction in asked]
    *before, last = found
    paths = [*(first for first, *_ties in before), *last]
    return (*paths, f"-{key}" if paths[-1].startswith("-") else key)


def _asked(parameters: Mapping[str, Any], style: SortStyle) -> list[tuple[str, str]]:
    text = str(parameters.get(style.by, "")).strip()
    if not text:
        return []
    if style.direction:
        return [(text, str(parameters.get(style.direction) or style.default_direction).lower())]
    return [_parted(item.strip(), style.default_direction) for item in text.split(",")]


def _parted(item: str, default: str) -> tuple[str, str]:
    name, colon, direction = item.partition(":")
    return name, direction.lower() if colon else default


def _paths(name: str, direction: str, parameter: str, allowed: Mapping[str, Path]) -> list[str]:
    if name not in allowed:
        _refuse(parameter, f"Cannot sort by {name!r}; choose from {', '.join(sorted(allowed))}.")
    if direction not in DIRECTIONS:
        _refuse(parameter, f"The direction is asc or desc, not {direction!r}.")
    path = allowed[name]
    return [_turned(part, direction) for part in ([path] if isinstance(path, str) else path)]


def _turned(path: str, direction: str) -> str:
    if direction == "asc":
        return path
    return path.removeprefix("-") if path.startswith("-") else f"-{path}"


def _refuse(parameter: str, reason: str) -> None:
    raise Invalid(reason, field=parameter)
