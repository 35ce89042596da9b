"""Scores are computed anew when something happens to a lead, and in sets every night, because touches fade."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.events import LeadScoreBandChanged
from crm.leads.models import OPEN_STAGES, Lead, LeadInteraction, Part, ScoreGroup, ScoreRule, Test, Touch
from crm.leads.models.interaction import SEQUENCES
from crm.leads.scoring import Score, band_of, has_risen, score_of

CHUNK = 1_000
_WRITTEN = ["computed_score", "score", "grade", "band", "scored_at"]

# What a new place begins with: group, part, cap.
DEFAULT_GROUPS = (
    ("Who they are", Part.FIT, 30), ("Where they come from", Part.FIT, 20),
    ("Conversations", Part.ENGAGEMENT, 40), ("E-mail", Part.ENGAGEMENT, 20),
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """A lead's score as it is now; `manual` is what somebody set, which then counts."""

    lead: Lead
    score: Score

    @property
    def manual(self) -> Decimal | None:
        manual: Decimal | None = self.lead.manual_score
        return manual


def explained(lead: Lead) -> Explanation:
    """Why a lead's score is what it is, computed at this moment."""
    return Explanation(lead, _scores([lead], now())[lead.pk])


@atomic
def rescore_leads(lead_ids: Iterable[UUID]) -> int:
    """Compute the scores of living leads; how many changed. A score that rises into a band is an event, once for each
    crossing.
    """
    rows = list(Lead.objects.for_update().filter(pk__in=list(lead_ids), deleted_at=None).order_by("pk"))
    scores = _scores(rows, now())
    changed = [lead for lead in rows if _apply(lead, scores[lead.pk])]
    Lead.objects.bulk_update(changed, _WRITTEN, batch_size=CHUNK)
    return len(changed)


def rescore_next(after: str) -> tuple[str, int]:
    """Compute the next thousand open leads behind the id `after`, for the nightly run; the last id, and how many."""
    open_leads = Lead.objects.filter(deleted_at=None, status__in=OPEN_STAGES).order_by("pk")
    if after:
        open_leads = open_leads.filter(pk__gt=UUID(after))
    ids = list(open_leads.values_list("pk", flat=True)[:CHUNK])
    rescore_leads(ids)
    return (str(ids[-1]) if ids else after), len(ids)


@atomic
def set_up_scoring() -> None:
    """The rules a place begins with, where it has none yet; doing it again changes nothing."""
    if ScoreGroup.objects.exists():
        return
    groups = {name: ScoreGroup(name=name, part=part, cap=cap) for name, part, cap in DEFAULT_GROUPS}
    ScoreGroup.objects.bulk_create(groups.values())
    who, where, talk, mail = groups.values()
    ScoreRule.objects.bulk_create([
        ScoreRule(group=who, name="Company is known", points=15, field="company", test=Test.IS_SET),
        ScoreRule(group=who, name="Phone is known", points=15, field="phone", test=Test.IS_SET),
        ScoreRule(group=where, name="Came by referral", points=20, field="source", test=Test.IS_ANY_OF,
                  values=["referral"]),
        ScoreRule(group=where, name="Came by website or campaign", points=10, field="source", test=Test.IS_ANY_OF,
                  values=["website", "campaign"]),
        ScoreRule(group=talk, name="Meeting", points=25, touch=Touch.MEETING, half_life_days=30),
        ScoreRule(group=talk, name="Call", points=15, touch=Touch.CALL, half_life_days=30, max_per_day=2),
        ScoreRule(group=mail, name="E-mail", points=8, touch=Touch.EMAIL, within_days=30, max_per_day=1),
    ])  # fmt: skip


def _scores(rows: Sequence[Lead], moment: datetime) -> dict[UUID, Score]:
    """The score of each lead, in two queries however many they are."""
    rules = list(ScoreRule.objects.select_related("group").order_by("name"))
    touches: dict[UUID, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    # What a sequence wrote is no touch of the lead's own.
    said = LeadInteraction.objects.filter(lead_id__in=[lead.pk for lead in rows]).exclude(actor_id=SEQUENCES)
    for lead_id, kind, at in said.values_list("lead_id", "type", "created_at"):
        touches[lead_id][kind].append(at)
    return {lead.pk: score_of(vars(lead), touches[lead.pk], rules, moment) for lead in rows}


def _apply(lead: Lead, score: Score) -> bool:
    """Write a computed score into the lead, unsaved; whether that changed anything."""
    counts = Decimal(score.value) if lead.manual_score is None else lead.manual_score
    band = band_of(counts, lead.band)
    before = (lead.computed_score, lead.score, lead.grade, lead.band)
    former, lead.band = lead.band, band
    lead.computed_score, lead.score, lead.grade = Decimal(score.value), counts, score.grade
    if has_risen(former, band):
        record(LeadScoreBandChanged(lead_id=lead.pk, band=band, score=f"{counts.normalize():f}"))
    changed = before != (lead.computed_score, lead.score, lead.grade, lead.band)
    lead.scored_at = now()
    return changed
