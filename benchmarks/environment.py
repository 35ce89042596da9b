"""The environment of everything that is measured: the product as in earnest, with data of its own in var/bench."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from config.env import PROJECT, BadSetting

HOST = "127.0.0.1"
# What a proxy that speaks HTTPS would add.
PROXIED = {"X-Forwarded-Proto": "https"}


def prepare() -> Path:
    """Set the variables that this process and its servers share; the folder for data and results.

    DATA_DIR and DATABASE_URL count when they are set. Raises BadSetting when DATABASE_URL names a database that is not
    plainly meant for this.
    """
    if "DATABASE_URL" in os.environ and "bench" not in urlsplit(os.environ["DATABASE_URL"]).path:
        raise BadSetting("DATABASE_URL", "must name a database with `bench` in its name: millions of rows go there.")
    home = Path(os.environ.get("DATA_DIR") or PROJECT / "var" / "bench").resolve()
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DATA_DIR=str(home), DEBUG="0", SECRET_KEY=secrets.token_urlsafe(48), JWT_KEYS=secrets.token_urlsafe(48),
        TRUSTED_PROXIES=HOST, BASE_URL=f"http://{HOST}", DJANGO_SETTINGS_MODULE="benchmarks.product.settings",
    )  # fmt: skip
    return home
