"""Questions about sequences and who is in them, inside the open scope."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Count

from crm.kernel.tenancy import ScopedQuerySet
from crm.nurturing.errors import NotPublished
from crm.nurturing.models import Enrolment, EnrolmentState, Sequence, SequenceState, SequenceVersion, StepRun


def sequences() -> ScopedQuerySet[Sequence]:
    return Sequence.objects.get_queryset()


def sequences_open_to_leads() -> ScopedQuerySet[Sequence]:
    return sequences().filter(state=SequenceState.ACTIVE)


def published_version(sequence: Sequence) -> SequenceVersion:
    """What those get who enter now. Raises NotPublished."""
    version = sequence.versions.exclude(published_at=None).order_by("-number").first()
    if version is None:
        raise NotPublished
    return version


def version_to_write(sequence: Sequence) -> SequenceVersion | None:
    """The draft, or what the next draft begins as; None where nothing was ever written."""
    versions: ScopedQuerySet[SequenceVersion] = SequenceVersion.objects.filter(sequence=sequence)
    return versions.order_by("-number").first()


def enrolments_of(lead_id: UUID) -> ScopedQuerySet[Enrolment]:
    """What sequences a lead is and was in, latest first; where it was not let in, too."""
    return Enrolment.objects.filter(lead_id=lead_id).select_related("sequence").order_by("-enrolled_at", "-id")


def figures_of(version: SequenceVersion) -> Mapping[UUID, Mapping[str, int]]:
    """How many runs of each step are in each state, by step."""
    runs = StepRun.objects.filter(step__version=version).values_list("step_id", "state")
    figures: dict[UUID, dict[str, int]] = {}
    for step_id, state, number in runs.annotate(number=Count("pk")).order_by():
        figures.setdefault(step_id, {})[state] = number
    return figures


def numbers_of(sequence: Sequence) -> Mapping[str, int]:
    """How many enrolments of a sequence are in each state."""
    states = Enrolment.objects.filter(sequence=sequence).values_list("state").annotate(number=Count("pk")).order_by()
    return dict(states)


def number_inside(sequence: Sequence) -> int:
    return Enrolment.objects.filter(sequence=sequence, state=EnrolmentState.ACTIVE).count()
