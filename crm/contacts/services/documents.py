from datetime import datetime
from uuid import UUID

from crm.contacts.errors import ContactNotFound
from crm.contacts.events import DocumentKept, DocumentRevealed
from crm.contacts.models import Contact, ContactKey, IdentityDocument
from crm.contacts.services.contacts import locked_contact
from crm.kernel.changes import check_row
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.sealing import blind_index, new_wrapped_key, seal, unseal
from crm.kernel.transactions import atomic

LONGEST_NUMBER = 64
SHOWN = 3


@atomic
def keep_document(
    *, contact_id: UUID, kind: str, number: str, issue_country: str = "", expires_at: datetime | None = None
) -> IdentityDocument:
    """Seal a document's number in place of the one of its kind. Raises ContactNotFound, Invalid."""
    contact = locked_contact(contact_id)
    number = number.strip()
    if not _folded(number) or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise Invalid(f"Enter a number of 1 to {LONGEST_NUMBER} characters.", field="number")
    key, _ = ContactKey.objects.get_or_create(contact=contact, defaults={"wrapped": new_wrapped_key()})
    document = IdentityDocument.objects.filter(contact=contact, kind=kind).first()
    document = document or IdentityDocument(contact=contact, kind=kind)
    document.sealed_number = seal(key.wrapped, number, context=document.seal_context)
    document.number_index = number_index(kind, number)
    document.last_digits = number[-SHOWN:] if len(number) > 2 * SHOWN else ""
    document.issue_country, document.expires_at = issue_country, expires_at
    check_row(document, exclude=("contact",))
    document.save()
    record(DocumentKept(contact_id=contact.id, kind=kind))
    return document


@atomic
def reveal_document(*, document_id: UUID) -> str:
    """A document's number in clear; that it was read, and by whom, is recorded. Raises ContactNotFound, Unavailable."""
    document = IdentityDocument.objects.filter(pk=document_id, contact__deleted_at=None).first()
    if document is None:
        raise ContactNotFound
    wrapped = ContactKey.objects.get(pk=document.contact_id).wrapped
    number = unseal(wrapped, document.sealed_number, context=document.seal_context)
    record(DocumentRevealed(contact_id=document.contact_id, kind=document.kind))
    return number


def resealed(document: IdentityDocument, key: ContactKey) -> IdentityDocument:
    """The document as that of the contact whose key this is, unsaved. Raises Unavailable."""
    own = ContactKey.objects.get(pk=document.contact_id)
    number = unseal(own.wrapped, document.sealed_number, context=document.seal_context)
    document.contact_id = key.contact_id
    document.sealed_number = seal(key.wrapped, number, context=document.seal_context)
    return document


def contacts_with_document(*, kind: str, number: str) -> list[Contact]:
    """Living contacts who have a document of this kind with this number."""
    documents = IdentityDocument.objects.filter(kind=kind, number_index=number_index(kind, number))
    return list(Contact.objects.filter(documents__in=documents, deleted_at=None))


def number_index(kind: str, number: str) -> str:
    """Equal for numbers that differ in case, blanks and hyphens only."""
    return blind_index(_folded(number), purpose=f"document:{kind}")


def _folded(number: str) -> str:
    return "".join(char for char in number.upper() if char.isalnum())
