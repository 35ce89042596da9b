from crm.feedback.models.last import LastFeedback
from crm.feedback.models.request import (
    ASKED_STATES,
    OPEN_STATES,
    AnsweredVia,
    FeedbackChannel,
    FeedbackLink,
    FeedbackRequest,
    FeedbackState,
)
from crm.feedback.models.settings import FeedbackSettings
from crm.feedback.models.theme import Candidate, CandidateState, Taxonomy, Theme, ThemeMention
from crm.feedback.scales import Scale

__all__ = [
    "ASKED_STATES",
    "OPEN_STATES",
    "AnsweredVia",
    "Candidate",
    "CandidateState",
    "FeedbackChannel",
    "FeedbackLink",
    "FeedbackRequest",
    "FeedbackSettings",
    "FeedbackState",
    "LastFeedback",
    "Scale",
    "Taxonomy",
    "Theme",
    "ThemeMention",
]
