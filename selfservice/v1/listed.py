"""S2 lists that are nobody's own: `/industries` and `/reward_offers` (s2 §B6)."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from crm.kernel.industries import INDUSTRIES
from crm.web.dialects import Page, SelfService
from crm.web.grants import Audience, grant
from crm.web.pagination import window_of
from crm.web.serializers import OutputSerializer
from crm.web.viewset import DialectViewSet
from selfservice.v1.own import READ


class IndustryOut(OutputSerializer):
    id = serializers.CharField()
    name = serializers.CharField()


class RewardOfferOut(OutputSerializer):
    """There are none until rewards are built."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ListedViewSet(DialectViewSet):
    dialect = SelfService()

    def page_out_of(self, items: Sequence[Any]) -> Page:
        """The page that was asked for, of what is all there."""
        window = window_of(self.request.query_params, self.dialect)
        return Page(items[window.start : window.start + window.size], window.number, window.size, len(items))


class IndustryViewSet(ListedViewSet):
    # Companies say what they do when they register, too.
    grants = {"list": grant("auth:app:read", Audience.PUBLISHABLE_KEY, Audience.MEMBER)}
    answers = {"list": IndustryOut}

    def list(self, request: Request) -> Page:
        """The sections of ISIC, by letter: what may stand as `industry_id` in a company's profile."""
        return self.page_out_of([{"id": letter, "name": name} for letter, name in INDUSTRIES.items()])


class RewardOfferViewSet(ListedViewSet):
    grants = {"list": READ}
    answers = {"list": RewardOfferOut}

    def list(self, request: Request) -> Page:
        """The rewards that one may choose from: none yet."""
        return self.page_out_of([])
