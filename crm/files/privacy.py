from crm.files.services import delete_files
from crm.kernel.privacy.holdings import by, leaves, nobodys
from crm.kernel.privacy.person import Person

OF_A_PERSON = by(contact=("contact_id", "record_id"), lead="record_id")


def _remove(person: Person) -> int:
    """Rows now and bytes after the commit, those of pictures' other sizes too; bytes that a crash leaves are swept away
    at night (services/deleting.py).
    """
    done = 0
    while removed := delete_files(of=OF_A_PERSON(person), reason="person erased"):
        done += removed
    return done


leaves(
    "files.PictureVariant",
    by(contact=("file__contact_id", "file__record_id"), lead="file__record_id"),
    withheld="id file width height size",
    instead=lambda _person: 0,
)
leaves(
    "files.StoredFile",
    OF_A_PERSON,
    exported="id name media_type size entity_type created_at",
    withheld="sha256 width height is_inline purpose contact_id record_kind record_id position actor_kind actor_id "
    "kept_until",
    instead=_remove,
)
nobodys("files.StorageUse", "how much room all files take")
