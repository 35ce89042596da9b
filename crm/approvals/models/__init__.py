from crm.approvals.models.policy import Approver, Delegation, Needs, Policy, PolicyStep
from crm.approvals.models.request import (
    ApprovalRequest,
    ApprovalState,
    ApprovalToken,
    DeciderKind,
    Decision,
    Overdue,
    Response,
    Via,
)

__all__ = [
    "ApprovalRequest",
    "ApprovalState",
    "ApprovalToken",
    "Approver",
    "DeciderKind",
    "Decision",
    "Delegation",
    "Needs",
    "Overdue",
    "Policy",
    "PolicyStep",
    "Response",
    "Via",
]
