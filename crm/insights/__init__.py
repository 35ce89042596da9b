"""Who belongs to which segment, and how each customer is doing, over what other apps say they know (docs/insights.md).

Nouns: Segment, SegmentMember (with its history), Health, HealthChange; a field, an event, a part of health and a
built-in segment are registered by the apps that know them (registry.py).
Verbs: define_segment, change_segment, freeze_segment, archive_segment, look_again, compute_health; fill_next and
sweep_next look through whole segments. Asked: preview_of, segment_called, people_in, members_of, health_of.
Errors: SegmentNotFound, SegmentTaken, BadRule, CircularSegment, SegmentInUse, StaysStatic, PeopleNotYours.
Events: segment.defined, segment.filled, segment.archived, segment.entered, segment.left, customer.health_band_changed.
A rule is a tree that is compiled to one statement; the app stands low and knows contacts, what stands above fills it.
"""
