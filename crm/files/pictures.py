"""Pictures made anew: decoded by a process that may die of it, and cut into the widths that pages ask for."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from crm.files.errors import DecodersBusy, NotAPicture, PictureTooLarge
from crm.files.kinds import PICTURES, Kind

WIDTHS = (320, 640, 1280)
_DECODER = Path(__file__).with_name("decoder.py")
_SECONDS, _PATIENCE = 10, 5
_KINDS = {kind.picture: kind for kind in PICTURES.values()}
# Each may take half a gigabyte.
_AT_ONCE = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels and nothing else; what they are written in, and how large they are."""

    kind: Kind
    width: int
    height: int
    data: bytes


def made_anew(data: bytes, kind: Kind, widths: tuple[int, ...] = ()) -> list[Picture]:
    """The picture itself, upright and without what it told beside its pixels, then its copies in `widths`.

    Raises NotAPicture, PictureTooLarge; DecodersBusy when too many are at work.
    """
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise DecodersBusy
    try:
        told, parts = _decoded(data, kind, widths)
    finally:
        _AT_ONCE.release()
    if told.get("refused") == "pixels":
        raise PictureTooLarge
    if "parts" not in told:
        raise NotAPicture
    return [
        Picture(_KINDS[part["format"]], part["width"], part["height"], cut)
        for part, cut in zip(told["parts"], _cut(parts, [part["size"] for part in told["parts"]]), strict=True)
    ]


def _decoded(data: bytes, kind: Kind, widths: tuple[int, ...]) -> tuple[dict[str, Any], bytes]:
    command = [sys.executable, "-I", str(_DECODER), kind.picture, *map(str, widths)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return {}, b""
    line, _newline, parts = done.stdout.partition(b"\n")
    # A decoder that was killed for its hunger has said nothing, or not all of it.
    return (json.loads(line), parts) if done.returncode == 0 and line else ({}, b"")


def _cut(data: bytes, sizes: list[int]) -> list[bytes]:
    parts, at = [], 0
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    return parts
