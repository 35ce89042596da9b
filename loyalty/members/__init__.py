"""Members of the loyalty programme: every customer is one, from the moment they are a customer.

Nouns: Member (shares the contact's id). Verbs: enrol_member, enrol_members, end_membership.
Events: member.registered, member.left.
"""
