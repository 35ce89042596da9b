from crm.kernel.privacy.fields import clear, keep
from crm.kernel.privacy.holdings import by, leaves, nobodys, stays

_FIGURES = "how content customers were, which is counted"

leaves("feedback.FeedbackLink", by(contact="request__customer_id"), withheld="key request created_at")
stays(
    "feedback.FeedbackRequest",
    by(contact="customer_id"),
    exported=[
        keep(_FIGURES, "channel", "scale", "state", "created_at", "sent_at", "rating", "answered_at"),
        clear("comment", "category"),
    ],
    withheld=[
        keep("ids of the row, of a pseudonym, of an order", "id", "customer", "order"),
        keep("one of our own words", "reason", "answered_via"),
        keep("when", "opened_at", "expires_at"),
        keep("how often they were reminded", "reminders"),
        clear("next_reminder_at"),
        keep("a figure, and what it was read with", "sentiment", "taxonomy"),
    ],
    spoken_of="feedback",
)
stays(
    "feedback.ThemeMention",
    by(contact="request__customer_id"),
    exported=[keep("which of the organisation's own themes it was about, and a figure", "theme", "sentiment")],
    withheld=[
        keep("ids of the row and of what it is part of", "id", "request", "taxonomy"),
        keep("places in a text that is gone", "begins", "ends"),
    ],
)
stays(
    "feedback.LastFeedback",
    by(contact="pk"),
    exported=[keep(_FIGURES, "scale", "rating", "score", "answered_at")],
    withheld=[keep("the id of a pseudonym", "customer")],
)
nobodys("feedback.Taxonomy", "which themes comments are read for")
nobodys("feedback.Theme", "which themes comments are read for", "key name words")
nobodys("feedback.Candidate", "words that many comments have in common", "language term key")
nobodys("feedback.FeedbackSettings", "what is asked, and how often", "question")
