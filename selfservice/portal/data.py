"""The page that the link to somebody's own data leads to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.contacts.errors import LinkSpent
from crm.contacts.links import read_link_token
from crm.contacts.selectors import DATA_EXPORT
from crm.contacts.services import ensure_export_is_good, fetch_export
from crm.files.errors import FileNotFound
from crm.files.selectors import archive_of, opened
from crm.organisations.selectors import organisation_of_scope
from crm.web.downloads import file_response
from selfservice.portal.links import by_sign_in_link


@by_sign_in_link
def own_data(request: HttpRequest, token: str, link_id: UUID) -> HttpResponse:
    """GET shows a button, for scanners follow every link of a mail; POST gives the archive, once."""
    digest = read_link_token(token).digest
    try:
        if request.method != "POST":
            ensure_export_is_good(data_export_id=link_id, digest=digest)
            return render(request, "portal/data.html", {"organisation": organisation_of_scope()})
        return _fetched(link_id, digest)
    except (LinkSpent, FileNotFound):
        return render(request, "portal/problem.html", {"text": LinkSpent.message}, status=400)


def _fetched(data_export_id: UUID, digest: str) -> HttpResponse:
    """The bytes are at hand before the link is spent."""
    archive = archive_of(DATA_EXPORT, data_export_id)
    data = opened(archive)
    try:
        fetch_export(data_export_id=data_export_id, digest=digest)
    except LinkSpent:
        data.close()
        raise
    response = file_response(data, name=archive.name, media_type=archive.media_type, is_inline=False)
    return response  # type: ignore[return-value]
