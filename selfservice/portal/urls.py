"""Mounted at /portal/. Whoever holds a link is known by it and by nothing else."""

from django.urls import path

from selfservice.portal.data import own_data
from selfservice.portal.feedback import feedback
from selfservice.portal.files import linked_file
from selfservice.portal.passwords import password
from selfservice.portal.views import preferences, unsubscribe
from selfservice.portal.web_forms import confirm, web_form

urlpatterns = [
    path("unsubscribe/<str:token>", unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>", preferences, name="preferences"),
    path("feedback/<str:token>", feedback, name="feedback"),
    path("password/<str:token>", password, name="password"),
    path("data/<str:token>", own_data, name="own_data"),
    path("files/<str:token>", linked_file, name="file"),
    path("forms/<str:token>", web_form, name="web_form"),
    path("forms/confirm/<str:token>", confirm, name="confirm_web_form"),
]
