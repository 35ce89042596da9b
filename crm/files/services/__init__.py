from crm.files.services.archiving import keep_archive, let_go
from crm.files.services.attaching import attach_file
from crm.files.services.deleting import delete_file, delete_files, delete_files_of
from crm.files.services.pictures import Prepared, add_picture_from, prepare_pictures, put_pictures
from crm.files.services.printing import print_paper
from crm.files.services.storing import Brought, Record, store_file
from crm.files.services.sweeping import forget_files, sweep_bytes

__all__ = [
    "Brought",
    "Prepared",
    "Record",
    "add_picture_from",
    "attach_file",
    "delete_file",
    "delete_files",
    "delete_files_of",
    "forget_files",
    "keep_archive",
    "let_go",
    "prepare_pictures",
    "print_paper",
    "put_pictures",
    "store_file",
    "sweep_bytes",
]
