"""What customers say when they are asked, and what it is about (docs/feedback.md).

Nouns: FeedbackRequest (with its answer), FeedbackSettings, Theme and Taxonomy (its versions), ThemeMention, Candidate.
Verbs: request_feedback, answer_feedback, open_request, close_request, remind_due, expire_old, write_taxonomy,
classify, suggest_themes.
Errors: FeedbackNotFound, AlreadyAnswered, RequestExpired, RequestOpen, AskedLately, RatingOutOfScale, CustomerNotAsked.
Events: feedback.requested, feedback.answered, feedback.detractor, feedback.reminded, feedback.expired,
taxonomy.written.
A request is answered once, by whoever holds its link, by the API or by staff; figures carry how many they stand on.
"""
