"""Pictures as S2 tells them: an address, several sizes for a browser to choose from, and v2's creatives."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rest_framework import serializers

from crm.contacts.selectors import avatar_of
from crm.files.links import picture_address
from crm.files.selectors import variants_of
from crm.web.serializers import OutputSerializer

# An avatar is shown small; whoever wants it large takes it from the srcset.
_USUAL = 640


class MediaOut(OutputSerializer):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.URLField()


class CreativeOut(OutputSerializer):
    id = serializers.UUIDField()
    usage_type = serializers.ChoiceField(("AVATAR",))
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    format = serializers.CharField()
    url = serializers.URLField()
    media = MediaOut(many=True)


def creative(file: Any, usage_type: str) -> dict[str, Any]:
    """A picture with its sizes."""
    return {
        "id": str(file.pk), "usage_type": usage_type, "width": file.width, "height": file.height,
        "format": file.name.rpartition(".")[2], "url": picture_address(file.pk), "media": _media(file.pk),
    }  # fmt: skip


def avatar_told(contact_id: UUID) -> dict[str, str]:
    """The two fields about a person's picture, empty where there is none."""
    file = avatar_of(contact_id)
    media = _media(file.pk) if file else []
    usual = [size["url"] for size in media if size["width"] <= _USUAL]
    return {"avatar": (usual or [""])[-1], "avatar_srcset": srcset(media)}


def srcset(media: Iterable[dict[str, Any]]) -> str:
    """As a browser reads it: `<address> 320w, <address> 640w`."""
    return ", ".join(f"{size['url']} {size['width']}w" for size in media)


def _media(file_id: UUID) -> list[dict[str, Any]]:
    sizes = variants_of(file_id).values_list("width", "height")
    return [{"width": w, "height": h, "url": picture_address(file_id, w)} for w, h in sizes]
