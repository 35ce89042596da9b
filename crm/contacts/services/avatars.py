"""The picture of a person: one file, in the sizes of all pictures."""

from uuid import UUID

from crm.contacts.selectors import PERSON
from crm.contacts.services.contacts import locked_contact
from crm.files.models import StoredFile
from crm.files.services import Brought, Record, add_picture_from, prepare_pictures, put_pictures
from crm.kernel.transactions import atomic


@atomic
def set_avatar(*, contact_id: UUID, picture: Brought) -> StoredFile:
    """Raises ContactNotFound, and what files raise for what is no picture."""
    prepared = prepare_pictures([picture])
    locked_contact(contact_id)
    (stored,) = put_pictures(of=Record(PERSON, contact_id), pictures=prepared, contact_id=contact_id)
    return stored


@atomic
def set_avatar_from(*, contact_id: UUID, file_id: UUID) -> StoredFile:
    """The same from a file that they have brought before. Raises FileNotFound, NotAPicture."""
    locked_contact(contact_id)
    return add_picture_from(file_id=file_id, of=Record(PERSON, contact_id), contact_id=contact_id)


@atomic
def remove_avatar(*, contact_id: UUID) -> None:
    """Whether there was one or not. Raises ContactNotFound."""
    locked_contact(contact_id)
    put_pictures(of=Record(PERSON, contact_id), pictures=[], contact_id=contact_id)
