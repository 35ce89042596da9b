"""What the pages about duplicates and merges are told of a noun, and how they word what a merge does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy

from backoffice.admin.told import shown_value
from crm.contacts.services import MergePlan, UnmergeReport
from crm.kernel.lookups import found_by

MOST_FOUND = 20
APPS = {
    "contacts": gettext_lazy("people"),
    "campaigns": gettext_lazy("listings and campaigns"),
    "members": gettext_lazy("memberships"),
    "tiers": gettext_lazy("tiers"),
    "messaging": gettext_lazy("messages"),
    "leads": gettext_lazy("leads"),
    "nurturing": gettext_lazy("sequences"),
}


@dataclass(frozen=True)
class Kind:
    """A noun that can be merged: its rows, its services, and what its pages are called. `models` are the tables whose
    fields a merge decides, `fixed` the fields that are not for choosing, `sides` what two of them are compared by.
    """

    resource: str
    models: tuple[Any, ...]
    sides: tuple[str, ...]
    fixed: tuple[str, ...]
    living: Callable[[], Any]
    pairs: Callable[[], Any]
    merges: Callable[[], Any]
    merge: Callable[..., MergePlan]
    unmerge: Callable[..., UnmergeReport]
    look: Callable[[UUID], list[Any]]
    dismiss: Callable[..., None]
    # Names of addresses.
    merge_page: str
    look_page: str
    dismiss_page: str
    unmerge_page: str
    pair_list: str
    merge_done: str
    own_page: str

    def one_or_404(self, id_: UUID) -> Any:
        row = self.living().filter(pk=id_).first()
        if row is None:
            raise Http404
        return row

    def names(self) -> Mapping[str, str]:
        """The addresses, for templates."""
        pages = ("merge_page", "look_page", "dismiss_page", "unmerge_page", "own_page")
        return {page: getattr(self, page) for page in pages}

    def sides_of(self, pair: Any) -> list[tuple[str, str, str]]:
        """The two of a pair, field by field."""
        fields = [self.models[0]._meta.get_field(name) for name in self.sides]
        return [
            (str(field.verbose_name), self.shown(field.attname, getattr(pair.first, field.attname)),
             self.shown(field.attname, getattr(pair.second, field.attname)))
            for field in fields
        ]  # fmt: skip

    def shown(self, column: str, value: Any) -> str:
        """A value in words: the name of what a key points at, the label of a choice."""
        for model in self.models:
            try:
                field = model._meta.get_field(column.removesuffix("_id"))
            except FieldDoesNotExist:
                continue
            if field.remote_field and value:
                return str(field.related_model._base_manager.filter(pk=value).first() or value)
            return shown_value(dict(field.flatchoices).get(value, value))
        return shown_value(value)

    def choice_of_others(self, winner: Any, search: str) -> dict[str, Any]:
        """Whom to merge with: who was found alike, and who is found by the words typed."""
        either = Q(first=winner) | Q(second=winner)
        pairs = self.pairs().filter(either).select_related("first", "second").order_by("-score")[:MOST_FOUND]
        alike = [(pair.second if pair.first_id == winner.pk else pair.first, pair) for pair in pairs]
        found: Any = found_by(self.living(), search).exclude(pk=winner.pk).order_by("name") if search else []
        return {"alike": alike, "found": list(found[:MOST_FOUND]), "search": search}

    def told_rows(self, plan: MergePlan) -> list["FieldRow"]:
        """The fields in which the merged differ, winner first."""
        rows = []
        for each in plan.fields:
            people = (plan.winner_id, *plan.loser_ids)
            cells = [Cell(id_, self.shown(each.field, each.values.get(id_)), id_ == each.from_id) for id_ in people]
            if len({cell.text for cell in cells}) > 1:
                label = each.field.removeprefix("custom_fields.").removesuffix("_id").replace("_", " ")
                rows.append(FieldRow(each.field, label, cells, each.field not in self.fixed))
        return rows


@dataclass(frozen=True)
class Cell:
    whose_id: UUID
    text: str
    wins: bool


@dataclass(frozen=True)
class FieldRow:
    field: str
    label: str
    cells: list[Cell]
    may_choose: bool


def told_counts(counts: dict[str, int] | Any) -> list[tuple[str, str, int]]:
    """Numbers of rows by relation or kind: whose they are, what they are, how many."""
    parts = [(name.split("."), number) for name, number in sorted(counts.items())]
    return [(str(APPS.get(label, label)), model, number) for (label, model, *_rest), number in parts]


def chosen_fields(request: HttpRequest, merged: tuple[UUID, ...]) -> dict[str, UUID]:
    """The choices of the form: `choice:<field>` is the id of the one whose value wins."""
    prefix = "choice:"
    given = {
        name.removeprefix(prefix): read_id(str(value))
        for name, value in request.POST.items()
        if name.startswith(prefix)
    }
    return {field: id_ for field, id_ in given.items() if id_ in merged and id_ is not None}


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
