"""What a chart of the theme is drawn from: labels, and one row of figures in a colour that says what they mean."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

BRAND, RED, AMBER, GREY, GREEN = "var(--color-primary-600)", "#dc2626", "#d97706", "#9ca3af", "#16a34a"


def chart(labels: Sequence[str], label: Any, figures: Sequence[Decimal | int | None], **look: Any) -> str:
    """JSON for `unfold/components/chart/*.html`, with figures on its axis and bars that one can see. `look` is what
    Chart.js knows of a row: `backgroundColor` one or for each, `borderColor`.
    """
    drawn = {"displayYAxis": True, "maxBarThickness": 36, "borderRadius": 4, "backgroundColor": BRAND, **look}
    data = [None if figure is None else float(figure) for figure in figures]
    return json.dumps({"labels": list(labels), "datasets": [{"label": str(label), "data": data, **drawn}]})


def percent(share: Decimal | None, sign: str = "") -> str:
    """A share, 0 to 1, in whole percent; a dash of nothing."""
    return "–" if share is None else f"{100 * share:{sign}.0f} %"
