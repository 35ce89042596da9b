"""What this app and those below it know of people: their own fields, what was said with them, what was sent to them."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.contacts.models import ConsentState, CustomerInteraction, CustomerType, Gender, InteractionKind, Status
from crm.contacts.models.contact import Source
from crm.insights.models import Band
from crm.insights.registry import (
    BuiltIn,
    FieldKind,
    SegmentEvent,
    SegmentField,
    register_built_ins,
    register_events,
    register_fields,
    register_part,
)
from crm.insights.selectors.parts import engagement, support
from crm.kernel.errors import Message
from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.models import Communication, Incoming, IncomingKind, MessageChannel
from crm.organisations.selectors import staff_of_organisation

SEGMENTS, MESSAGES = "crm:segments:read", "notification:messages:read"


def _colleagues() -> Sequence[tuple[str, Message]]:
    return [(str(one.pk), str(one)) for one in staff_of_organisation().order_by("user__email")]


def _replies() -> ScopedQuerySet[Incoming]:
    return Incoming.objects.filter(kind=IncomingKind.REPLY)


def _built_ins() -> Sequence[BuiltIn]:
    return (
        BuiltIn("all", _("All customers"), {"all": []}),
        BuiltIn("new_customers", _("New customers"), {"field": "created_at", "op": "within_last", "value": "30d"}),
    )


register_fields(
    SegmentField("name", _("Name"), FieldKind.TEXT, "name"),
    SegmentField("company", _("Company"), FieldKind.TEXT, "company_name"),
    SegmentField("email", _("E-mail"), FieldKind.TEXT, "email"),
    SegmentField("phone", _("Phone"), FieldKind.TEXT, "phone"),
    SegmentField("language", _("Language"), FieldKind.TEXT, "language"),
    SegmentField("gender", _("Gender"), FieldKind.CHOICE, "gender", choices=lambda: Gender.choices),
    SegmentField("date_of_birth", _("Date of birth"), FieldKind.DAY, "date_of_birth"),
    SegmentField("email_opt_out", _("Wants no marketing by e-mail"), FieldKind.YES_NO, "email_opt_out"),
    SegmentField("sms_opt_out", _("Wants no marketing by SMS"), FieldKind.YES_NO, "sms_opt_out"),
    SegmentField("consent", _("Consent"), FieldKind.CHOICE, "consent_state", choices=lambda: ConsentState.choices),
    SegmentField("source", _("Came by"), FieldKind.CHOICE, "source", choices=lambda: Source.choices),
    SegmentField("created_at", _("Customer since"), FieldKind.MOMENT, "customer__created_at"),
    SegmentField("status", _("Status"), FieldKind.CHOICE, "customer__status", choices=lambda: Status.choices),
    SegmentField("type", _("Type"), FieldKind.CHOICE, "customer__type", choices=lambda: CustomerType.choices),
    SegmentField("credit_limit", _("Credit limit"), FieldKind.MONEY, "customer__credit_limit"),
    SegmentField("assigned_to", _("Looked after by"), FieldKind.CHOICE, "customer__assigned_to", choices=_colleagues),
    SegmentField("health.band", _("Health"), FieldKind.CHOICE, "health__band", SEGMENTS, lambda: Band.choices),
    SegmentField("health.score", _("Health score"), FieldKind.NUMBER, "health__score", SEGMENTS),
)

register_events(
    SegmentEvent(
        "interaction", _("Something was said with them"), lambda: CustomerInteraction.objects.get_queryset(),
        "contact", "happened_at",
        attributes={
            "type": SegmentField("type", _("Kind"), FieldKind.CHOICE, "type", choices=lambda: InteractionKind.choices),
            "outcome": SegmentField("outcome", _("Outcome"), FieldKind.TEXT, "outcome"),
        },
    ),
    SegmentEvent(
        "message", _("A message was sent to them"), lambda: Communication.objects.get_queryset(),
        "contact_id", "sent_at", MESSAGES,
        attributes={
            "channel": SegmentField("channel", _("Channel"), FieldKind.CHOICE, "channel", MESSAGES,
                                    lambda: MessageChannel.choices),
            "template": SegmentField("template", _("Template"), FieldKind.TEXT, "template__key", MESSAGES),
        },
    ),
    SegmentEvent("reply", _("They answered a message"), _replies, "communication__contact_id", "received_at", MESSAGES),
)  # fmt: skip

register_built_ins(_built_ins)
register_part("support", support)
register_part("engagement", engagement)
