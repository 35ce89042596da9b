"""Pictures are made anew: upright, in several sizes, and silent about who took them where."""

import io
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from crm.files.errors import NotAPicture, PictureTooLarge, TooManyPictures
from crm.files.kinds import PICTURES
from crm.files.models import StoredFile
from crm.files.pictures import made_anew
from crm.files.selectors import opened, pictures_of, room_used, variants_of
from crm.files.services import Record, put_pictures
from tests.cast import World
from tests.crm.files.brought import CSV, GPS, a_file, bomb, photo_that_tells, picture, prepared


def image(world: World, file: StoredFile, width: int = 0) -> Any:
    with world.scope(), opened(file, width) as data:
        return Image.open(io.BytesIO(data.read()))


def a_set(world: World, *pictures: bytes) -> tuple[Record, list[StoredFile]]:
    record = Record("product", uuid4())
    with world.scope():
        return record, put_pictures(of=record, pictures=prepared(*pictures))


def test_a_picture_forgets_where_it_was_taken(acme: World) -> None:
    told = photo_that_tells()
    assert GPS.encode() in told
    file = a_file(acme, told, "holiday.jpg")
    with acme.scope(), opened(file) as data:
        kept = data.read()
    assert GPS.encode() not in kept
    assert b"Exif" not in kept
    assert b"Ann Lee" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_a_picture_that_lay_on_its_side_stands(acme: World) -> None:
    file = a_file(acme, photo_that_tells((40, 20)), "holiday.jpg")
    assert (file.width, file.height) == (20, 40)
    assert image(acme, file).size == (20, 40)


def test_a_script_behind_a_picture_is_gone(acme: World) -> None:
    file = a_file(acme, picture("GIF") + b"<script>alert(1)</script>", "x.gif")
    with acme.scope(), opened(file) as data:
        assert b"script" not in data.read()
    assert (file.media_type, file.name) == ("image/png", "x.png")


def test_a_set_has_three_sizes_of_each_picture(acme: World) -> None:
    record, (file,) = a_set(acme, picture("PNG", (2000, 1000)))
    with acme.scope():
        variants = [(row.width, row.height) for row in variants_of(file.pk)]
        assert list(pictures_of("product", record.id)) == [file]
    assert variants == [(320, 160), (640, 320), (1280, 640)]
    for width, height in variants:
        cut = image(acme, file, width)
        assert (cut.format, cut.size) == ("WEBP", (width, height))


def test_no_copy_is_larger_than_the_picture(acme: World) -> None:
    _, small = a_set(acme, picture("PNG", (100, 50)))
    _, middle = a_set(acme, picture("PNG", (700, 50)))
    with acme.scope():
        assert [row.width for row in variants_of(small[0].pk)] == [100]
        assert [row.width for row in variants_of(middle[0].pk)] == [320, 640]


def test_what_can_be_seen_through_stays_so(acme: World) -> None:
    _, (file,) = a_set(acme, picture("PNG", (700, 20), mode="RGBA", colour=(0, 128, 128, 0)))
    assert image(acme, file, 320).convert("RGBA").getpixel((1, 1))[3] == 0


def test_a_new_set_takes_the_place_of_the_old_one(acme: World) -> None:
    record, before = a_set(acme, picture(), picture("JPEG"))
    with acme.scope():
        after = put_pictures(of=record, pictures=prepared(picture("WEBP")))
        assert list(pictures_of("product", record.id)) == after
        assert not StoredFile.objects.filter(pk__in=[file.pk for file in before]).exists()
        put_pictures(of=record, pictures=[])
        assert (pictures_of("product", record.id).count(), room_used()) == (0, 0)


@pytest.mark.parametrize(
    ("pictures", "error"),
    [([picture(), CSV], NotAPicture), ([bomb()], PictureTooLarge), ([picture()] * 11, TooManyPictures)],
)
def test_a_bad_picture_spoils_no_set(acme: World, pictures: list[bytes], error: Any) -> None:
    record, before = a_set(acme, picture())
    with acme.scope(), pytest.raises(error):
        put_pictures(of=record, pictures=prepared(*pictures))
    with acme.scope():
        assert list(pictures_of("product", record.id)) == before


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_largest_picture_that_is_promised_can_be_read(form: str) -> None:
    """25 million pixels, in the memory that the decoder has."""
    data = picture(form, (5000, 5000), mode="RGB")
    (kind,) = [kind for kind in PICTURES.values() if kind.picture == form]
    made = made_anew(data, kind, (320, 640, 1280))
    assert [part.width for part in made] == [5000, 320, 640, 1280]


def test_a_picture_with_a_pixel_too_many_is_refused() -> None:
    with pytest.raises(PictureTooLarge):
        made_anew(picture("PNG", (5001, 5000), mode="1", colour=1), PICTURES["image/png"])
    with pytest.raises(PictureTooLarge):
        made_anew(picture("PNG", (16_001, 2), mode="1", colour=1), PICTURES["image/png"])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_kind_of_pixels_becomes_one_that_browsers_know(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    made = made_anew(picture(form, mode=mode, colour=1), PICTURES[f"image/{form.lower()}"], (320,))
    assert {Image.open(io.BytesIO(part.data)).mode for part in made} <= {"RGB", "RGBA"}
