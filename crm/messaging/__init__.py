"""What may be sent to whom. So far: the suppression list; templates, channels and the send governor join it later.

Nouns: Suppression (an address and why it must not be written to).
Verbs: suppress, lift_suppression.
Errors: Suppressed, SuppressionNotFound.
Events: address.suppressed, suppression.lifted.
"""
