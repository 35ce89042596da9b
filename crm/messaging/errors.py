from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Duplicate, Invalid, NotFound


class Suppressed(Invalid):
    """The address is blacklisted: nothing is written for it where a document says so (s3 §8)."""

    code = "suppressed"
    message = _("This address is blacklisted.")


class AlreadySuppressed(Duplicate):
    code = "already_suppressed"
    field = "address"
    message = _("This address is on the list for this reason already.")


class SuppressionNotFound(NotFound):
    code = "suppression_not_found"
    message = _("There is no such entry.")
