from crm.nurturing.services.defaults import default_sequence, set_up_nurturing
from crm.nurturing.services.drafting import draft_steps, open_draft, publish_sequence
from crm.nurturing.services.enrolling import Enrolled, enrol_eligible, enrol_leads
from crm.nurturing.services.running import Ran, run_due_steps
from crm.nurturing.services.sequences import archive_sequence, define_sequence, reopen_sequence
from crm.nurturing.services.settling import look_at_task
from crm.nurturing.services.starting import Started, nurture_next, start_nurturing
from crm.nurturing.services.stopping import stop_enrolment, stop_nurturing

__all__ = [
    "Enrolled", "Ran", "Started", "archive_sequence", "default_sequence", "define_sequence", "draft_steps",
    "enrol_eligible", "enrol_leads", "look_at_task", "nurture_next", "open_draft", "publish_sequence",
    "reopen_sequence", "run_due_steps", "set_up_nurturing", "start_nurturing", "stop_enrolment", "stop_nurturing",
]  # fmt: skip
