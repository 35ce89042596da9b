"""The tenant: organisations, their staff and roles, API keys, custom fields.

Nouns: Organisation, User (signs in), Staff (a user's place in one organisation), ApiKey, CustomField.
Verbs: open_organisation, add_staff, change_staff, issue_key, rotate_key, revoke_key, define_custom_field.
Errors: SlugTaken, StaffExists, LastOwner, UnknownKey, KeyNotUsable, BadCustomField.
Events: organisation.opened, staff.added, staff.changed, api_key.issued, api_key.rotated, api_key.revoked,
custom_field.defined, custom_field.removed.
"""
