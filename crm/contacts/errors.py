from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Duplicate, Invalid, NotFound
from crm.kernel.merging.errors import (
    AlreadyMerged,
    AlreadyUnmerged,
    MergeNotFound,
    MergeOverlaid,
    MergeTooOld,
    PairNotFound,
)

__all__ = [
    "AddressMissing",
    "AlreadyMerged",
    "AlreadyUnmerged",
    "ContactNotFound",
    "ContactWent",
    "CustomerInteractionNotFound",
    "EmailTaken",
    "IdentityTaken",
    "MergeNotFound",
    "MergeOverlaid",
    "MergeTooOld",
    "NameMissing",
    "PairNotFound",
    "UnknownAssignee",
]


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


class ContactWent(ContactNotFound):
    """Gone like whoever was deleted, but it is known into whom: `data["merged_into"]`."""

    code = "contact_went"
    tells = ("merged_into",)


class CustomerInteractionNotFound(NotFound):
    code = "customer_interaction_not_found"
    message = _("There is no such interaction.")
