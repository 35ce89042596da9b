"""The first page: how many, how many new, and what happened last."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.admin.charts import chart
from backoffice.admin.dashboard_panels import panels_for_the_caller
from backoffice.admin.told import told
from crm.kernel.audit import events_of_scope
from crm.kernel.tenancy import current_scope
from crm.reports.models import Measure
from crm.reports.selectors import count_of, new_customers_by_month
from loyalty.tiers.selectors import members_by_tier

MONTHS = 18
LATEST = 8


def dashboard_context() -> dict[str, Any]:
    """Figures of the open scope, from rollups, as far as the caller may read them; panels come by themselves."""
    actor = current_scope().actor
    panels = {"panels": panels_for_the_caller()}
    if not actor.may("auth:members:read"):
        return panels
    months, tiers = new_customers_by_month(months=MONTHS), members_by_tier()
    return {
        **panels,
        "figures": [
            {"label": _("Customers"), "value": count_of(Measure.NEW_CUSTOMERS)},
            {"label": _("New in 30 days"), "value": count_of(Measure.NEW_CUSTOMERS, days=30)},
            *({"label": tier.name, "value": tier.count, "color": tier.color} for tier in tiers),
        ],
        "new_customers": chart(
            [date_format(month.month, "M Y") for month in months], _("New customers"),
            [month.count for month in months],
        ),
        "has_months": bool(months),
        "latest": told(events_of_scope()[:LATEST], with_subjects=True) if actor.may("platform:events:read") else [],
    }  # fmt: skip
