"""Answers for what no view handles, in the surface's shape."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from crm.web.dialects import Dialect, dialect_of
from crm.web.problems import NOWHERE, Problem
from crm.web.renderers import to_bytes


def failure_response(dialect: Dialect, problem: Problem) -> HttpResponse:
    status = dialect.status_of(problem)
    response = HttpResponse(to_bytes(dialect.failure(problem)), status=status, content_type="application/json")
    for header, value in problem.headers.items():
        response[header] = value
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    """The last route under every API's prefix."""
    dialect = dialect_of(request.path_info)
    return failure_response(dialect, NOWHERE) if dialect else defaults.page_not_found(request, Exception())
