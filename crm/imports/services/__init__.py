from crm.imports.services.checking import check_import
from crm.imports.services.chunks import carry_on_import
from crm.imports.services.forgetting import forget_rows
from crm.imports.services.mapping import map_import
from crm.imports.services.running import run_import
from crm.imports.services.undoing import undo_import
from crm.imports.services.uploading import import_file, upload_import

__all__ = [
    "carry_on_import",
    "check_import",
    "forget_rows",
    "import_file",
    "map_import",
    "run_import",
    "undo_import",
    "upload_import",
]
