"""Guards of codes, links, providers and passes."""

from tests.mutants.mutant import Mutant

SIGNING_IN = (
    Mutant(
        "a try is not counted before it is looked at",
        "crm/contacts/services/once_codes.py",
        "    _spend_try(row)\n",
        "",
        "tests/races/test_once_codes.py",
    ),
    Mutant(
        "a code works more than once",
        "crm/contacts/services/once_codes.py",
        "    if not _take(row):",
        "    if not _take(row) and False:",
        "tests/races/test_once_codes.py",
    ),
    Mutant(
        "a code is good for ever",
        "crm/contacts/services/once_codes.py",
        "    if row.expires_at <= now():\n        raise CodeExpired",
        "    if False:\n        raise CodeExpired",
        "tests/selfservice/v1/test_codes.py",
    ),
    Mutant(
        "a code is not bound to its request",
        "crm/contacts/services/once_codes.py",
        '    whole = f"{row.pk}\\0{row.purpose}\\0{row.contact_id}\\0{row.asked}\\0{code}"',
        "    whole = code",
        "tests/selfservice/v1/test_codes.py",
    ),
    Mutant(
        "a new code leaves the old one",
        "crm/contacts/services/once_codes.py",
        "    before.update(ended_at=now())\n",
        "",
        "tests/selfservice/v1/test_codes.py",
    ),
    Mutant(
        "any number of codes goes to one address",
        "crm/contacts/services/once_codes.py",
        "    if not may_be_sent(channel=row.channel, address=row.address):",
        "    if False:",
        "tests/selfservice/v1/test_codes.py",
    ),
    Mutant(
        "people are found by an address that a member claims",
        "crm/contacts/services/finding.py",
        "Q(email_key=own, email_is_claimed=False)",
        "Q(email_key=own)",
        "tests/selfservice/v1/test_asking_for_codes.py",
    ),
    Mutant(
        "an address that no provider has verified takes somebody over",
        "crm/contacts/services/vouching.py",
        "    if not vouched.email_is_verified or not _is_address(vouched.email):",
        "    if not _is_address(vouched.email):",
        "tests/selfservice/v1/test_providers.py",
    ),
    Mutant(
        "a token for another application is taken",
        "crm/contacts/providers/oidc.py",
        "        and bool(ours)\n",
        "",
        "tests/selfservice/v1/test_providers.py",
    ),
    Mutant(
        "a link works more than once",
        "crm/contacts/services/sign_in_links.py",
        "used_at=None, expires_at__gt=now(), contact__isnull=False",
        "expires_at__gt=now(), contact__isnull=False",
        "tests/selfservice/v1/test_passwords.py",
    ),
    Mutant(
        "a pass for one lets in many",
        "crm/contacts/services/pass_codes.py",
        'Q(most_uses=None) | Q(uses__lt=F("most_uses"))',
        "Q()",
        "tests/selfservice/v1/test_registering.py",
    ),
)
