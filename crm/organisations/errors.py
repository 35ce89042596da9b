from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, Unauthenticated


class SlugTaken(Duplicate):
    code = "slug_taken"
    field = "slug"
    message = _("Another organisation has this short name.")


class LiveClock(Forbidden):
    code = "live_clock"
    message = _("Only the clock of test mode can be moved.")


class BadClock(Invalid):
    code = "bad_clock"
    field = "now"
    message = _("The clock of test mode only moves forward, at most a hundred years.")


class StaffExists(Duplicate):
    code = "staff_exists"
    field = "email"
    message = _("This person already works here.")


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = _("There is no such staff member.")


class LastOwner(Conflict):
    code = "last_owner"
    field = "role"
    message = _("An organisation keeps at least one active owner.")


class OwnRole(Conflict):
    code = "own_role"
    field = "role"
    message = _("Nobody changes their own role, and only an owner changes an owner.")


class KeyRefused(Unauthenticated):
    """Unknown, expired, revoked or malformed: the caller is not told which."""

    code = "key_refused"
    message = _("Invalid or missing API key.")


class KeyNotFound(NotFound):
    code = "key_not_found"
    message = _("There is no such API key.")


class KeyNotUsable(Conflict):
    code = "key_not_usable"
    message = _("This key is revoked or expired.")


class BadPermissions(Invalid):
    code = "bad_permissions"
    field = "permissions"
    message = _("Choose permissions that exist.")


class BeyondOwnPermissions(Invalid):
    code = "beyond_own_permissions"
    field = "permissions"
    message = _("You cannot give a key more permissions than you have.")


class BadCustomField(Invalid):
    code = "bad_custom_field"
    message = _("The custom field is not defined rightly.")


class CustomFieldExists(Duplicate):
    code = "custom_field_exists"
    field = "key"
    message = _("There is a custom field with this key.")


class BadCustomValue(Invalid):
    code = "bad_custom_value"
    message = _("A custom field has a value it cannot have.")


class SessionRefused(Unauthenticated):
    """A token that is expired, ended, forged or of another kind: the caller is not told which."""

    code = "session_refused"
    message = _("Invalid or expired token.")


class WrongSignIn(Unauthenticated):
    """Unknown, wrong password, deactivated: one answer for all."""

    code = "wrong_sign_in"
    message = _("The e-mail address or the password is wrong.")


class WhichOrganisation(Invalid):
    code = "which_organisation"
    field = "organisation"
    message = _("You work in several organisations: say which one.")


class SessionNotFound(NotFound):
    code = "session_not_found"
    message = _("There is no such session.")


class MerchantTaken(Duplicate):
    code = "merchant_taken"
    field = "external_id"
    message = _("Another merchant has this number.")


class PeriodBackwards(Invalid):
    code = "period_backwards"
    field = "end_date"
    message = _("A period ends on the day it begins, or later.")
