from crm.kernel.privacy.fields import clear, keep
from crm.kernel.privacy.holdings import by, nobodys, stays

_FIGURES = "how a sequence fares, which its page counts"

stays(
    "nurturing.Enrolment",
    by(lead="lead_id"),
    exported=[keep(_FIGURES, "sequence", "state", "enrolled_at", "ended_at")],
    withheld=[
        keep("ids of the row, of a pseudonym, of what they were in", "id", "lead", "version"),
        keep("one of our own words", "reason"),
        keep("when", "considered_at"),
    ],
)
stays(
    "nurturing.StepRun",
    by(lead="enrolment__lead_id"),
    exported=[keep(_FIGURES, "step", "state", "due_at", "completed_at")],
    withheld=[
        keep("ids of the row and of what it is part of", "id", "enrolment"),
        keep("when", "started_at"),
        clear("reason"),
    ],
)
nobodys("nurturing.Sequence", "what staff plan for many", "name entry_stages")
nobodys("nurturing.SequenceVersion", "what staff plan for many", "goal_field goal_values")
nobodys("nurturing.Step", "what staff plan for many", "template_key title field values")
