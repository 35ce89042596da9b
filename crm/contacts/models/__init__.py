from crm.contacts.models.contact import CompanyProfile, ConsentState, Contact, Gender, Kind
from crm.contacts.models.customer import Customer, CustomerType, Status
from crm.contacts.models.identity import ContactKey, DocumentKind, Identity, IdentityDocument, Provider

__all__ = [
    "CompanyProfile",
    "ConsentState",
    "Contact",
    "ContactKey",
    "Customer",
    "CustomerType",
    "DocumentKind",
    "Gender",
    "Identity",
    "IdentityDocument",
    "Kind",
    "Provider",
    "Status",
]
