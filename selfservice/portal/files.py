"""What a signed link to a file leads to: the file, and nothing around it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from crm.files.links import file_behind
from crm.files.selectors import file_with, opened
from crm.web.downloads import file_response
from selfservice.portal.links import by_file

# A link to a picture is the same all day; one that was deleted is seen for an hour more by who has seen it.
_SEEN = "private, max-age=3600"


@by_file
def linked_file(request: HttpRequest, token: str, file_id: UUID) -> HttpResponse:
    """A picture may be shown on any page; every other file is for whoever was given the link."""
    file, width = file_with(file_id), file_behind(token).width
    is_picture = file.width is not None
    name, media_type = file.name, file.media_type
    if width:
        name, media_type = f"{name.rpartition('.')[0]}.webp", "image/webp"
    response = file_response(
        opened(file, width), name=name, media_type=media_type, is_inline=file.is_inline, anywhere=is_picture
    )
    response.headers["Cache-Control"] = _SEEN if is_picture else "no-store"
    return response  # type: ignore[return-value]
