"""The floor: the least that twenty rows of this database can cost under this server. `GET /<organisation id>`."""

import threading
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from config import env as environment
from config.postgres import Server

_ENV = environment.read()
_WHERE = _ENV.database or Server(_ENV.data_dir).settings()
_LOCAL = threading.local()
_LATEST = """
SELECT id, name, email, phone, created_at, updated_at FROM contacts_contact
WHERE organisation_id = %s AND mode = 'live' AND deleted_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT 20
"""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """One indexed query on a connection of the thread's own, and its rows as JSON."""
    rows = _connection().execute(_LATEST, [environ["PATH_INFO"].strip("/")]).fetchall()
    body = orjson.dumps({"data": rows})
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _connection() -> Any:
    if not hasattr(_LOCAL, "connection"):
        _LOCAL.connection = psycopg.connect(
            dbname=_WHERE["NAME"], user=_WHERE["USER"], host=_WHERE["HOST"], port=_WHERE.get("PORT") or None,
            password=_WHERE.get("PASSWORD") or None, options="-c random_page_cost=1.1", autocommit=True,
            row_factory=dict_row,
        )  # fmt: skip
    return _LOCAL.connection
