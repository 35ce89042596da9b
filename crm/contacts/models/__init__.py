from crm.contacts.models.contact import CompanyProfile, ConsentState, Contact, Gender, Kind
from crm.contacts.models.customer import Customer, CustomerType, Status
from crm.contacts.models.identity import ContactKey, DocumentKind, Identity, IdentityDocument, Provider
from crm.contacts.models.interaction import CustomerInteraction, InteractionKind
from crm.contacts.models.merge import (
    DuplicatePair,
    FurtherAddress,
    KeptAddress,
    MatchKey,
    Merge,
    MergedContact,
    MergedRow,
)
from crm.kernel.merging.records import PairState

__all__ = [
    "CompanyProfile",
    "ConsentState",
    "Contact",
    "ContactKey",
    "Customer",
    "CustomerInteraction",
    "CustomerType",
    "DocumentKind",
    "DuplicatePair",
    "FurtherAddress",
    "Gender",
    "Identity",
    "IdentityDocument",
    "InteractionKind",
    "KeptAddress",
    "Kind",
    "MatchKey",
    "Merge",
    "MergedContact",
    "MergedRow",
    "PairState",
    "Provider",
    "Status",
]
