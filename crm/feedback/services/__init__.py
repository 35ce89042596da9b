from crm.feedback.services.answering import answer_feedback, open_request
from crm.feedback.services.asking import Asked, request_feedback
from crm.feedback.services.closing import close_request
from crm.feedback.services.defaults import set_up_feedback
from crm.feedback.services.reading import read_answers, reread_next
from crm.feedback.services.reminding import Processed, process_reminders
from crm.feedback.services.settings import change_feedback_settings
from crm.feedback.services.suggesting import accept_candidate, dismiss_candidate, suggest_themes
from crm.feedback.services.taxonomy import ThemeValues, write_taxonomy

__all__ = [
    "Asked",
    "Processed",
    "ThemeValues",
    "accept_candidate",
    "answer_feedback",
    "change_feedback_settings",
    "close_request",
    "dismiss_candidate",
    "open_request",
    "process_reminders",
    "read_answers",
    "request_feedback",
    "reread_next",
    "set_up_feedback",
    "suggest_themes",
    "write_taxonomy",
]
