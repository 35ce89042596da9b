"""Pictures as S4 sends and shows them: `images` of a product, each with its sizes (s4 §4)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from crm.files.links import picture_address
from crm.files.selectors import variants_of
from crm.files.services import Brought, Prepared, prepare_pictures
from crm.orders.selectors import pictures_of_products
from crm.web.serializers import Alternative, OutputSerializer, RowsOf

MOST = 10


class AddressOut(serializers.URLField):
    """Where a picture is, or its copy in the width that stands beside its id."""

    def present(self, file_id: UUID, width: int = 0) -> str:
        return picture_address(file_id, width)


class AddressOfSizeOut(AddressOut):
    beside = ("width",)


class SizeOut(OutputSerializer):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = AddressOfSizeOut(source="file_id")


class PictureOut(OutputSerializer):
    id = serializers.UUIDField()
    url = AddressOut(source="pk", help_text="Good for a week; the next answer has a newer one.")
    name = serializers.CharField()
    mimetype = serializers.CharField(source="media_type")
    variants = RowsOf(SizeOut(), rows=variants_of, of="file_id", help_text="WebP, the smallest first.")


class PicturesOut(RowsOf):
    """The pictures of the product whose row it is."""

    def __init__(self) -> None:
        super().__init__(PictureOut(), rows=pictures_of_products, of="record_id")


class PicturesIn(Alternative, serializers.ListField):
    """Files of a form. null removes those that are there; without it they stay."""

    def __init__(self) -> None:
        super().__init__(
            child=serializers.FileField(allow_empty_file=True), required=False, allow_null=True, max_length=MOST,
            help_text="In `multipart/form-data`: JPEG, PNG, GIF or WebP, in place of those that are there.",
        )  # fmt: skip


def taken_from(values: dict[str, Any]) -> list[Prepared] | None:
    """The pictures among a body's values, taken out and made anew; None where there is no word of any."""
    if "files" not in values:
        return None
    return prepare_pictures([Brought(file.file, file.name) for file in values.pop("files") or []])
