"""The base of what members do with their own record: another contact's id is refused whether or not it exists."""

from typing import Any
from uuid import UUID

from crm.kernel.errors import Forbidden, NotFound
from crm.web.dialects import SelfService
from crm.web.grants import Audience, grant
from crm.web.viewset import DialectViewSet

READ, WRITE = grant("auth:me:read", Audience.MEMBER), grant("auth:me:write", Audience.MEMBER)


class OwnViewSet(DialectViewSet):
    dialect = SelfService()

    def admit(self, *args: Any, **kwargs: Any) -> None:
        """A contact reaches their own record only; other ids look alike, whatever stands behind them."""
        if str(kwargs.get("contact_id", "")).replace("-", "").lower() != self.caller.id.hex:
            raise Forbidden


def id_in(text: str, missing: type[NotFound]) -> UUID:
    """The id in a path; raises `missing` for what is no id at all, as for one that nobody has."""
    try:
        return UUID(text)
    except ValueError:
        raise missing from None
