"""Names of files as people give them, made harmless: no path, no sign that hides another, an ending that is true."""

import re
import unicodedata

from crm.files.models.stored import LONGEST_NAME

_NAMELESS = "file"
# Control, format (right-to-left marks and such), private and half characters.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
# What shells, browsers and file systems read as more than a letter.
_SPECIAL = re.compile(r'[<>:"|?*;%]')


def cleaned_name(given: str, extension: str) -> str:
    """`given` without folders and invisible signs, at most 150 characters long, ending in the true `extension`."""
    last = re.split(r"[/\\]", given[-4 * LONGEST_NAME :])[-1]
    seen = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign) not in _INVISIBLE)
    stem = _SPECIAL.sub("_", " ".join(seen.split()))
    if _ending_of(stem):
        stem = stem.rpartition(".")[0]
    stem = stem.strip(". ")[: LONGEST_NAME - len(extension) - 1].strip(". ")
    return f"{stem or _NAMELESS}.{extension}"


def extension_of(given: str) -> str:
    """What a name says its content is, in small letters; "" where it says nothing."""
    return _ending_of(given.strip(" .\0"))


def _ending_of(name: str) -> str:
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and ending.isalnum() and len(ending) <= 8 else ""
