"""When jobs run: django-celery-beat's rows, for the operator. Which jobs there are, the code says."""

from typing import Any

from django.contrib import admin
from django_celery_beat.models import PeriodicTask

from backoffice.admin.base import OperatorAdmin


@admin.register(PeriodicTask)
class SchedulePage(OperatorAdmin):
    can_change = True
    list_display = ("name", "scheduler", "enabled", "last_run_at", "total_run_count")
    ordering = ("name",)
    fields = ("name", "interval", "crontab", "enabled", "description")
    readonly_fields = ("name",)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        # Not ours: the row's own save tells the scheduler to look again.
        obj.save()
