"""A picture is decoded here, in a process of its own that may use little memory and little time (reliability X3).

A program, not a module: it knows nothing of the product. It reads one picture from its input and writes, in one line of
JSON, what it made of it, then the bytes of the picture made anew and of its smaller WebP copies. What the picture told
of its maker, its place and its camera is not written.
"""

import contextlib
import io
import json
import resource
import sys
import warnings
from typing import Any

MEMORY, SECONDS = 512 * 1024 * 1024, 10
MOST_PIXELS, LONGEST_SIDE = 25_000_000, 16_000
# GIF is kept as its first frame: moving pictures are no use to a record, and each frame may be a bomb.
WRITTEN_AS = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": True, "progressive": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 85, "method": 4},
}


class TooManyPixels(Exception):
    pass


def main() -> None:
    picture, widths = sys.argv[1], [int(width) for width in sys.argv[2:]]
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        # Some systems know no such limit; the clock of whoever waits for us is always there.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    try:
        header, parts = made_of(sys.stdin.buffer.read(), picture, widths)
    except TooManyPixels:
        header, parts = {"refused": "pixels"}, []
    except (Exception, MemoryError):
        header, parts = {"refused": "unreadable"}, []
    out = sys.stdout.buffer
    out.write(json.dumps(header).encode() + b"\n")
    for part in parts:
        out.write(part)


def made_of(data: bytes, picture: str, widths: list[int]) -> tuple[dict[str, Any], list[bytes]]:
    image = _decoded(data, picture)
    made = [_written(image, WRITTEN_AS[picture])]
    for width in _widths(image.width, widths):
        height = max(1, round(image.height * width / image.width))
        made.append(_written(image if width == image.width else image.resize((width, height)), "WEBP"))
    return {"parts": [told for told, _bytes in made]}, [part for _told, part in made]


def _widths(own: int, wanted: list[int]) -> list[int]:
    """Never larger than the picture is; a small one has one copy in its own width."""
    return [width for width in wanted if width < own] or (wanted[:1] and [own])


def _decoded(data: bytes, picture: str) -> Any:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image: Any = Image.open(io.BytesIO(data), formats=[picture])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels from None
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise TooManyPixels
    image.load()
    return _plain(ImageOps.exif_transpose(image))


def _plain(image: Any) -> Any:
    """In the colours of the web, and without anything beside the pixels."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        # A profile that nobody can read changes nothing.
        with contextlib.suppress(Exception):
            from PIL import ImageCms

            told = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, told, ImageCms.createProfile("sRGB"), outputMode=mode)
    plain = image if image.mode == mode else image.convert(mode)
    # Comments, profiles and the like are written again by whoever saves the picture, unless they are gone.
    plain.info = {}
    return plain


def _written(image: Any, form: str) -> tuple[dict[str, Any], bytes]:
    out = io.BytesIO()
    (image.convert("RGB") if form == "JPEG" and image.mode != "RGB" else image).save(out, form, **_OPTIONS[form])
    data = out.getvalue()
    return {"format": form, "width": image.width, "height": image.height, "size": len(data)}, data


if __name__ == "__main__":
    main()
