"""The page on which a customer answers: without signing in, without a script, once."""

from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.feedback.errors import AlreadyAnswered, RequestExpired
from crm.feedback.scales import Scale
from crm.feedback.selectors import linked_request, questions
from crm.feedback.services import answer_feedback, open_request
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.retries import in_transaction
from selfservice.portal.links import by_feedback, problem

# What the lowest and the highest rating of each scale mean.
_ENDS = {
    Scale.CSAT: (gettext_lazy("Not at all"), gettext_lazy("Very much")),
    Scale.NPS: (gettext_lazy("Not at all likely"), gettext_lazy("Extremely likely")),
    Scale.CES: (gettext_lazy("Very hard"), gettext_lazy("Very easy")),
}


@by_feedback
def feedback(request: HttpRequest, token: str, feedback_id: UUID) -> HttpResponse:
    """GET shows the question; POST takes the answer, and a second one is told so."""
    asked = linked_request(feedback_id)
    if request.method == "POST":
        return _answer(request, asked)
    if asked.is_answered:
        return _over(request, AlreadyAnswered(), 410)
    if not asked.is_open or asked.expires_at <= now():
        return _over(request, RequestExpired(), 410)
    if request.method == "GET":
        open_request(feedback_id=feedback_id)
    return _page(request, asked, {"rating": request.GET.get("rating", "")})


def _answer(request: HttpRequest, asked: Any) -> HttpResponse:
    given: dict[str, str] = {}
    try:
        given = _given(request)
        rating = _rating_of(given)
        in_transaction(lambda: answer_feedback(
            feedback_id=asked.pk, rating=rating, comment=given["comment"], via="link"
        ))  # fmt: skip
    except (AlreadyAnswered, RequestExpired) as error:
        return _over(request, error, 409)
    except Invalid as error:
        return _page(request, asked, given, error)
    return render(request, "portal/feedback_thanks.html", {"organisation": asked.organisation})


def _given(request: HttpRequest) -> dict[str, str]:
    """Raises Invalid."""
    try:
        return {name: request.POST.get(name, "").replace("\r\n", "\n") for name in ("rating", "comment")}
    except RequestDataTooBig:
        raise Invalid(_("That is too much.")) from None


def _rating_of(given: dict[str, str]) -> int:
    """The number that was chosen; whether it is on the scale, the service says. Raises Invalid."""
    text = given["rating"]
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise Invalid(_("Please choose one."), field="rating")
    return int(text)


def _page(request: HttpRequest, asked: Any, given: dict[str, str], error: Invalid | None = None) -> HttpResponse:
    """What was filled in stays, with the complaints where they belong."""
    complaints = {one.field: str(one.message) for one in error.complaints} if error else {}
    ratings, (low, high) = Scale(asked.scale).ratings, _ENDS[Scale(asked.scale)]
    context = {
        "organisation": asked.organisation, "question": questions()[asked.scale],
        "ratings": [str(rating) for rating in ratings], "columns": len(ratings) if len(ratings) < 10 else 6,
        "low": low, "high": high,
        "given": given, "complaints": complaints,
        "message": "" if error is None else str(error.message) if not complaints else _("One thing is missing."),
    }  # fmt: skip
    return render(request, "portal/feedback.html", context, status=400 if error else 200)


def _over(request: HttpRequest, error: AlreadyAnswered | RequestExpired, status: int) -> HttpResponse:
    """Nothing more to be done here; thanks all the same."""
    answered = isinstance(error, AlreadyAnswered)
    text = _("You have answered already, thank you.") if answered else _("This question is closed, thank you.")
    hint = _("Your answer has arrived, and counts.") if answered else _("Whoever wants to say something may write.")
    return problem(request, text, status, hint=hint)
