"""The forms of orders: what is ordered, named as people name it, and what goes back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.rows import RowsField
from crm.kernel.lookups import found_by
from crm.orders.models import OrderLine, Product
from crm.orders.selectors import products_for_sale
from crm.orders.services import Item

# As many rows as the widget reads back, less its blank ones.
MOST_ROWS_TO_EDIT = 50
NAMED = 3


class ItemsField(RowsField):
    """What is ordered, a product to a row: its SKU, or the beginning of its name. `known` names what an order has."""

    def __init__(self, known: Sequence[OrderLine] = (), **kwargs: Any) -> None:
        self.known = {line.sku or line.name: line.product_id for line in known}
        columns = {
            "product": forms.CharField(label=gettext_lazy("Product"), max_length=200),
            "quantity": forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1),
        }
        super().__init__(columns, label=gettext_lazy("Items"), help_text=gettext_lazy("SKU or name."), **kwargs)

    def clean(self, value: Any) -> Any:
        rows = super().clean(value)
        if not rows:
            raise ValidationError(_("Name at least one product."))
        by_sku = {
            product.sku: product.pk for product in products_for_sale().filter(sku__in=[row["product"] for row in rows])
        }
        return [Item(product_id=self._found(row["product"], by_sku), quantity=row["quantity"]) for row in rows]

    def _found(self, text: str, by_sku: Mapping[str, UUID]) -> UUID:
        known = self.known.get(text) or by_sku.get(text)
        if known is not None:
            return known
        found: list[Product] = list(found_by(products_for_sale(), text)[: NAMED + 1])
        exact = [product for product in found if product.name.casefold() == text.casefold()]
        if len(exact or found) != 1:
            raise ValidationError(_complaint(text, found))
        return (exact or found)[0].pk


def _complaint(text: str, found: Sequence[Product]) -> str:
    if not found:
        return _("No product for sale is called “%(text)s”.") % {"text": text}
    names = ", ".join(product.name for product in found[:NAMED])
    return _("“%(text)s” may be one of several: %(names)s.") % {"text": text, "names": names}


class ItemsForm(forms.Form):
    """The items of an order that is pending."""

    def __init__(self, lines: Sequence[OrderLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [{"product": line.sku or line.name, "quantity": line.quantity} for line in lines]
        self.fields["items"] = ItemsField(known=lines, initial=rows)


class PlaceForm(forms.Form):
    """A new order."""

    items = ItemsField()
    discount = forms.DecimalField(
        label=gettext_lazy("Discount"), required=False, min_value=0, max_digits=19, decimal_places=4,
        widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip
    shipping_address = forms.CharField(
        label=gettext_lazy("Shipping address"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=10_000, widget=UnfoldAdminTextareaWidget
    )

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("discount") is None:
            values.pop("discount", None)
        return values


class RefundForm(forms.Form):
    """So many of each line, or an amount, or all that is left."""

    def __init__(self, lines: Sequence[OrderLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = dict(self.fields)
        for line in lines:
            if line.left_quantity:
                told = {"name": line.name, "left": line.left_quantity}
                self.fields[str(line.pk)] = forms.IntegerField(
                    label=_("%(name)s, of %(left)s") % told, required=False, min_value=0,
                    max_value=line.left_quantity, widget=UnfoldAdminIntegerFieldWidget,
                )  # fmt: skip
        self.order_fields([name for name in self.fields if name not in own])

    amount = forms.DecimalField(
        label=gettext_lazy("Or an amount"), required=False, max_digits=19, decimal_places=4,
        widget=UnfoldAdminDecimalFieldWidget, help_text=gettext_lazy("Money alone: no goods come back."),
    )  # fmt: skip
    everything = forms.BooleanField(
        label=gettext_lazy("Or all that is left"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    restock = forms.BooleanField(
        label=gettext_lazy("The goods came back, too"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget
    )

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        items = [
            {"id": UUID(name), "quantity": quantity}
            for name, quantity in values.items()
            if name not in self.base_fields and quantity
        ]
        ways = [bool(items), values.get("amount") is not None, values.get("everything")]
        if sum(map(bool, ways)) != 1:
            raise ValidationError(_("Say what goes back in one way: so many of the items, an amount, or all."))
        return {
            "items": items or None, "amount": values.get("amount"), "restock": values.get("restock", False),
            "reason": values.get("reason", ""),
        }  # fmt: skip
