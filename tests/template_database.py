"""A migrated database that test databases are copied from: migrating takes most of a minute, copying a second.

It is kept from run to run under the name of what it was made from, so it is made anew when that has changed.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent
OURS = ("crm", "loyalty", "selfservice", "backoffice")


def template_database() -> str:
    """The name of the template; made now when it is not there. Of several processes one makes it."""
    stem = f"{settings.ENV.database['NAME'] if settings.ENV.database else 'rapport'}_template"
    name = f"{stem}_{_made_from()}"
    lock = Path(settings.ENV.data_dir) / "template.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        there = _named_like(stem)
        if name not in there:
            for old in there:
                _run(f'DROP DATABASE "{old}"')
            _make(name, f"{stem}_unfinished")
    return name


def _make(name: str, unfinished: str) -> None:
    _run(f'CREATE DATABASE "{unfinished}"')
    environment = {**os.environ, "DATABASE_URL": database_url(unfinished)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True)
    _run(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


def _made_from() -> str:
    """Migrations, what they import of ours, and the versions of everybody else's."""
    migrations = [file for root in OURS for file in sorted((PROJECT / root).rglob("migrations/*.py"))]
    imported = {
        found
        for file in migrations
        for found in re.findall(r"^from ((?:crm|loyalty)[\w.]+) import", file.read_text(), re.MULTILINE)
    }
    modules = [PROJECT / (module.replace(".", "/") + ".py") for module in sorted(imported)]
    packages = [PROJECT / module.replace(".", "/") / "__init__.py" for module in sorted(imported)]
    digest = hashlib.sha256()
    for file in (PROJECT / "requirements.txt", *migrations, *modules, *packages):
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()[:12]


def database_url(name: str = "") -> str:
    """The test's own database, or another of the same server, as a process outside reaches it."""
    config = connection.settings_dict
    name = name or str(config["NAME"])
    user = quote(str(config["USER"]), safe="")
    password = f":{quote(str(config['PASSWORD']), safe='')}" if config["PASSWORD"] else ""
    host, port = quote(str(config["HOST"] or "127.0.0.1"), safe=""), config["PORT"] or 5432
    return f"postgres://{user}{password}@{host}:{port}/{name}"


def _named_like(stem: str) -> list[str]:
    found: list[tuple[Any, ...]] = _run("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", stem)
    return [name for (name,) in found]


def _run(statement: str, *values: str) -> list[tuple[Any, ...]]:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []
