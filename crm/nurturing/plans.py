"""A version as something that can be followed: what comes first, what comes next, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.messaging.selectors import sending_settings
from crm.nurturing.models import SequenceVersion, Step
from crm.nurturing.schedule import Hours, due_after
from crm.organisations.selectors import organisation_of_scope


@dataclass(frozen=True)
class Plan:
    """A published version with its steps in their order."""

    version: SequenceVersion
    steps: tuple[Step, ...]

    @property
    def first_channel(self) -> str | None:
        """By which way the first message of the plan goes out."""
        return next((step.kind for step in self.steps if step.is_message), None)

    def first_due(self, entered_at: datetime, hours: Hours) -> datetime:
        return due_after(self.steps[0], entered_at, hours)

    def after(self, step: Step) -> Step | None:
        return self.at(step.position + 1)

    def at(self, position: int | None) -> Step | None:
        """The step at a position; None where the plan ends."""
        return self.steps[position - 1] if position is not None and position <= len(self.steps) else None


def plan_of(version: SequenceVersion) -> Plan:
    return Plan(version, tuple(version.steps.order_by("position")))


def plans_of(version_ids: Iterable[UUID]) -> Mapping[UUID, Plan]:
    """The plans of these versions, by id, in two statements."""
    versions = SequenceVersion.objects.filter(pk__in=set(version_ids)).select_related("sequence")
    steps: dict[UUID, list[Step]] = {version.pk: [] for version in versions}
    for step in Step.objects.filter(version__in=list(steps)).order_by("version_id", "position"):
        steps[step.version_id].append(step)
    return {version.pk: Plan(version, tuple(steps[version.pk])) for version in versions}


def hours_of_scope() -> Hours:
    """The organisation's zone and quiet hours. A lead has no zone of its own; whoever sends to it uses the same."""
    settings = sending_settings()
    return Hours(ZoneInfo(organisation_of_scope().zone), settings.quiet_from, settings.quiet_until)
