"""Nurturing: leads who are not spoken with yet get a planned series of messages, tasks and waits (semantics §3.8).

Nouns: Sequence (what it is for and who may enter), SequenceVersion (its steps, never changed once published), Step,
Enrolment (one lead in one sequence), StepRun (one step of one enrolment, once).
Verbs: define_sequence, draft_steps, publish_sequence, archive_sequence; enrol_leads, start_nurturing, run_due_steps;
stop_nurturing.
Errors: SequenceNotFound, SequenceNameTaken, NotADraft, NothingToPublish, NotPublished.
Events: sequence.defined, sequence.published, sequence.archived, leads.enrolled, steps.run, nurturing.stopped.
A person is in one sequence at a time; the database, not the broker, knows what is due.
"""
