"""Files as people bring them: good ones, and those that are not what they say."""

import io
import struct
import zipfile
import zlib
from typing import Any
from uuid import UUID

from PIL import Image

from crm.files.models import StoredFile
from crm.files.services import Brought, Prepared, prepare_pictures, store_file
from tests.cast import World

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACTIVE_PDF = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
CSV = "name,email\nZoë,zoe@example.com\n".encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.domain)</script>"
GPS = "GPS-47.3769N"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(options.pop("mode", "RGB"), size, options.pop("colour", "teal")).save(out, form, **options)
    return out.getvalue()


def photo_that_tells(size: tuple[int, int] = (40, 20)) -> bytes:
    """A JPEG that lies on its side and says where it was taken, and by whom."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x013B] = 6, GPS, "Ann Lee"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", size, exif=exif, comment=GPS.encode())


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of few bytes that says it has billions of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width // 8 + 1) * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def packed(**parts: bytes) -> bytes:
    """A zip archive; two underscores stand for a slash, and the last one for the point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def document(**more: bytes) -> bytes:
    """A letter as a word processor saves it."""
    return packed(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **more})


def brought(data: bytes, name: str = "file") -> Brought:
    return Brought(io.BytesIO(data), name)


def prepared(*pictures: bytes) -> list[Prepared]:
    """Pictures that can be put somewhere."""
    return prepare_pictures([brought(data, "x.png") for data in pictures])


def a_file(world: World, data: bytes = PDF, name: str = "offer.pdf", contact_id: UUID | None = None) -> StoredFile:
    with world.scope():
        return store_file(file=io.BytesIO(data), name=name, contact_id=contact_id)
