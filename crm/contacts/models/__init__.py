from crm.contacts.models.consent import ConsentCause, ConsentEntry, ConsentTopic
from crm.contacts.models.contact import CompanyProfile, ConsentState, Contact, Gender, Kind
from crm.contacts.models.customer import Customer, CustomerType, Status
from crm.contacts.models.identity import SOCIAL, ContactKey, DocumentKind, Identity, IdentityDocument, Provider
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
from crm.contacts.models.once_code import CodePurpose, OnceCode
from crm.contacts.models.own_email import OwnEmail
from crm.contacts.models.preference import PreferredFor, PreferredOrganisation
from crm.contacts.models.privacy import EXPORT_LASTS, Because, DataExport, Erasure, ExportState
from crm.contacts.models.push_device import PushDevice
from crm.contacts.models.sign_in import (
    IdentityProvider,
    LinkPurpose,
    PassCode,
    Referral,
    SignInLink,
    SignInSettings,
    WifiAuthorisation,
)
from crm.kernel.merging.records import PairState

__all__ = [
    "EXPORT_LASTS",
    "SOCIAL",
    "Because",
    "CodePurpose",
    "CompanyProfile",
    "ConsentCause",
    "ConsentEntry",
    "ConsentState",
    "ConsentTopic",
    "Contact",
    "ContactKey",
    "Customer",
    "CustomerInteraction",
    "CustomerType",
    "DataExport",
    "DocumentKind",
    "DuplicatePair",
    "Erasure",
    "ExportState",
    "FurtherAddress",
    "Gender",
    "Identity",
    "IdentityDocument",
    "IdentityProvider",
    "InteractionKind",
    "KeptAddress",
    "Kind",
    "LinkPurpose",
    "MatchKey",
    "Merge",
    "MergedContact",
    "MergedRow",
    "OnceCode",
    "OwnEmail",
    "PairState",
    "PassCode",
    "PreferredFor",
    "PreferredOrganisation",
    "Provider",
    "PushDevice",
    "Referral",
    "SignInLink",
    "SignInSettings",
    "Status",
    "WifiAuthorisation",
]
