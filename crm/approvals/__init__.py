"""Deciding before something happens (docs/approvals.md).

Nouns: Policy, ApprovalRequest, Decision, ApprovalToken; a kind of entity is registered by the app that knows it.
Verbs: define_policy, ask_for_approval, decide, decide_by_token, recall, expire_overdue.
Errors: ApprovalNotFound, AlreadyDecided, NotTheApprover, ApprovalOutdated, RecordLocked, TokenRefused.
Events: approval.requested, approval.decided, approval.recalled, approval.expired.
A decision is one conditional update; its effect runs once, in the same transaction.
"""
