from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class ApprovalNotFound(NotFound):
    code = "approval_not_found"
    message = _("There is no such approval request.")


class PolicyNotFound(NotFound):
    code = "approval_policy_not_found"
    message = _("There is no such approval policy.")


class DelegationNotFound(NotFound):
    code = "delegation_not_found"
    message = _("There is no such deputy.")


class AlreadyDecided(Conflict):
    """By whomever: the first answer that settles it counts."""

    code = "approval_decided"
    message = _("This has been decided already.")


class ApprovalOutdated(Conflict):
    """What was asked about has changed since; the request is taken back (semantics §3.15)."""

    code = "approval_outdated"
    message = _("This has changed since you were asked, so it is no longer to be decided.")


class NotTheApprover(Forbidden):
    code = "not_the_approver"
    message = _("This is for somebody else to decide.")


class RecordLocked(Conflict):
    code = "record_locked"
    message = _("This waits for approval and cannot be changed until it is decided.")


class ApprovalNeeded(Invalid):
    code = "approval_needed"
    field = "status"
    message = _("This needs approval first.")


class ApprovalLinkSpent(Invalid):
    """Used, expired, made up, or of a step that others have settled: they look alike."""

    code = "approval_link_spent"
    field = "token"
    message = _("This link has been used, or is too old.")


class BadPolicy(Invalid):
    code = "bad_approval_policy"
