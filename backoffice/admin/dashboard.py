"""The first page: how many, how many new, and what happened last."""

import json
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.admin.told import told
from crm.kernel.audit import events_of_scope
from crm.kernel.tenancy import current_scope
from crm.reports.models import Measure
from crm.reports.selectors import count_of, new_customers_by_month
from loyalty.tiers.selectors import members_by_tier

MONTHS = 18
LATEST = 8


def dashboard_context() -> dict[str, Any]:
    """Figures of the open scope, from rollups; nothing for who may not read people."""
    actor = current_scope().actor
    if not actor.may("auth:members:read"):
        return {}
    months = new_customers_by_month(months=MONTHS)
    tiers = members_by_tier()
    return {
        "figures": [
            {"label": _("Customers"), "value": count_of(Measure.NEW_CUSTOMERS)},
            {"label": _("New in 30 days"), "value": count_of(Measure.NEW_CUSTOMERS, days=30)},
            *({"label": tier.name, "value": tier.count, "color": tier.color} for tier in tiers),
        ],
        "new_customers": json.dumps(
            {
                "labels": [date_format(month.month, "M Y") for month in months],
                "datasets": [
                    {"label": _("New customers"), "data": [month.count for month in months],
                     "backgroundColor": "var(--color-primary-600)", "barThickness": 36}
                ],
            }
        ),
        "has_months": bool(months),
        "latest": told(events_of_scope()[:LATEST], with_subjects=True) if actor.may("platform:events:read") else [],
    }  # fmt: skip
