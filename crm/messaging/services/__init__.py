from crm.messaging.services.marking import mark_communication
from crm.messaging.services.notices import mark_all_notices_viewed, mark_notice, number_anew, remove_notice
from crm.messaging.services.preferences import Preference, choose_channels, preferences_of, unsubscribe
from crm.messaging.services.queueing import queue_message, queue_messages
from crm.messaging.services.receiving import Receipt, receive_mail
from crm.messaging.services.resending import send_again
from crm.messaging.services.senders import change_sending_settings, define_sender, remove_sender
from crm.messaging.services.sending import send_due
from crm.messaging.services.suppression import lift_suppression, suppress, suppress_erased, welcome_back
from crm.messaging.services.templates import define_template, ensure_template, publish_version, write_version
from crm.messaging.services.unnaming import empty_messages, remove_letters_of
from crm.messaging.services.withdrawing import withdraw_messages

__all__ = [
    "Preference",
    "Receipt",
    "change_sending_settings",
    "choose_channels",
    "define_sender",
    "define_template",
    "empty_messages",
    "ensure_template",
    "lift_suppression",
    "mark_all_notices_viewed",
    "mark_communication",
    "mark_notice",
    "number_anew",
    "preferences_of",
    "publish_version",
    "queue_message",
    "queue_messages",
    "receive_mail",
    "remove_letters_of",
    "remove_notice",
    "remove_sender",
    "send_again",
    "send_due",
    "suppress",
    "suppress_erased",
    "unsubscribe",
    "welcome_back",
    "withdraw_messages",
    "write_version",
]
