"""Guards of what is known of people: interactions, follow-ups of customers, timelines, who reads the metrics."""

from tests.mutants.mutant import Mutant

PEOPLE = (
    Mutant(
        "who said no to marketing gets it by a channel they did not opt out of",
        "crm/messaging/governor.py",
        """    if recipient.refuses_marketing:
        return Skip("no_consent")
""",
        "",
        "tests/crm/messaging",
    ),
    Mutant(
        "what was decided about consent is saved without the proof of it",
        "crm/contacts/services/contacts.py",
        "    keep_decided([contact], cause=cause, wording=wording)\n",
        "",
        "tests/crm/contacts/test_consents.py",
    ),
    Mutant(
        "a consent that a merge took away comes back without an entry",
        "crm/contacts/services/unmerging.py",
        "    keep_differences(merge.winner_id, stood, cause=ConsentCause.UNMERGED)\n",
        "",
        "tests/crm/contacts/test_consents.py",
    ),
    Mutant(
        "a device goes on telling its former owner's messages",
        "crm/contacts/services/push_devices.py",
        "    device.contact, device.registration_type, device.registered_at = contact, registration_type, now()\n",
        "    device.contact_id = former or contact.pk\n"
        "    device.registration_type, device.registered_at = registration_type, now()\n",
        "tests/selfservice/v1/test_devices.py",
    ),
    Mutant(
        "a message that one device has is sent to all of them again when another one is down",
        "crm/messaging/channels/devices.py",
        "        if len(faults) == len(letter.devices):\n",
        "        if faults:\n",
        "tests/crm/messaging/test_in_app.py",
    ),
    Mutant(
        "an interaction of another customer is changed by whoever knows its id",
        "crm/contacts/services/interactions.py",
        "filter(pk=interaction_id, contact_id=contact_id)",
        "filter(pk=interaction_id)",
        "tests/crm/contacts/test_interactions.py",
    ),
    Mutant(
        "what was said with a lead is copied without saying from where",
        "crm/leads/services/carrying.py",
        "copied_from=row.pk, ",
        "",
        "tests/crm/leads/test_carrying_over.py",
    ),
    Mutant(
        "a follow-up stays open though its next action was moved to another day",
        "crm/leads/subscribers.py",
        "    InteractionChanged: [close_follow_up_of_changed],\n",
        "",
        "tests/crm/leads/test_follow_ups_of_customers.py",
    ),
    Mutant(
        "a follow-up is done before whom it is about is locked",
        "crm/leads/services/finishing.py",
        "        lock_living(Contact, [contact_id])\n",
        "        pass\n",
        "tests/races/test_follow_ups_of_customers.py",
    ),
    Mutant(
        "a timeline forgets what happened at the same moment in another source",
        "crm/contacts/timeline/registry.py",
        '        return Q(**{f"{at}__lte": place.at})\n',
        "        return earlier\n",
        "tests/crm/contacts/test_timeline.py",
    ),
    Mutant(
        "numbers stand in the order of their digits in a timeline",
        "crm/contacts/timeline/registry.py",
        "_DIGITS = 19",
        "_DIGITS = 1",
        "tests/crm/contacts/test_timeline.py",
    ),
    Mutant(
        "a timeline shows what the actor may not read",
        "crm/contacts/timeline/registry.py",
        "for grant, source in _sources.values() if actor.may(grant) for entry",
        "for _grant, source in _sources.values() if actor for entry",
        "tests/crm/contacts/test_timeline.py",
    ),
    Mutant(
        "follow-ups of customers have no way back to an earlier database",
        "crm/leads/migrations/0005_follow_ups_of_customers.py",
        "migrations.RunPython(migrations.RunPython.noop, forget_those_of_customers)",
        "migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)",
        "tests/upgrades",
    ),
    Mutant(
        "whoever comes through a proxy of this machine reads the metrics",
        "crm/web/metrics.py",
        '    if getattr(request, "was_forwarded", False) or any(header in request.META for header in _FORWARDING):\n',
        "    if False:\n",
        "tests/crm_web/test_metrics.py",
    ),
)
