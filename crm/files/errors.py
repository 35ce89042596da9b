from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class FileNotFound(NotFound):
    code = "file_not_found"
    message = _("There is no such file.")


class BadFileLink(NotFound):
    code = "bad_file_link"
    message = _("This link is not valid.")


class FileLinkExpired(BadFileLink):
    """The signature is ours, and its time is over."""

    code = "file_link_expired"
    message = _("This link has expired.")


class FileEmpty(Invalid):
    code = "file_empty"
    field = "file"
    message = _("The file is empty.")


class FileTooLarge(Invalid):
    code = "file_too_large"
    field = "file"
    message = _("The file is larger than 20 MB.")


class FileNotAllowed(Invalid):
    """`message` says what would be taken; what it was taken for helps nobody who means well."""

    code = "file_not_allowed"
    field = "file"
    message = _("Files of this kind are not taken. Send a picture, a PDF, an office document, text or CSV.")


class NotAPicture(Invalid):
    code = "not_a_picture"
    field = "file"
    message = _("This is no picture that can be read. Send JPEG, PNG, GIF or WebP.")


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    field = "file"
    message = _("The picture has more than 25 million pixels, or a side of more than 16,000.")


class TooManyPictures(Invalid):
    code = "too_many_pictures"
    field = "files"
    message = _("These are too many pictures.")


class DecodersBusy(Unavailable):
    code = "decoders_busy"


class NoRoom(Conflict):
    code = "no_room"
    message = _("There is no room left for files. Delete some, or ask whoever runs the platform for more.")


class UnknownPaper(Invalid):
    code = "unknown_paper"
    field = "entity.type"
    message = _("Nothing of this kind can be printed.")


class NothingToPrint(Invalid):
    """Unknown, foreign and deleted records alike."""

    code = "nothing_to_print"
    field = "entity.id"
    message = _("Record not found.")
