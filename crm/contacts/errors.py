from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound, Throttled, Unauthenticated
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
    "BadKeys",
    "BadPassCode",
    "BadReferral",
    "CodeExpired",
    "CodesTooOften",
    "ContactNotFound",
    "ContactWent",
    "CustomerInteractionNotFound",
    "DeviceElsewhere",
    "EmailTaken",
    "IdentityTaken",
    "LinkSpent",
    "MergeNotFound",
    "MergeOverlaid",
    "MergeTooOld",
    "NameMissing",
    "NoEmailIdentity",
    "NobodyMeant",
    "NotAccepted",
    "OwnEmailNotFound",
    "OwnEmailTwice",
    "PairNotFound",
    "PassCodeTaken",
    "ProviderExists",
    "PushDeviceNotFound",
    "SettingNotFound",
    "TokenRefused",
    "TooManyDevices",
    "TooManyEmails",
    "UnknownAssignee",
    "UnknownOrganisation",
    "WrongCode",
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


class PushDeviceNotFound(NotFound):
    code = "push_device_not_found"
    message = _("There is no such device.")


class TooManyDevices(Invalid):
    code = "too_many_devices"
    field = "serial_number"
    message = _("This member has as many devices as there may be. Remove one first.")


class OwnEmailNotFound(NotFound):
    code = "own_email_not_found"
    message = _("There is no such address.")


class OwnEmailTwice(Duplicate):
    code = "own_email_twice"
    field = "email"
    message = _("This member has this address already.")


class TooManyEmails(Invalid):
    code = "too_many_emails"
    field = "email"
    message = _("This member has as many addresses as there may be.")


class UnknownOrganisation(Invalid):
    """Unknown and foreign ones alike, and merchants that are not in use any more."""

    code = "unknown_organisation"
    field = "organisation_id"
    message = _("There is no such organisation in the network.")


class UnknownAssignee(Invalid):
    code = "unknown_assignee"
    field = "assigned_to"
    message = _("No active member of staff has this id.")


class NotAccepted(Invalid):
    """What was never given cannot be withdrawn; it can be rejected."""

    code = "not_accepted"
    field = "consent_state"
    message = _("Only a consent that was accepted can be withdrawn.")


class ContactWent(ContactNotFound):
    """Gone like whoever was deleted, but it is known into whom: `data["merged_into"]`."""

    code = "contact_went"
    tells = ("merged_into",)


class CustomerInteractionNotFound(NotFound):
    code = "customer_interaction_not_found"
    message = _("There is no such interaction.")


class WrongCode(Unauthenticated):
    """Wrong, used, taken back, worn out, of somebody unknown: one answer for all."""

    code = "wrong_code"
    message = _("The code is wrong or no longer good.")


class CodeExpired(Unauthenticated):
    code = "code_expired"
    message = _("The code is no longer good. Please ask for another one.")


class CodesTooOften(Throttled):
    code = "codes_too_often"
    message = _("Too many codes were asked for. Please wait before the next one.")


class NobodyMeant(Invalid):
    """Nobody, or more than one person."""

    code = "nobody_meant"
    field = "credentials"
    message = _("These credentials identify nobody.")


class BadPassCode(Invalid):
    """Unknown, used up, out of date, or with another PIN: the caller is not told which."""

    code = "bad_pass_code"
    field = "pass_code"
    message = _("This pass code is not valid.")


class BadReferral(Invalid):
    code = "bad_referral"
    field = "referral_code"
    message = _("Nobody has this referral code.")


class LinkSpent(Invalid):
    """Unknown, used, or too old: the caller is not told which."""

    code = "link_spent"
    field = "token"
    message = _("This link is not valid any more. Please ask for another one.")


class TokenRefused(Unauthenticated):
    """Forged, expired, for somebody else, or of nobody known: one answer for all."""

    code = "token_refused"
    message = _("Nobody is signed in with this.")


class DeviceElsewhere(Conflict):
    code = "device_elsewhere"
    message = _("Another device is authorised already.")


class NoEmailIdentity(Invalid):
    """A password goes with an e-mail address to sign in with."""

    code = "no_email_identity"
    field = "password"
    message = _("Add an e-mail address to sign in with first.")


class ProviderExists(Duplicate):
    code = "identity_provider_exists"
    field = "kind"
    message = _("There is a provider of this kind already.")


class PassCodeTaken(Duplicate):
    code = "pass_code_taken"
    field = "code"
    message = _("There is such a pass code already.")


class BadKeys(Invalid):
    code = "bad_keys"
    field = "keys"
    message = _("Enter a JSON Web Key Set with public keys, or the address of one.")


class DataExportNotFound(NotFound):
    code = "data_export_not_found"
    message = _("There is no such export.")


class SettingNotFound(NotFound):
    code = "sign_in_setting_not_found"
    message = _("There is no such entry.")
