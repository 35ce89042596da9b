"""The five dialects, side by side. Which of them a path speaks: `dialect_of(path)`."""

from crm.web.dialects.base import Dialect, Page, SortStyle
from crm.web.dialects.dev import DevCrm, Done, Stretch
from crm.web.dialects.listings import Listings
from crm.web.dialects.self_service import SelfService
from crm.web.dialects.services import Services
from crm.web.dialects.v1 import V1

# The longest prefix first: /v1/dev is not /v1.
DIALECTS: tuple[Dialect, ...] = (DevCrm(), V1(), Services(), SelfService(), Listings())

__all__ = [
    "DIALECTS",
    "V1",
    "DevCrm",
    "Dialect",
    "Done",
    "Listings",
    "Page",
    "SelfService",
    "Services",
    "SortStyle",
    "Stretch",
    "dialect_of",
]


def dialect_of(path: str) -> Dialect | None:
    """The dialect spoken at `path`, or None where no API lives."""
    for dialect in DIALECTS:
        if any(path == prefix or path.startswith(f"{prefix}/") for prefix in dialect.prefixes):
            return dialect
    return None
