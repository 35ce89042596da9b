"""The bytes of a file on their way to a browser, which is told to make nothing of them but what they are."""

from typing import IO
from urllib.parse import quote

from django.http import FileResponse, HttpResponseBase

# No script, no form, no frame: whatever a file holds, it stands alone.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def file_response(
    data: IO[bytes], *, name: str, media_type: str, is_inline: bool, anywhere: bool = False
) -> HttpResponseBase:
    """`is_inline`: a browser may show it, else it is saved. `anywhere`: pages of other sites may show it, too."""
    is_text = media_type.startswith("text/")
    response = FileResponse(data, content_type=f"{media_type}; charset=utf-8" if is_text else media_type)
    shown = "inline" if is_inline else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    response.headers["Content-Disposition"] = f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin" if anywhere else "same-origin"
    return response
