from crm.messaging.models.communication import Communication, MessageState
from crm.messaging.models.incoming import Incoming, IncomingKind
from crm.messaging.models.settings import SendingSettings
from crm.messaging.models.suppression import Channel, Reason, Suppression
from crm.messaging.models.template import (
    ADDRESSED,
    IN_APP,
    MessageChannel,
    MessageClass,
    Sender,
    Template,
    TemplateVersion,
)

__all__ = [
    "ADDRESSED",
    "IN_APP",
    "Channel",
    "Communication",
    "Incoming",
    "IncomingKind",
    "MessageChannel",
    "MessageClass",
    "MessageState",
    "Reason",
    "Sender",
    "SendingSettings",
    "Suppression",
    "Template",
    "TemplateVersion",
]
