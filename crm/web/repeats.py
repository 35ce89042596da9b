"""`Idempotency-Key`: a POST sent again has one effect and one answer (reliability I1 to I3).

The key is claimed, the effect done and the answer kept in one transaction: a kill leaves nothing half done, and a
second sender waits on the unique index until the first is through. What fails is not kept: nothing of it remains, and
trying again is right.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from crm.kernel.errors import Conflict, Invalid
from crm.kernel.retries import LOCK_NOT_AVAILABLE, sqlstate_of
from crm.kernel.sealing import new_wrapped_key, seal, unseal
from crm.kernel.tenancy import current_scope
from crm.web.models import StoredAnswer
from crm.web.problems import Kind, Problem, ProblemError

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LONGEST_KEY = 255
RETRY_AFTER_SECONDS = 2
# Told once, at the first answer; a repeated one has null in their place.
SECRETS = frozenset({"access_token", "refresh_token", "accessToken", "refreshToken", "secret", "token"})


class StillRunning(Conflict):
    code = "in_progress"
    message = _("A request with this Idempotency-Key is still being worked on.")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given, to be sent as it is."""

    status: int
    body: bytes


def key_of(request: Request) -> str:
    """The key of a POST, or "" when there is none. Raises Invalid."""
    key = request.headers.get(HEADER, "") if request.method == "POST" else ""
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(f"At most {LONGEST_KEY} printable characters.", field=HEADER)
    return key


def claim(request: Request, key: str) -> StoredAnswer:
    """The row of this key, new or answered before. Raises StillRunning, and ProblemError when it came with another
    request.
    """
    scope, route = current_scope(), f"{request.method} {request.path}"[:300]
    row = StoredAnswer(
        organisation_id=scope.tenant.organisation_id, mode=scope.tenant.mode,
        principal=f"{scope.actor.kind}:{scope.actor.id}", route=route, key=key, fingerprint=_fingerprint(request),
    )  # fmt: skip
    mine = StoredAnswer.objects.filter(
        organisation_id=row.organisation_id, mode=row.mode, principal=row.principal, route=route, key=key
    )
    mine.filter(created_at__lt=Now() - KEPT).delete()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
        return row
    except IntegrityError:
        known = mine.get()
    except OperationalError as error:
        if sqlstate_of(error) == LOCK_NOT_AVAILABLE:
            raise StillRunning(retry_after=RETRY_AFTER_SECONDS) from None
        raise
    if known.fingerprint != row.fingerprint:
        message = "This Idempotency-Key was used for another request."
        raise ProblemError(Problem(Kind.MISMATCH, message, code="idempotency_mismatch"))
    return known


def keep(row: StoredAnswer, status: int, body: bytes) -> None:
    """Keep the answer with the effect it tells of."""
    row.status, row.wrapped_key = status, new_wrapped_key()
    row.body = seal(row.wrapped_key, body.decode(), context=context_of(row))
    row.save(update_fields=["status", "wrapped_key", "body"])


def kept(row: StoredAnswer) -> Kept | None:
    """The answer given before, if there was one."""
    if row.status is None:
        return None
    return Kept(row.status, unseal(row.wrapped_key, row.body, context=context_of(row)).encode())


def context_of(row: StoredAnswer) -> str:
    """What binds a sealed answer to its row, so that it opens nowhere else."""
    return f"answer:{row.pk}"


def without_secrets(data: Any) -> Any:
    """`data` as a repeated answer tells it."""
    if isinstance(data, dict):
        return {name: None if name in SECRETS else without_secrets(value) for name, value in data.items()}
    return [without_secrets(item) for item in data] if isinstance(data, list) else data


def _fingerprint(request: Request) -> str:
    raw = request._request
    query = "&".join(sorted(raw.META.get("QUERY_STRING", "").split("&")))
    return hashlib.sha256(f"{raw.method}\0{raw.path}\0{query}\0".encode() + raw.body).hexdigest()
