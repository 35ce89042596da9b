"""S4 `/leads/{leadId}/interactions` (s4 §2)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.fields import ClearableText, DayOrMoment, DoneOut
from backoffice.dev.leads import READ, WRITE
from crm.kernel.tenancy import Question
from crm.leads.selectors import interaction_of, interactions_of, lead_by_id
from crm.leads.services import add_interaction, change_interaction, remove_interaction
from crm.web.dialects import DevCrm, Done, Page
from crm.web.serializers import InputSerializer, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

TYPES = ("call", "email", "meeting", "note")


class InteractionOut(OutputSerializer):
    id = serializers.UUIDField()
    lead_id = serializers.UUIDField()
    type = serializers.ChoiceField(TYPES)
    notes = TextOrNull()
    next_action = TextOrNull()
    next_action_date = Moment(allow_null=True)
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815


class InteractionIn(InputSerializer):
    type = serializers.ChoiceField(TYPES)
    notes = ClearableText(max_length=10_000)
    next_action = ClearableText(max_length=200)
    next_action_date = DayOrMoment()


class InteractionChanges(InteractionIn):
    type = serializers.ChoiceField(TYPES, required=False)


class LeadInteractionViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": READ, "create": WRITE, "update": WRITE, "destroy": WRITE}
    reads = {"create": InteractionIn, "update": InteractionChanges}
    answers = {"list": InteractionOut, "create": InteractionOut, "update": InteractionOut, "destroy": DoneOut}
    sort_fields = {"createdAt": "created_at", "next_action_date": "next_action_date"}
    default_sort = ("-created_at", "-pk")

    def list(self, request: Request, lead_id: UUID) -> Page:
        """What was said with a lead, latest first."""
        return self.list_of(interactions_of(self.found(lead_by_id(lead_id))))

    def create(self, request: Request, lead_id: UUID) -> Any:
        """A call, e-mail or meeting dates the last contact and makes a new lead contacted; a note does neither."""
        interaction = add_interaction(lead_id=self.found(lead_by_id(lead_id)), **self.read())
        return self._shown(lead_id, interaction.pk)

    def update(self, request: Request, lead_id: UUID, interaction_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears."""
        found = self.found(interaction_of(lead_id, interaction_id))
        change_interaction(lead_id=lead_id, interaction_id=found, **self.read(partial=True))
        return self._shown(lead_id, found)

    def destroy(self, request: Request, lead_id: UUID, interaction_id: UUID) -> Done:
        """The interaction disappears; the lead stays as it is."""
        remove_interaction(lead_id=lead_id, interaction_id=self.found(interaction_of(lead_id, interaction_id)))
        return Done("Interaction deleted successfully")

    def _shown(self, lead_id: UUID, interaction_id: UUID) -> Any:
        return self.present(Question(interaction_of, (lead_id, interaction_id)))
