from crm.nurturing.models.enrolment import (
    OPEN_RUNS,
    Enrolment,
    EnrolmentState,
    RunState,
    StepRun,
    StopReason,
)
from crm.nurturing.models.sequence import (
    MESSAGES,
    Condition,
    DelayUnit,
    Sequence,
    SequenceState,
    SequenceVersion,
    Step,
    StepKind,
)

__all__ = [
    "MESSAGES", "OPEN_RUNS", "Condition", "DelayUnit", "Enrolment", "EnrolmentState", "RunState", "Sequence",
    "SequenceState", "SequenceVersion", "Step", "StepKind", "StepRun", "StopReason",
]  # fmt: skip
