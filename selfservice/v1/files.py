"""S2 `/upload/files`, `/files/{id}` and a person's picture (s2 §B2). One's own files, and no others."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from crm.contacts.services import remove_avatar, set_avatar, set_avatar_from
from crm.files.errors import FileNotFound
from crm.files.links import AT_ONCE, address_of
from crm.files.selectors import file_of, opened
from crm.files.services import Brought, delete_file, store_file
from crm.kernel.errors import Invalid
from crm.web.dialects import SelfService
from crm.web.downloads import file_response
from crm.web.grants import Audience, grant
from crm.web.serializers import FileOut, InputSerializer, Moment, OutputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.contacts import ContactViewSet
from selfservice.v1.own import id_in
from selfservice.v1.pictures import CreativeOut, creative

ENTITY_TYPES = (
    "CONTACTS", "ORDERS", "LEADS", "SERVICE_REQUESTS", "IMPORTS", "IMPORTS_ERROR", "ACCOUNT_STATEMENTS", "INSIGHTS",
    "REPORTS", "SEGMENT_CONTACTS", "PASSES", "OTHER",
)  # fmt: skip
_READ, _WRITE = grant("auth:me:read", Audience.MEMBER), grant("auth:me:write", Audience.MEMBER)
_FILE_HELP = "At most 20 MB: a picture, a PDF, an office document, text or CSV."


class UploadIn(InputSerializer):
    file = serializers.FileField(allow_empty_file=True, help_text=_FILE_HELP)
    fileEntityType = serializers.ChoiceField(ENTITY_TYPES, required=False)  # noqa: N815 - the document's own name


class UploadedOut(OutputSerializer):
    id = serializers.UUIDField()


class FileTold(OutputSerializer):
    id = serializers.UUIDField()
    mime = serializers.CharField(help_text="In short, as `doc`.")
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")
    created_on = Moment()
    url = serializers.URLField(help_text="Opens the file for an hour, without a token.")


class FileBytes(FileOut):
    media_type = "*/*"
    told = FileTold


class FileViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"upload": _WRITE, "retrieve": _READ, "destroy": _WRITE, "destroy_of_record": _WRITE}
    reads = {"upload": UploadIn}
    answers = {"upload": UploadedOut, "retrieve": FileBytes}
    takes_files = frozenset({"upload"})

    def upload(self, request: Request) -> Any:
        """A file, to be connected with a record by its id. What is not connected within a day is deleted."""
        values = self.read()
        file = store_file(
            file=values["file"].file, name=values["file"].name, contact_id=self.caller.id,
            entity_type=values.get("fileEntityType", ""),
        )  # fmt: skip
        return {"id": str(file.pk)}

    def retrieve(self, request: Request, file_id: str) -> Any:
        """The file itself, or what is to be told of it where `Accept` names `application/json`."""
        file = file_of(self.caller.id, id_in(file_id, FileNotFound))
        return self._told(file) if self._asks_for_json() else _bytes_of(file)

    def destroy(self, request: Request, file_id: str) -> None:
        """The file is gone for good; a second time there is none."""
        delete_file(file_id=id_in(file_id, FileNotFound), contact_id=self.caller.id)

    def destroy_of_record(self, request: Request, record_id: str, file_id: str) -> None:
        """The same under the address that the document's example has; which record is named there is not looked at."""
        self.destroy(request, file_id)

    def _media_types(self) -> set[str]:
        """Which kind a file is, is known only when it is found."""
        return {"/"} if self.action == "retrieve" else super()._media_types()

    def _asks_for_json(self) -> bool:
        return "application/json" in self.request.META.get("HTTP_ACCEPT", "").lower()

    def _told(self, file: Any) -> dict[str, Any]:
        return {
            "id": str(file.pk), "mime": file.name.rpartition(".")[2], "name": file.name, "media_type": file.media_type,
            "size": file.size, "created_on": self.dialect.moment(file.created_at),
            "url": address_of(file.pk, lasts=AT_ONCE),
        }  # fmt: skip


class AvatarIn(InputSerializer):
    file = serializers.FileField(required=False, allow_empty_file=True, help_text="JPEG, PNG, GIF or WebP.")
    file_id = serializers.UUIDField(required=False, help_text="In its place: a file that was uploaded before.")


class AvatarViewSet(DialectViewSet):
    dialect = SelfService()
    grants = {"replace": _WRITE, "bring": _WRITE, "destroy": _WRITE}
    reads = {"replace": AvatarIn, "bring": AvatarIn}
    answers = {"replace": CreativeOut, "bring": CreativeOut}
    takes_files = frozenset({"replace", "bring"})
    admit = ContactViewSet.admit

    def replace(self, request: Request, contact_id: str) -> Any:
        """The picture of a person, in place of the one that they have: sent here, or uploaded before."""
        values, whose = self.read(), self.caller.id
        if "file" in values:
            picture = Brought(values["file"].file, values["file"].name)
            return creative(set_avatar(contact_id=whose, picture=picture), "AVATAR")
        if "file_id" in values:
            return creative(set_avatar_from(contact_id=whose, file_id=values["file_id"]), "AVATAR")
        raise Invalid("Send a picture, or the id of one.", field="file")

    def bring(self, request: Request, contact_id: str) -> Any:
        """The same, for programs that send files by POST only."""
        return self.replace(request, contact_id)

    def destroy(self, request: Request, contact_id: str) -> None:
        """The person has no picture any more."""
        remove_avatar(contact_id=self.caller.id)


def _bytes_of(file: Any) -> HttpResponseBase:
    return file_response(opened(file), name=file.name, media_type=file.media_type, is_inline=file.is_inline)
