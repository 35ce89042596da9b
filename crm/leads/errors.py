from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound


class LeadNotFound(NotFound):
    code = "lead_not_found"
    message = _("There is no such lead.")


class InteractionNotFound(NotFound):
    code = "interaction_not_found"
    message = _("There is no such interaction.")


class LeadEmailTaken(Duplicate):
    code = "lead_email_taken"
    field = "email"
    message = _("Another lead has this email address.")


class UnknownCampaign(Invalid):
    code = "unknown_campaign"
    field = "campaign_id"
    message = _("There is no such campaign.")


class ConvertedByHand(Invalid):
    """Only conversion sets this stage, and it makes the customer with it (s4 §6, 6)."""

    code = "converted_by_hand"
    field = "status"
    message = _("A lead becomes converted by being converted.")


class StaysConverted(Invalid):
    code = "stays_converted"
    field = "status"
    message = _("A converted lead stays converted.")


class LeadLost(Invalid):
    code = "lead_lost"
    field = "status"
    message = _("A lost lead cannot be converted; reopen it first.")


class AlreadyConverted(Conflict):
    """`data["customer_id"]` is the customer whom the lead became."""

    code = "already_converted"
    message = _("The lead is converted already.")
    tells = ("customer_id",)


class InRotationAlready(Duplicate):
    code = "in_rotation_already"
    field = "staff"
    message = _("This colleague takes part already.")


class TurnNotFound(NotFound):
    code = "turn_not_found"
    message = _("This colleague does not take part.")


class UnknownLead(Invalid):
    code = "unknown_lead"
    field = "lead_id"
    message = _("There is no such lead.")


class LeadOfAnother(Invalid):
    code = "lead_of_another"
    field = "lead_id"
    message = _("This lead became another customer.")


class ScoreRuleNotFound(NotFound):
    code = "score_rule_not_found"
    message = _("There is no such rule.")


class ScoreRuleTaken(Duplicate):
    code = "score_rule_taken"
    field = "name"
    message = _("There is a rule of this name.")


class ScoreGroupNotFound(NotFound):
    code = "score_group_not_found"
    message = _("There is no such group.")


class ScoreGroupTaken(Duplicate):
    code = "score_group_taken"
    field = "name"
    message = _("There is a group of this name.")


class ScoreGroupInUse(Conflict):
    code = "score_group_in_use"
    field = "part"
    message = _("This group has rules; give them to another group first.")


class FollowUpNotFound(NotFound):
    code = "follow_up_not_found"
    message = _("There is no such follow-up.")


class ConvertedApart(Conflict):
    code = "converted_apart"
    message = _("Leads who became different customers cannot be merged; merge the customers first.")


class LeadAddressTaken(Conflict):
    """A lead cannot be without an e-mail address, nor share one."""

    code = "lead_address_taken"
    message = _("Another lead has the address of one of the merged by now. Change it there first.")


class LeadWent(LeadNotFound):
    """Gone like whoever was deleted, but it is known into whom: `data["merged_into"]`."""

    code = "lead_went"
    tells = ("merged_into",)


class WebFormNotFound(NotFound):
    code = "web_form_not_found"
    message = _("There is no such form.")


class WebFormTaken(Duplicate):
    code = "web_form_taken"
    field = "name"
    message = _("There is a form of this name.")


class WebFormEntryNotFound(NotFound):
    code = "web_form_entry_not_found"
    message = _("There is nothing to confirm here.")


class WebFormEntryExpired(Conflict):
    code = "web_form_entry_expired"
    message = _("This link is too old. Please send the form again.")


class SentTooFast(Invalid):
    """Sent by a program, or by somebody who will not mind pressing the button again."""

    code = "sent_too_fast"
    message = _("That was very quick. Please send it once more.")
