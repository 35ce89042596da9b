"""When jobs run: django-celery-beat's rows, for the operator. Which jobs there are, the code says."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django_celery_beat.models import PeriodicTask

from backoffice.admin.base import OperatorAdmin
from crm.kernel.events import record
from crm.kernel.operations import ScheduleChanged
from crm.kernel.tenancy import scope_or_none


@admin.register(PeriodicTask)
class SchedulePage(OperatorAdmin):
    can_change = True
    list_display = ("name", "scheduler", "enabled", "last_run_at", "total_run_count")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    ordering = ("name",)
    fields = ("name", "interval", "crontab", "enabled", "description")
    readonly_fields = ("name",)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        # Not ours: the row's own save tells the scheduler to look again.
        with transaction.atomic():
            obj.save()
            if scope_or_none() is not None:
                record(ScheduleChanged(schedule_id=obj.pk, job=obj.name))
