from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Invalid, NotFound


class UnknownNoun(NotFound):
    code = "unknown_import_noun"
    message = _("Records of this kind cannot be imported.")


class ImportNotFound(NotFound):
    code = "import_not_found"
    message = _("There is no such import.")


class BadImportFile(Invalid):
    """The file as a whole is refused. `data["row"]` is the row that is to blame, where one is."""

    code = "bad_import_file"
    field = "file"
    message = _("This file cannot be read as CSV.")


class BadMapping(Invalid):
    code = "bad_import_mapping"
    field = "mapping"
    message = _("The columns are not mapped as they must be.")


class WrongImportState(Conflict):
    code = "wrong_import_state"
    message = _("The import's present state does not allow this.")


class UndoTooLate(Conflict):
    code = "import_undo_too_late"
    message = _("An import can be undone for 30 days.")
