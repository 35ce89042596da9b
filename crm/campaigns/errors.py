from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Duplicate, Forbidden, Invalid, NotFound


class CampaignNotFound(NotFound):
    """Foreign, deleted and unknown alike."""

    code = "campaign_not_found"
    message = _("There is no such campaign.")


class EndsBeforeStart(Invalid):
    code = "ends_before_start"
    field = "ends_at"
    message = _("A campaign does not end before it starts.")


class ListingClosed(Forbidden):
    """Unknown, or not this caller's: its existence is not told (s3 §10)."""

    code = "listing_closed"
    message = _("This listing does not exist or is not yours.")


class ListingNameTaken(Duplicate):
    code = "listing_name_taken"
    field = "name"
    message = _("There is a listing with this name.")


class EntryNotFound(NotFound):
    code = "entry_not_found"
    message = _("No contact in this listing matches.")


class AlreadyListed(Duplicate):
    code = "already_listed"
    message = _("Contact already exists.")


class TwoContacts(Invalid):
    code = "two_contacts"
    field = "phone"
    message = _("The email and the phone belong to two different contacts.")


class Ambiguous(Invalid):
    code = "ambiguous"
    field = "phone"
    message = _("Several contacts in this listing have this phone; give the id or the email.")


class AddressOfAnother(Duplicate):
    code = "address_of_another"
    field = "email"
    message = _("Another contact has this email address.")


class PhoneOfAnother(Duplicate):
    code = "phone_of_another"
    field = "phone"
    message = _("Another contact in this listing has this phone.")
