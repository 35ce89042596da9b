"""An urlconf with one route that nobody granted to anybody."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("v1/bare", bare)]
