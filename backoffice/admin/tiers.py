from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, changed_values
from loyalty.tiers.models import Tier
from loyalty.tiers.services import define_tier


@admin.register(Tier)
class TierPage(PlaceAdmin):
    resource = "cluster:tiers"
    about = "tier"
    can_add = can_change = True
    list_display = ("shown_name", "slug", "level", "threshold", "is_active")
    ordering = ("level",)
    fields = (("name", "slug"), "description", ("level", "threshold"), ("color", "is_active"))

    @display(description=_("Name"), ordering="level")
    def shown_name(self, tier: Tier) -> str:
        return format_html('<span class="rp-dot" style="background:{}"></span> {}', tier.color or "#ccc", tier.name)

    def write(self, form: Any, obj: Tier, *, change: bool) -> Tier:
        values = changed_values(form) if change else dict(form.cleaned_data)
        return define_tier(tier_id=obj.pk if change else None, **values)
