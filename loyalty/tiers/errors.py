from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound


class UnknownTier(Invalid):
    """A tier named in a request that the programme does not have."""

    code = "unknown_tier"
    field = "tier"
    message = _("There is no such tier.")


class TierNotFound(NotFound):
    code = "tier_not_found"
    message = _("There is no such tier.")


class TierTaken(Duplicate):
    code = "tier_taken"
    field = "slug"
    message = _("Another tier has this short name.")


class LevelTaken(TierTaken):
    code = "level_taken"
    field = "level"
    message = _("Another tier has this level.")


class ThresholdOutOfOrder(Invalid):
    code = "threshold_out_of_order"
    field = "threshold"
    message = _("A higher tier does not begin below a lower one.")


class BaseTierNeeded(Conflict):
    code = "base_tier_needed"
    field = "is_active"
    message = _("The lowest tier begins at 0 points and stays active.")
