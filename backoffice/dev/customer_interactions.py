"""S4 `/customers/{customerId}/interactions` (s4 §3)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.customers import READ, WRITE
from backoffice.dev.fields import ClearableText, DayOrMoment, DoneOut
from crm.contacts.selectors import customer_by_id, interaction_with, interactions_with
from crm.contacts.services import add_interaction, change_interaction, remove_interaction
from crm.kernel.tenancy import Question
from crm.web.dialects import DevCrm, Done, Page
from crm.web.serializers import InputSerializer, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

TYPES = ("email", "call", "meeting", "support", "purchase", "other")


class CustomerInteractionOut(OutputSerializer):
    id = serializers.UUIDField()
    customer_id = serializers.UUIDField(source="contact_id")
    type = serializers.ChoiceField(TYPES)
    subject = serializers.CharField()
    date = Moment(source="happened_at")
    description = TextOrNull()
    outcome = TextOrNull()
    next_action = TextOrNull()
    next_action_date = Moment(allow_null=True)
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815


class CustomerInteractionIn(InputSerializer):
    type = serializers.ChoiceField(TYPES)
    subject = serializers.CharField(max_length=200)
    date = DayOrMoment(source="happened_at", required=True, allow_null=False)
    description = ClearableText(max_length=10_000)
    outcome = ClearableText(max_length=200)
    next_action = ClearableText(max_length=200)
    next_action_date = DayOrMoment()


class CustomerInteractionChanges(CustomerInteractionIn):
    type = serializers.ChoiceField(TYPES, required=False)
    subject = serializers.CharField(max_length=200, required=False)
    date = DayOrMoment(source="happened_at", allow_null=False)


class CustomerInteractionViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": READ, "create": WRITE, "update": WRITE, "destroy": WRITE}
    reads = {"create": CustomerInteractionIn, "update": CustomerInteractionChanges}
    answers = {
        "list": CustomerInteractionOut, "create": CustomerInteractionOut, "update": CustomerInteractionOut,
        "destroy": DoneOut,
    }  # fmt: skip
    sort_fields = {"date": "happened_at", "createdAt": "created_at", "next_action_date": "next_action_date"}
    default_sort = ("-happened_at", "-pk")
    field_names = {"happened_at": "date"}

    def list(self, request: Request, customer_id: UUID) -> Page:
        """What happened with a customer, latest first."""
        return self.list_of(interactions_with(self.found(customer_by_id(customer_id))))

    def create(self, request: Request, customer_id: UUID) -> Any:
        """Note a call, an e-mail, a meeting or whatever else happened, and what is to be done next."""
        interaction = add_interaction(contact_id=self.found(customer_by_id(customer_id)), **self.read())
        return self._shown(customer_id, interaction.pk)

    def update(self, request: Request, customer_id: UUID, customer_interaction_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears what need not be there."""
        found = self.found(interaction_with(customer_id, customer_interaction_id))
        change_interaction(contact_id=customer_id, interaction_id=found, **self.read(partial=True))
        return self._shown(customer_id, found)

    def destroy(self, request: Request, customer_id: UUID, customer_interaction_id: UUID) -> Done:
        """The interaction disappears, and with it what was to be done next."""
        found = self.found(interaction_with(customer_id, customer_interaction_id))
        remove_interaction(contact_id=customer_id, interaction_id=found)
        return Done("Interaction deleted successfully")

    def _shown(self, customer_id: UUID, interaction_id: UUID) -> Any:
        return self.present(Question(interaction_with, (customer_id, interaction_id)))
