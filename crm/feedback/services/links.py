"""Links that open a request: a token of 128 random bits, told once, of which only the SHA-256 is kept."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from crm.feedback.models import FeedbackLink, FeedbackRequest
from crm.feedback.selectors import key_of
from crm.kernel.clock import now
from crm.messaging.links import link_to
from crm.messaging.selectors import sending_settings

TOKEN_BYTES = 16
PAGE = "portal/feedback"


def new_links(requests: Sequence[FeedbackRequest]) -> dict[UUID, str]:
    """A new token for each request, beside those it has; by the id of the request."""
    tokens = {request.pk: secrets.token_urlsafe(TOKEN_BYTES) for request in requests}
    FeedbackLink.objects.bulk_create(
        FeedbackLink(key=key_of(tokens[request.pk]), request=request, created_at=now()) for request in requests
    )
    return tokens


def address_of(token: str, base: str | None = None) -> str:
    """Where a token leads; `base` is the address of links of the open scope, read when it is not given."""
    return link_to(PAGE, token, sending_settings().link_base if base is None else base)
