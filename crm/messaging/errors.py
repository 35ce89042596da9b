from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound


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


class TemplateKeyTaken(Duplicate):
    code = "template_key_taken"
    field = "key"
    message = _("There is a template with this key already.")


class TemplateNotFound(NotFound):
    code = "template_not_found"
    message = _("There is no such template.")


class NothingPublished(Conflict):
    """The template has no published version in any language that would do."""

    code = "nothing_published"
    message = _("This template has no published version yet.")


class UnknownPlaceholder(Invalid):
    code = "unknown_placeholder"
    message = _("There is no such placeholder.")


class BadHeader(Invalid):
    """A line break where a mail has a header: it would begin another one (reliability X6)."""

    code = "bad_header"
    message = _("A subject has no line breaks.")


class BadAddress(Invalid):
    code = "bad_web_address"
    message = _("Write it as https://example.com/page.")


class NotInThisChannel(Invalid):
    """Subtitle, picture and link are of messages in the app and on devices."""

    code = "not_in_this_channel"
    message = _("Only a message in the app or on a device has this.")


class SenderTaken(Duplicate):
    code = "sender_taken"
    field = "address"
    message = _("There is a sender with this address already.")


class SenderNotFound(NotFound):
    code = "sender_not_found"
    message = _("There is no such sender.")


class CommunicationNotFound(NotFound):
    code = "communication_not_found"
    message = _("There is no such message.")


class NotToBeSentAgain(Conflict):
    """Only what has failed, or nobody knows the fate of, is sent again, and only while its text is still there."""

    code = "not_to_be_sent_again"
    message = _("Only a message that failed, or whose fate is unknown, can be sent again.")


class TextIsGone(Conflict):
    """It was never written, or what was secret in it is not kept."""

    code = "text_is_gone"
    message = _("What this message said is not kept any more; ask for a new one.")


class MayArriveTwice(Conflict):
    """Nobody knows whether it left: whoever sends it again must say that they know."""

    code = "may_arrive_twice"
    message = _("This message may have left; sent again, it may arrive twice.")


class UnreadableMail(Invalid):
    code = "unreadable_mail"
    message = _("This is no mail, or one of more than 10 MB.")


class BadLink(NotFound):
    """A link that we did not sign, or that leads to what is no more."""

    code = "bad_link"
    message = _("This link is not valid.")
