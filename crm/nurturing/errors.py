from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound


class SequenceNotFound(NotFound):
    code = "sequence_not_found"
    message = _("There is no such sequence.")


class SequenceNameTaken(Duplicate):
    code = "sequence_name_taken"
    field = "name"
    message = _("Another sequence has this name.")


class SequenceClosed(Conflict):
    code = "sequence_closed"
    message = _("The sequence is archived: nobody enters it any more.")


class NotPublished(Conflict):
    code = "sequence_not_published"
    message = _("No version of the sequence is published yet.")


class NotADraft(Conflict):
    """A version that people may be in is never changed; the next draft becomes the next version."""

    code = "sequence_version_published"
    message = _("A published version cannot be changed; change the draft of the next one.")


class BadStep(Invalid):
    code = "bad_step"
    field = "steps"


class EnrolmentNotFound(NotFound):
    code = "enrolment_not_found"
    message = _("There is no such enrolment.")
