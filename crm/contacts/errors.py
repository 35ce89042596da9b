from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Duplicate, Invalid, NotFound


class ContactNotFound(NotFound):
    code = "contact_not_found"
    message = _("There is no such person.")


class EmailTaken(Duplicate):
    code = "email_taken"
    field = "email"
    message = _("Another person has this email address.")


class AddressMissing(Invalid):
    code = "address_missing"
    field = "email"
    message = _("Email is required when there is no phone.")


class NameMissing(Invalid):
    code = "name_missing"
    field = "name"
    message = _("Name is required.")


class IdentityTaken(Duplicate):
    code = "identity_taken"
    field = "value"
    message = _("Somebody signs in with this already.")


class UnknownAssignee(Invalid):
    code = "unknown_assignee"
    field = "assigned_to"
    message = _("No active member of staff has this id.")
