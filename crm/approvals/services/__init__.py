from crm.approvals.services.asking import ask_for_approval, ensure_free, recall_approval
from crm.approvals.services.deciding import decide_by_link, decide_signed_in
from crm.approvals.services.overdue import chase_next
from crm.approvals.services.policies import Step, define_delegation, define_policy, remove_delegation

__all__ = [
    "Step",
    "ask_for_approval",
    "chase_next",
    "decide_by_link",
    "decide_signed_in",
    "define_delegation",
    "define_policy",
    "ensure_free",
    "recall_approval",
    "remove_delegation",
]
