"""Files on their way to S2, as an app sends them."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.crm.files.brought import PDF
from tests.members import BASE, Member

UPLOAD = f"{BASE}/upload/files"


def form(data: bytes, name: str = "offer.pdf", **fields: Any) -> bytes:
    return encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(name, data), **fields})


def send(member: Member, path: str, data: bytes, name: str = "offer.pdf", verb: str = "post", **fields: Any) -> Any:
    return send_form(member, path, form(data, name, **fields), verb)


def send_form(member: Member, path: str, body: bytes, verb: str = "post", **headers: str) -> Any:
    """The bytes of a form as they stand."""
    return member.api.client.generic(verb.upper(), path, body, content_type=MULTIPART_CONTENT, headers=headers)


def uploaded(member: Member, data: bytes = PDF, name: str = "offer.pdf", **fields: Any) -> str:
    """The id of a file that the member has sent."""
    answer = send(member, UPLOAD, data, name, **fields)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["id"])


def read(answer: Any) -> Any:
    """The answer, with all of it in `body`: a file that nobody reads to its end stays open."""
    answer.body = b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
    return answer
