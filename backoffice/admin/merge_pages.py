"""The pages about duplicates and merges, whichever noun: the list of pairs, the merge of two, and what it did."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, complaints_as_messages
from backoffice.admin.merge_kinds import Kind, chosen_fields, read_id, told_counts
from crm.kernel.lookups import found_by
from crm.kernel.merging.records import MergeRecord, PairRecord


class KindPage(PlaceAdmin):
    """A page about duplicates of one kind."""

    kind: ClassVar[Kind]

    def demand(self, access: str) -> None:
        if not self.may(access):
            raise PermissionDenied


class PairPage(KindPage):
    list_display = ("people", "shown_score", "shown_reasons", "found_at")
    ordering = ("-score", "-id")
    search_fields = ("first__name",)
    search_help_text = gettext_lazy("Words of name, company, e-mail or phone")
    change_form_outer_before_template = "backoffice/pair.html"
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        sides = ("first__words", "first__search", "second__words", "second__search")
        pairs: QuerySet[Any] = self.kind.pairs().select_related("first", "second").defer(*sides)
        return pairs

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found: Any = found_by(self.kind.living(), search_term)
        if found.query.is_empty():
            return queryset.none(), False
        either = Q(first__in=found.values("pk")) | Q(second__in=found.values("pk"))
        return queryset.filter(either), False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        pair = self.get_object(request, object_id)
        sides = {"sides": self.kind.sides_of(pair), "may_merge": self.may("write")} if pair else {}
        context = {**self.kind.names(), **sides, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.dismiss_view)
        own = path("<uuid:pair_id>/dismiss/", view, name=self.kind.dismiss_page.partition(":")[2])
        return [own, *super().get_urls()]

    def dismiss_view(self, request: HttpRequest, pair_id: UUID) -> HttpResponse:
        self.demand("write")
        if not self.kind.pairs().filter(pk=pair_id).exists():
            raise Http404
        back = reverse(self.kind.pair_list)
        page = self.ask_first(request, _("Are these two different people?"), back=back)
        if page is not None:
            return page
        with complaints_as_messages(request):
            self.kind.dismiss(pair_id=pair_id)
        return redirect(back)

    @display(description=gettext_lazy("People"), ordering="first__name")
    def people(self, pair: PairRecord) -> str:
        return str(pair)

    @display(description=gettext_lazy("Score"), ordering="score")
    def shown_score(self, pair: PairRecord) -> str:
        return f"{pair.score / 10:.0f} %"

    @display(description=gettext_lazy("Alike in"))
    def shown_reasons(self, pair: PairRecord) -> str:
        return ", ".join(pair.reasons)


class MergesPage(KindPage):
    list_display = ("winner", "shown_losers", "merged_at", "unmerged_at")
    ordering = ("-merged_at", "-id")
    list_filter = (("unmerged_at", admin.EmptyFieldListFilter),)
    search_fields = ("winner__name",)
    search_help_text = gettext_lazy("Words of name, company, e-mail or phone")
    fields = ("winner", "merged_at", "unmerged_at")
    change_form_outer_before_template = "backoffice/merge_done.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        merges: QuerySet[Any] = self.kind.merges().select_related("winner").defer("winner__words", "winner__search")
        return merges

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return found_by(queryset, search_term, path="winner__"), False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        merge = self.get_object(request, object_id)
        context = {"merge": merge, "may_unmerge": self.may("write"), **self.kind.names()} if merge else {}
        if merge:
            context |= {"moved": told_counts(merge.moved), "restored": told_counts(merge.report.get("restored", {}))}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def get_urls(self) -> Any:
        views = {
            "of/<uuid:id_>/": (self.merge_view, self.kind.merge_page),
            "of/<uuid:id_>/look/": (self.look_view, self.kind.look_page),
            "<uuid:merge_id>/unmerge/": (self.unmerge_view, self.kind.unmerge_page),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=name.partition(":")[2])
            for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def merge_view(self, request: HttpRequest, id_: UUID) -> HttpResponse:
        """Choose the other one, see what the merge would do, do it."""
        self.demand("write")
        winner = self.kind.one_or_404(id_)
        other = read_id(request.POST.get("other") or request.GET.get("other", ""))
        context: dict[str, Any] = {"title": _("Merge %(name)s") % {"name": winner}, "winner": winner}
        if other is None:
            context |= self.kind.choice_of_others(winner, request.GET.get("q", "").strip())
        else:
            loser, chosen = self.kind.one_or_404(other), chosen_fields(request, (id_, other))
            with complaints_as_messages(request):
                merging = partial(self.kind.merge, winner_id=id_, loser_ids=[other], choices=chosen)
                if request.method == "POST" and "merge" in request.POST:
                    messages.success(request, _("Merged."))
                    return redirect(self.kind.merge_done, merging().merge_id)
                plan = merging(dry_run=True)
                context |= {"loser": loser, "rows": self.kind.told_rows(plan), "moved": told_counts(plan.moved)}
        page = {**self.admin_site.each_context(request), "opts": self.opts, **self.kind.names(), **context}
        return TemplateResponse(request, "backoffice/merge_people.html", page)

    def look_view(self, request: HttpRequest, id_: UUID) -> HttpResponse:
        """Look for the duplicates of one now; tonight's search is not waited for."""
        self.demand("write")
        self.kind.one_or_404(id_)
        if request.method == "POST":
            messages.info(request, _("%(number)s found.") % {"number": len(self.kind.look(id_))})
        return redirect(self.kind.merge_page, id_)

    def unmerge_view(self, request: HttpRequest, merge_id: UUID) -> HttpResponse:
        self.demand("write")
        if not self.kind.merges().filter(pk=merge_id).exists():
            raise Http404
        back = reverse(self.kind.merge_done, args=[merge_id])
        question = _("Take this merge apart? What was changed since stays as it is.")
        page = self.ask_first(request, question, back=back, danger=True)
        if page is not None:
            return page
        with complaints_as_messages(request):
            report = self.kind.unmerge(merge_id=merge_id)
            messages.success(request, _("Taken apart; %(left)s rows were left.") % {"left": len(report.left)})
        return redirect(back)

    @display(description=gettext_lazy("Merged people"))
    def shown_losers(self, merge: MergeRecord) -> int:
        return len(merge.loser_ids)
