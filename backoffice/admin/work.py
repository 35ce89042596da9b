"""Jobs, queued tasks, event deliveries: how far they are, and what died, with a button to try again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from backoffice.admin.base import PlaceAdmin
from backoffice.admin.theme import is_operator
from crm.kernel.audit import tasks_of_scope
from crm.kernel.due import State
from crm.kernel.jobs import JOBS
from crm.kernel.models import JobRun, QueuedTask
from crm.kernel.operations import replay_dead_letters, start_job
from crm.kernel.tenancy import scope_or_none

STATE_COLORS = {State.DUE: "info", State.DONE: "success", State.DEAD: "danger"}


class DuePage(PlaceAdmin):
    """Rows of work that is due, done or dead."""

    resource = "platform:jobs"
    actions = ("replay",)

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, row: Any) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def has_replay_permission(self, request: HttpRequest) -> bool:
        scope = scope_or_none()
        return scope is not None and scope.actor.may("platform:jobs:write")

    @action(description=gettext_lazy("Try the chosen dead letters again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        number = replay_dead_letters(queryset)
        text = ngettext("%(n)d dead letter is due again.", "%(n)d dead letters are due again.", number)
        messages.info(request, text % {"n": number})


@admin.register(QueuedTask)
class QueuedTaskPage(DuePage):
    list_display = ("name", "shown_state", "attempts", "created_at", "next_at")
    list_filter = ("state",)
    search_fields = ("name",)
    ordering = ("-id",)
    fields = ("name", ("state", "attempts"), ("created_at", "next_at"), "arguments", "last_error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[QueuedTask]:
        return tasks_of_scope()


@admin.register(JobRun)
class JobRunPage(DuePage):
    """Jobs go through all organisations; their figures name none of them. Starting one is the operator's."""

    list_display = ("job", "scheduled_for", "shown_state", "progress", "started_at", "finished_at", "attempts")
    list_filter = ("job", "state")
    ordering = ("-scheduled_for",)
    fields = (("job", "scheduled_for"), ("state", "attempts"), ("done", "total"), ("started_at", "finished_at"))
    # What a job says of its work may name any organisation.
    operator_fields = ("outcome", "last_error")
    list_before_template = "backoffice/run_a_job.html"

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return scope_or_none() is not None and is_operator(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, *self.operator_fields) if is_operator(request) else self.fields

    @display(description=gettext_lazy("Progress"))
    def progress(self, run: JobRun) -> str:
        return f"{run.done} / {run.total}" if run.total else str(run.done)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        jobs = sorted(JOBS) if self.has_replay_permission(request) else []
        return super().changelist_view(request, {"jobs": jobs, **(extra_context or {})})

    def get_urls(self) -> Any:
        return [path("start/", self.admin_site.admin_view(self.start_view), name="start_job"), *super().get_urls()]

    def start_view(self, request: HttpRequest) -> HttpResponse:
        name = request.POST.get("job", "")
        if request.method == "POST" and name in JOBS and self.has_replay_permission(request):
            start_job(name)
            messages.info(request, _("%(job)s is due; it starts within seconds.") % {"job": name})
        return redirect(reverse("admin:kernel_jobrun_changelist"))
