"""People and companies: one row for each, whichever API wrote it.

Nouns: Contact, CompanyProfile, Customer (a contact the business trades with), Identity (a way to sign in),
IdentityDocument (sealed numbers), CustomerInteraction (what happened with a customer),
Merge, MergedContact, FurtherAddress, DuplicatePair (two contacts who may be one).
Verbs: create_contact, update_contact, delete_contact, create_customer, update_customer, load_customers, add_identity,
remove_identity, keep_document, reveal_document, merge_contacts, unmerge, find_duplicates_of, dismiss_pair,
add_interaction, change_interaction, finish_next_action, remove_interaction, carry_over_interactions.
Signing in: OnceCode, SignInLink, IdentityProvider, PassCode, Referral, WifiAuthorisation, SignInSettings; ask_for_code,
use_code, register, let_in_vouched, ask_for_new_password, verify_by_link, authorise_wifi (docs/identity.md).
Errors: ContactNotFound, EmailTaken, AddressMissing, NameMissing, IdentityTaken, UnknownAssignee, AlreadyMerged,
ContactWent, MergeNotFound, AlreadyUnmerged, MergeTooOld, MergeOverlaid, PairNotFound, CustomerInteractionNotFound.
Events: contact.created, contact.updated, contact.deleted, customer.created, customers.loaded, customers.taken_back,
identity.added, identity.removed, document.kept, document.revealed, contact.merged, contact.unmerged,
duplicate.dismissed, interaction.added, interaction.changed, interaction.removed, interactions.carried_over.
Everything known of a person is read on one timeline, which apps above add to (timeline/).
"""
