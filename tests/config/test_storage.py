"""Where files are kept: in the data folder, in another one, or in a bucket whose packages are there."""

from pathlib import Path
from typing import Any

import pytest

from config import storage
from config.env import BadSetting, read
from config.storage import storage_settings

DATA = Path("/srv/rapport")


def test_without_a_word_files_lie_in_the_data_folder() -> None:
    told = storage_settings(None, DATA)
    assert told == {"BACKEND": "crm.files.storage.WholeFiles", "OPTIONS": {"location": "/srv/rapport/media"}}


def test_a_folder_can_be_named() -> None:
    assert storage_settings("file:///mnt/big%20disk", DATA)["OPTIONS"] == {"location": "/mnt/big disk"}


def test_a_bucket_needs_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "find_spec", lambda _name: None)
    with pytest.raises(BadSetting, match="MEDIA_URL needs the packages"):
        storage_settings("s3://bucket/files", DATA)


def test_a_bucket_is_named_with_its_keys_and_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "find_spec", lambda _name: True)
    told: Any = storage_settings("s3://key:a%2Fb@bucket/files?region=eu&endpoint=https://minio.example.com", DATA)
    assert told["BACKEND"] == "storages.backends.s3.S3Storage"
    options = told["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == ("bucket", "files")
    assert (options["access_key"], options["secret_key"]) == ("key", "a/b")
    assert (options["region_name"], options["endpoint_url"]) == ("eu", "https://minio.example.com")
    with pytest.raises(BadSetting, match="MEDIA_URL"):
        storage_settings("s3://bucket?shoe=44", DATA)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MEDIA_URL", "ftp://x/y"), ("FILES_QUOTA_MB", "0"), ("FILES_QUOTA_MB", "many"), ("FILES_QUOTA_MB", "-1")],
)
def test_a_wrong_value_stops_the_start(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(BadSetting, match=variable):
        read({"DATA_DIR": str(tmp_path), variable: value})


def test_the_quota_is_told_in_megabytes(tmp_path: Path) -> None:
    assert read({"DATA_DIR": str(tmp_path), "FILES_QUOTA_MB": "3"}).files_quota == 3 * 1024 * 1024
