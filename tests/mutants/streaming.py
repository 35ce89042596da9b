"""Guards of notices and streams: whose they are, in which order they come, when they end."""

from tests.mutants.mutant import Mutant

STREAMS, NOTICES = "tests/journeys/test_streams.py", "tests/crm/messaging/test_notices.py"

STREAMING = (
    Mutant(
        "a stream goes on after its session",
        "crm/web/streams/hub.py",
        'self._end([stream for stream in self._streams if stream.session_id not in standing], "signed out")',
        "pass",
        f"{STREAMS}::test_a_stream_ends_with_its_session",
    ),
    Mutant(
        "a stream goes on for somebody who is blocked",
        "crm/contacts/selectors.py",
        "  AND o.is_active AND c.deleted_at IS NULL AND c.status = 'active'",
        "  AND o.is_active AND c.deleted_at IS NULL",
        f"{STREAMS}::test_a_stream_ends_with_its_session",
    ),
    Mutant(
        "a member has any number of streams",
        "crm/web/streams/hub.py",
        "            raise TooManyStreams(retry_after=COME_BACK_SECONDS)",
        "            pass",
        f"{STREAMS}::test_a_member_has_three_streams_over_all_processes",
    ),
    Mutant(
        "notices of one person are told to another",
        "crm/messaging/selectors/notices.py",
        " AND c.contact_id = asked.contact_id\n               AND c.notice_number IS NOT NULL",
        " AND c.notice_number IS NOT NULL",
        NOTICES,
    ),
    Mutant(
        "notices of another organisation are told",
        "crm/messaging/selectors/notices.py",
        "WHERE c.organisation_id = %(organisation)s AND c.mode = %(mode)s",
        "WHERE %(organisation)s::uuid IS NOT NULL AND c.mode = %(mode)s",
        NOTICES,
    ),
    Mutant(
        "notices of the other mode are told",
        "crm/messaging/selectors/notices.py",
        "WHERE c.organisation_id = %(organisation)s AND c.mode = %(mode)s",
        "WHERE c.organisation_id = %(organisation)s AND %(mode)s::text <> ''",
        NOTICES,
    ),
    Mutant(
        "somebody else's notice is removed",
        "crm/messaging/services/notices.py",
        "pk=communication_id, contact_id=contact_id, notice_number__isnull=False",
        "pk=communication_id, notice_number__isnull=False",
        NOTICES,
    ),
    Mutant(
        "what was missed long ago is told one by one",
        "crm/messaging/selectors/notices.py",
        "sent_at < now() - REPLAYED_WITHIN",
        "False",
        NOTICES,
    ),
    Mutant(
        "a number of somebody else's is believed",
        "crm/messaging/selectors/notices.py",
        " or after > newest_notice(contact_id)",
        "",
        NOTICES,
    ),
    Mutant(
        "a later notice overtakes an earlier one",
        "crm/messaging/services/notices.py",
        '    hold_names(f"notices:{message.contact_id}")',
        "    pass",
        "tests/races/test_notices.py",
    ),
)
