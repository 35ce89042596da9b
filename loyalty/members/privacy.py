from crm.kernel.privacy.fields import keep
from crm.kernel.privacy.holdings import by, stays

stays(
    "members.Member",
    by(contact="pk"),
    exported=[keep("how long somebody was in the programme", "joined_at", "left_at")],
    withheld=[keep("the id of a pseudonym", "contact")],
)
