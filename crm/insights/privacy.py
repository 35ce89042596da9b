from crm.kernel.privacy.fields import keep
from crm.kernel.privacy.holdings import by, leaves, nobodys, stays

leaves("insights.HealthChange", by(contact="health_id"), exported="day score band", withheld="id health")
leaves(
    "insights.Health",
    by(contact="pk"),
    exported="score band coverage parts delta_30d scored_on computed_at",
    withheld="contact formula_version",
)
stays(
    "insights.SegmentMember",
    by(contact="contact_id"),
    exported=[keep("how large a segment was, and when", "segment", "entered_at", "left_at")],
    withheld=[keep("ids of the row and of a pseudonym", "id", "contact")],
)
nobodys("insights.Segment", "what is asked of everybody", "slug name description rule")
