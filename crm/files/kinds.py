"""What a file is, by its content. Whatever is not on the list is not taken; a name can only make it worse."""

import io
import re
import zipfile
from dataclasses import dataclass

import filetype

from crm.files.errors import FileNotAllowed
from crm.files.names import extension_of

LARGEST_FILE = 20 * 1024 * 1024
MOST_ENTRIES, LARGEST_UNPACKED, LARGEST_RATIO = 1_000, 100 * 1024 * 1024, 100


@dataclass(frozen=True, slots=True)
class Kind:
    media_type: str
    extension: str
    # What Pillow calls it, for pictures.
    picture: str = ""
    is_inline: bool = False


PICTURES = {
    "image/jpeg": Kind("image/jpeg", "jpg", "JPEG", is_inline=True),
    "image/png": Kind("image/png", "png", "PNG", is_inline=True),
    "image/gif": Kind("image/gif", "gif", "GIF", is_inline=True),
    "image/webp": Kind("image/webp", "webp", "WEBP", is_inline=True),
}
PDF = Kind("application/pdf", "pdf", is_inline=True)
_ACTIVE_PDF = Kind("application/pdf", "pdf")
_MEDIA = {
    "video/mp4": Kind("video/mp4", "mp4"),
    "audio/mpeg": Kind("audio/mpeg", "mp3"),
    "audio/mp4": Kind("audio/mp4", "m4a"),
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
# By a folder that only they have.
_OPEN_XML = {
    "word/": Kind(f"{_OFFICE}.wordprocessingml.document", "docx"),
    "xl/": Kind(f"{_OFFICE}.spreadsheetml.sheet", "xlsx"),
    "ppt/": Kind(f"{_OFFICE}.presentationml.presentation", "pptx"),
}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": Kind("application/vnd.oasis.opendocument.text", "odt"),
    b"application/vnd.oasis.opendocument.spreadsheet": Kind("application/vnd.oasis.opendocument.spreadsheet", "ods"),
}
_OLD_OFFICE = {
    "doc": Kind("application/msword", "doc"),
    "xls": Kind("application/vnd.ms-excel", "xls"),
    "ppt": Kind("application/vnd.ms-powerpoint", "ppt"),
}
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
CSV, TEXT = Kind("text/csv", "csv"), Kind("text/plain", "txt")

# Names that make programs out of what may be plain text.
_PROGRAMS = frozenset((
    "apk", "app", "bat", "cmd", "com", "cpl", "css", "dll", "exe", "hta", "htm", "html", "jar", "js", "jse", "jsp",
    "lnk", "mhtml", "mjs", "msc", "msi", "php", "pl", "ps1", "psm1", "py", "rb", "reg", "scr", "sh", "shtml",
    "svg", "svgz", "swf", "url", "vb", "vbe", "vbs", "wsf", "xht", "xhtml", "xml", "xsl", "xslt",
))  # fmt: skip
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|\?xml|\?php|html|head|body|script|svg|iframe|object|embed|meta|link|style|template|math)\b", re.I
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")


def kind_of(data: bytes, name: str) -> Kind:
    """What `data` is. Raises FileNotAllowed."""
    if extension_of(name) in _PROGRAMS:
        raise FileNotAllowed
    kind = _by_signature(data, name) or _text(data, name)
    if kind is None:
        raise FileNotAllowed
    return kind


def _by_signature(data: bytes, name: str) -> Kind | None:
    if data.startswith(_ZIP):
        return _packed(data)
    if data.startswith(_OLE):
        return None if _MACROS in data else _OLD_OFFICE.get(extension_of(name), _OLD_OFFICE["doc"])
    guessed = filetype.guess(data[:8192])
    media_type = guessed.mime if guessed else ""
    if media_type == PDF.media_type:
        return _pdf(data)
    return PICTURES.get(media_type) or _MEDIA.get(media_type)


def _pdf(data: bytes) -> Kind | None:
    """One that does something when it is opened is for the reader's own disk, not for a browser's window."""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        return None
    return _ACTIVE_PDF if _ACTIVE.search(data) else PDF


def _text(data: bytes, name: str) -> Kind | None:
    """Plain text without anything that a browser or a shell would run. Whoever wants markup sends a picture of it."""
    if _CONTROLS.search(data) or _MARKUP.search(data) or data.startswith((b"#!", b"%PDF", b"{\\rtf")):
        return None
    return CSV if extension_of(name) == "csv" else TEXT


def _packed(data: bytes) -> Kind | None:
    """An office document, if that is all it is: without macros, and no larger than it says (reliability X4)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            return _office(archive, entries) if _is_modest(entries, len(data)) else None
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        return None


def _is_modest(entries: list[zipfile.ZipInfo], size: int) -> bool:
    unpacked = sum(entry.file_size for entry in entries)
    return len(entries) <= MOST_ENTRIES and unpacked <= min(LARGEST_UNPACKED, LARGEST_RATIO * size)


def _office(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Kind | None:
    names = [entry.filename for entry in entries]
    if any(name.lower().endswith((".bin", ".exe", ".js", ".vbs")) for name in names):
        return None
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in _OPEN_XML.items() if any(n.startswith(folder) for n in names)), None)
    if "mimetype" in names and archive.getinfo("mimetype").file_size <= 100:
        return _OPEN_DOCUMENT.get(archive.read("mimetype"))
    return None
