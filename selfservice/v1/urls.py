"""No routes yet: every address under this surface's prefixes answers 404 in its dialect."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
