"""The two pages that lead elsewhere: `/`, and `/docs/` with the API documents of every surface."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.web.dialects import DIALECTS


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


def documents(request: HttpRequest) -> HttpResponse:
    return render(request, "documents.html", {"dialects": sorted(DIALECTS, key=lambda dialect: dialect.title)})
