"""People and companies: one row for each, whichever API wrote it.

Nouns: Contact, CompanyProfile, Customer (a contact the business trades with), Identity (a way to sign in),
IdentityDocument (sealed numbers).
Verbs: create_contact, update_contact, delete_contact, create_customer, update_customer, load_customers, add_identity,
remove_identity, keep_document, reveal_document.
Errors: ContactNotFound, EmailTaken, AddressMissing, NameMissing, IdentityTaken, UnknownAssignee.
Events: contact.created, contact.updated, contact.deleted, customer.created, customers.loaded, identity.added,
identity.removed, document.kept, document.revealed.
"""
