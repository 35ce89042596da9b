from crm.leads.models.follow_up import FollowUp, FollowUpKind, FollowUpState, StageRule
from crm.leads.models.interaction import InteractionType, LeadInteraction
from crm.leads.models.lead import OPEN_STAGES, Band, Grade, Lead, LeadSource, Stage
from crm.leads.models.merge import FurtherLeadAddress, LeadMatchKey, LeadMerge, LeadPair, MergedLead, MergedLeadRow
from crm.leads.models.rotation import Turn
from crm.leads.models.scoring import Part, ScoreGroup, ScoreRule, Test, Touch
from crm.leads.models.stage import StageChange
from crm.leads.models.web_form import Question, WebForm, WebFormEntry

__all__ = [
    "OPEN_STAGES",
    "Band",
    "FollowUp",
    "FollowUpKind",
    "FollowUpState",
    "FurtherLeadAddress",
    "Grade",
    "InteractionType",
    "Lead",
    "LeadInteraction",
    "LeadMatchKey",
    "LeadMerge",
    "LeadPair",
    "LeadSource",
    "MergedLead",
    "MergedLeadRow",
    "Part",
    "Question",
    "ScoreGroup",
    "ScoreRule",
    "Stage",
    "StageChange",
    "StageRule",
    "Test",
    "Touch",
    "Turn",
    "WebForm",
    "WebFormEntry",
]  # fmt: skip
