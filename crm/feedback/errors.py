from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Conflict, Duplicate, Invalid, NotFound


class FeedbackNotFound(NotFound):
    code = "feedback_not_found"
    message = _("There is no such request.")


class FeedbackLinkNotFound(NotFound):
    code = "feedback_link_not_found"
    message = _("This link leads to nothing.")


class CustomerNotAsked(Invalid):
    code = "customer_not_asked"
    message = _("Blocked and inactive customers are not asked for feedback.")


class UnknownOrder(Invalid):
    """There is none of this customer's with that id."""

    code = "feedback_unknown_order"
    field = "order_id"
    message = _("This customer has no such order.")


class RequestOpen(Conflict):
    """`data["feedback_id"]` is the request that waits for an answer."""

    code = "feedback_request_open"
    message = _("A request of this customer is still open.")
    tells = ("feedback_id",)


class AskedLately(Conflict):
    """`data["reason"]` is "throttled"."""

    code = "feedback_asked_lately"
    message = _("This customer was asked not long ago.")
    tells = ("reason",)


class CustomerNotReached(Conflict):
    """`data["reason"]` says which gate of messaging is closed."""

    code = "feedback_customer_not_reached"
    message = _("This customer cannot be written to by this channel.")
    tells = ("reason",)


class RatingOutOfScale(Invalid):
    code = "rating_out_of_scale"
    field = "rating"
    message = _("This rating is not on the scale.")


class AlreadyAnswered(Conflict):
    code = "feedback_already_answered"
    message = _("This request is answered already.")


class RequestExpired(Conflict):
    """Too late, or closed for another reason."""

    code = "feedback_request_expired"
    message = _("This request is not open any more.")


class BadTaxonomy(Invalid):
    code = "bad_taxonomy"
    field = "themes"
    message = _("These themes cannot be used.")


class TaxonomyUnchanged(Duplicate):
    code = "taxonomy_unchanged"
    field = "themes"
    message = _("These are the themes that are in use.")


class CandidateNotFound(NotFound):
    code = "candidate_not_found"
    message = _("There is no such suggestion.")


class CandidateDecidedBefore(Conflict):
    code = "candidate_decided_before"
    message = _("This suggestion is decided already.")


class UnknownTheme(Invalid):
    code = "unknown_theme"
    field = "theme"
    message = _("There is no such theme.")
