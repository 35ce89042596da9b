"""What may be sent to whom, in which words, and what became of it (docs/messaging.md).

Nouns: Suppression (an address and why it must not be written to), Template and TemplateVersion, Sender, Communication
(one message), Incoming (what came back to it), SendingSettings; Recipient and Outgoing are values that are handed in.
Verbs: suppress, lift_suppression, define_template, write_version, publish_version, define_sender, remove_sender,
change_sending_settings, queue_message, queue_messages, send_due, send_again, receive_mail, unsubscribe,
choose_channels.
Errors: Suppressed, SuppressionNotFound, TemplateNotFound, NothingPublished, UnknownPlaceholder, BadHeader and more.
Events: address.suppressed, suppression.lifted, template.*, sender.*, sending_settings.changed, messages.queued,
message.sent, message.failed, message.skipped, message.unknown, message.sent_again, message.replied, message.bounced,
message.complained, message.unsubscribed.
"""
