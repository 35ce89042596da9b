"""Where files are kept, from `MEDIA_URL`: a folder, or a bucket of a service that speaks S3. Never served by path."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config.env import BadSetting

_OPTIONS = {"endpoint": "endpoint_url", "region": "region_name"}


def storage_settings(url: str | None, data_dir: Path) -> dict[str, Any]:
    """The default entry of STORAGES. Raises BadSetting."""
    if url is None or url.startswith("file:"):
        folder = Path(unquote(urlsplit(url).path)) if url else data_dir / "media"
        return {"BACKEND": "crm.files.storage.WholeFiles", "OPTIONS": {"location": str(folder)}}
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise BadSetting(
            "MEDIA_URL", 'needs the packages of the extra "s3": pip install "django-storages[s3]==1.14.6".'
        )
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query))
    if not named.keys() <= _OPTIONS.keys():
        raise BadSetting("MEDIA_URL", f"may name {' and '.join(_OPTIONS)} behind the question mark, and nothing else.")
    keys = (
        {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")} if parts.username else {}
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname, "location": parts.path.strip("/"), "default_acl": None,
            "file_overwrite": True, "querystring_auth": True, **keys,
            **{_OPTIONS[name]: value for name, value in named.items()},
        },
    }  # fmt: skip
