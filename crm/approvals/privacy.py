from crm.kernel.privacy.fields import clear, keep
from crm.kernel.privacy.holdings import by, leaves, nobodys, stays

_ASKED = "what somebody's leave was asked for, as it was then: products and figures, nobody's name"
_WHO = "who asked or decided: an id of staff or of a key, or the pseudonym's own"

leaves(
    "approvals.ApprovalToken",
    by(contact="request__contact_id"),
    withheld="id request step decider_kind decider_id digest created_at expires_at used_at",
)
stays(
    "approvals.Decision",
    by(contact="request__contact_id"),
    exported=[keep("what was answered, and when", "response", "via", "created_at"), clear("comments")],
    withheld=[
        keep("ids of the row and of what it is part of", "id", "request", "step"),
        keep(_WHO, "decider_kind", "decider_id", "in_stead_of"),
    ],
)
stays(
    "approvals.ApprovalRequest",
    by(contact="contact_id"),
    exported=[keep(_ASKED, "kind", "reference", "state", "snapshot", "created_at", "decided_at")],
    withheld=[
        keep("ids of the row, of a record, of a pseudonym", "id", "record_id", "contact_id"),
        keep("the rule that it followed, and how far it came", "policy", "steps", "at", "due_at", "overdue"),
        keep("one of our own words", "reason"),
        keep(_WHO, "asked_by_kind", "asked_by"),
    ],
    spoken_of="approval",
)
nobodys("approvals.Policy", "what needs somebody's leave", "name kind fact")
nobodys("approvals.PolicyStep", "whose leave that is")
nobodys("approvals.Delegation", "which colleague stands in for which")
