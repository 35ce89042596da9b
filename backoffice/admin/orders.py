"""Orders: what was ordered and where it stands, moved on by buttons, refunded, with its invoice."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, changed_values, complaints_as_messages
from backoffice.admin.filters import DayRangeFilter
from backoffice.admin.order_forms import MOST_ROWS_TO_EDIT, ItemsForm, PlaceForm, RefundForm
from backoffice.admin.told import told
from crm.approvals.selectors import approval_of_record
from crm.contacts.selectors import customer_by_id
from crm.kernel.audit import events_about
from crm.kernel.money import spelt_out
from crm.orders.models import MOVES, Order, OrderStatus
from crm.orders.selectors import invoice_of, lines_of, orders, orders_found_by, refunds_of
from crm.orders.services import change_order, delete_order, issue_invoice, place_order, refund_order
from crm.orders.services.approvals import ORDER

STORY, REFUNDS = 25, 25
# What one does to bring an order there.
DEEDS: dict[str, Any] = {
    OrderStatus.PROCESSING: gettext_lazy("Start work on it"), OrderStatus.SHIPPED: gettext_lazy("Mark as shipped"),
    OrderStatus.DELIVERED: gettext_lazy("Mark as delivered"), OrderStatus.CANCELLED: gettext_lazy("Cancel it"),
}  # fmt: skip
AMOUNTS = ("subtotal", "discount", "tax", "total", "refunded")
STATUS_COLORS = {
    OrderStatus.PENDING: "info", OrderStatus.PROCESSING: "warning", OrderStatus.SHIPPED: "primary",
    OrderStatus.DELIVERED: "success", OrderStatus.CANCELLED: "danger",
}  # fmt: skip


@admin.register(Order)
class OrderPage(PlaceAdmin):
    resource = "crm:orders"
    about = "order"
    can_change = can_delete = True
    list_display = ("number", "of_customer", "shown_status", "shown_total", "shown_refunded", "ordered_at")
    list_filter = ("status", ("ordered_at", DayRangeFilter))
    search_fields = ("number",)
    search_help_text = gettext_lazy("A number, or words of notes and addresses")
    ordering = ("-ordered_at", "-id")
    change_form_outer_before_template = "backoffice/order_summary.html"
    change_form_outer_after_template = "backoffice/order_story.html"
    fields = ("ordered_at", "discount", "billing_address", "shipping_address", "notes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = ("customer__contact__words", "customer__contact__search")
        return orders().select_related("customer__contact").defer("words", "search", *people)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return (orders_found_by(queryset, search_term) if search_term.strip() else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What an order costs is settled once somebody is at work on it."""
        return () if obj is None or obj.status == OrderStatus.PENDING else ("discount",)

    def write(self, form: Any, obj: Order, *, change: bool) -> Order:
        return change_order(order_id=obj.pk, **changed_values(form))

    def remove(self, obj: Order) -> None:
        delete_order(order_id=obj.pk)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        order = self.get_object(request, object_id)
        context = {**_context(order), "may_write": self.may("write")} if order else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Deeds of their own

    def get_urls(self) -> Any:
        views = {
            "place/<uuid:contact_id>": (self.place_view, "place"),
            "<uuid:order_id>/move/<slug:status>": (self.move_view, "move"),
            "<uuid:order_id>/items": (self.items_view, "items"),
            "<uuid:order_id>/refund": (self.refund_view, "refund"),
            "<uuid:order_id>/issue": (self.issue_view, "issue"),
            "<uuid:order_id>/invoice": (self.invoice_view, "invoice"),
        }
        own = [
            path(f"{address}/", self.admin_site.admin_view(view), name=f"orders_order_{name}")
            for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def place_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """A new order of a customer, from their page."""
        customer = customer_by_id(contact_id).select_related("contact").first() if self.may("write") else None
        if customer is None:
            raise Http404
        form, save = PlaceForm(request.POST or None), partial(_place, request, customer_id=contact_id)
        title = _("An order of %(customer)s") % {"customer": customer}
        back = reverse("admin:contacts_customer_change", args=[contact_id])
        return self.small_form(request, form, save, title=title, back=back)

    def items_view(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        order = self.row_or_404(request, str(order_id))
        lines = list(lines_of(order_id))
        if not _may_edit_items(order, len(lines)):
            raise Http404
        form, save = ItemsForm(lines, request.POST or None), partial(change_order, order_id=order_id)
        title = _("Items of %(order)s") % {"order": order}
        return self.small_form(request, form, save, title=title, back=_page_of(order_id))

    def move_view(self, request: HttpRequest, order_id: UUID, status: str) -> HttpResponse:
        order = self.row_or_404(request, str(order_id))
        if status not in MOVES[order.status]:
            raise Http404
        question = _("%(order)s: %(deed)s?") % {"order": order, "deed": DEEDS[status]}
        is_end = status == OrderStatus.CANCELLED
        page = self.ask_first(request, question, back=_page_of(order_id), danger=is_end)
        if page is not None:
            return page
        with complaints_as_messages(request):
            change_order(order_id=order_id, status=status)
        return redirect(_page_of(order_id))

    def refund_view(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        order = self.row_or_404(request, str(order_id))
        if not order.is_refundable:
            raise Http404
        form = RefundForm(list(lines_of(order_id)), request.POST or None)
        left = spelt_out(order.total - order.refunded, order.currency)
        title = _("Refund of %(order)s: %(left)s are left") % {"order": order, "left": left}
        save = partial(refund_order, order_id=order_id)
        return self.small_form(request, form, save, title=title, back=_page_of(order_id))

    def issue_view(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        order = self.row_or_404(request, str(order_id))
        question = _("Issue the invoice of %(order)s?") % {"order": order}
        page = self.ask_first(request, question, back=_page_of(order_id))
        if page is not None:
            return page
        with complaints_as_messages(request):
            issue_invoice(order_id=order_id)
        return redirect(_page_of(order_id))

    def invoice_view(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """What the invoice says, as it was issued."""
        invoice = invoice_of(order_id).first() if self.may("read") else None
        if invoice is None:
            raise Http404
        page = {
            **self.admin_site.each_context(request), "title": _("Invoice %(number)s") % {"number": invoice},
            "opts": self.opts, "invoice": invoice, "said": invoice.snapshot, "back": _page_of(order_id),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/invoice.html", page)

    # Columns

    @display(description=gettext_lazy("Customer"), ordering="customer__contact__name")
    def of_customer(self, order: Order) -> SafeString | str:
        if order.customer.deleted_at is not None:
            return _("Deleted customer")
        address = reverse("admin:contacts_customer_change", args=[order.customer_id])
        return format_html('<a class="rp-link" href="{}">{}</a>', address, order.customer)

    @display(description=gettext_lazy("Status"), ordering="status", label=STATUS_COLORS)
    def shown_status(self, order: Order) -> tuple[str, str]:
        return order.status, order.get_status_display()

    @display(description=gettext_lazy("Total"), ordering="total")
    def shown_total(self, order: Order) -> str:
        return spelt_out(order.total, order.currency)

    @display(description=gettext_lazy("Refunded"), ordering="refunded")
    def shown_refunded(self, order: Order) -> str:
        return spelt_out(order.refunded, order.currency) if order.refunded else "–"


def _place(request: HttpRequest, **values: Any) -> None:
    order = place_order(**values)
    messages.success(request, _("%(order)s is placed.") % {"order": order})


def _page_of(order_id: UUID) -> str:
    return reverse("admin:orders_order_change", args=[order_id])


def _may_edit_items(order: Order, lines: int) -> bool:
    return order.status == OrderStatus.PENDING and lines <= MOST_ROWS_TO_EDIT


def _moves_of(order: Order, waits: bool) -> tuple[str, ...]:
    """While it waits for approval it can only be cancelled."""
    return tuple(status for status in MOVES[order.status] if not waits or status == OrderStatus.CANCELLED)


def _context(order: Order) -> dict[str, Any]:
    """The summary and the story of one order, in a fixed number of queries."""
    spelt = partial(spelt_out, currency=order.currency)
    lines, approval = list(lines_of(order.pk)), approval_of_record(ORDER, order.pk)
    waits = approval is not None and approval.is_pending
    return {
        "order": order,
        "amounts": {name: spelt(getattr(order, name)) for name in AMOUNTS},
        "lines": [(line, spelt(line.unit_price), spelt(line.subtotal)) for line in lines],
        "approval": approval,
        "moves": [(status, DEEDS[status]) for status in _moves_of(order, waits)],
        "may_edit_items": _may_edit_items(order, len(lines)) and not waits,
        "refunds": [(refund, spelt(refund.amount)) for refund in refunds_of(order.pk)[:REFUNDS]],
        "invoice": invoice_of(order.pk).first(),
        "story": told(events_about("order", order.pk)[:STORY]),
    }
