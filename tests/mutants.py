"""`make mutants`: small edits that break a guard, one at a time; each must turn the tests red.

A mutant is applied to a copy of the project, and the tests named with it run there. A mutant that survives (the tests
stay green) fails the run, and so does one whose text is no longer found: it must be written anew with the code.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
NOT_COPIED = shutil.ignore_patterns(".venv", "var", ".git", "__pycache__", ".*_cache", "staticfiles")


@dataclass(frozen=True)
class Mutant:
    says: str
    file: str
    before: str
    after: str
    tests: str


MUTANTS = (
    Mutant(
        "the manager forgets the mode",
        "crm/kernel/tenancy/query.py",
        "return queryset.filter(organisation_id=tenant.organisation_id, mode=tenant.mode)",
        "return queryset.filter(organisation_id=tenant.organisation_id)",
        "tests/architecture/test_tenancy.py tests/journeys/test_one_person.py",
    ),
    Mutant(
        "the manager forgets the organisation",
        "crm/kernel/tenancy/query.py",
        "return queryset.filter(organisation_id=tenant.organisation_id, mode=tenant.mode)",
        "return queryset.filter(mode=tenant.mode)",
        "tests/architecture/test_tenancy.py tests/journeys/test_one_person.py",
    ),
    Mutant(
        "a queryset may leave its scope",
        "crm/kernel/tenancy/query.py",
        "if self.tenant is not None and self.tenant != tenant:",
        "if False:",
        "tests/architecture/test_tenancy.py",
    ),
    Mutant(
        "saving claims nothing",
        "crm/kernel/tenancy/models.py",
        "elif self.tenant != tenant:",
        "elif False:",
        "tests/architecture/test_tenancy.py",
    ),
    Mutant(
        "a model's relations get no composite keys",
        "crm/kernel/tenancy/models.py",
        "    meta.constraints = [*meta.constraints, unique, *keys]",
        "    meta.constraints = [*meta.constraints, unique]",
        "tests/architecture/test_migrations.py",
    ),
    Mutant(
        "everybody may do everything",
        "crm/web/viewset.py",
        "if not self.grants[self.action].allows(self.credentials.audience, self.credentials.actor):",
        "if False:",
        "tests/backoffice/v1 tests/backoffice/listings",
    ),
    Mutant(
        "a publishable key opens what a secret key opens",
        "crm/web/grants.py",
        "return audience in self.audiences and",
        "return bool(self.audiences) and",
        "tests/backoffice/v1 tests/dialects",
    ),
    Mutant(
        "deleting a customer asks for reading only",
        "backoffice/v1/customers.py",
        '"destroy": _WRITE',
        '"destroy": _READ',
        "tests/architecture/test_house_rules.py",
    ),
    Mutant(
        "the secret of a key is not compared",
        "crm/organisations/selectors.py",
        "if row is None or not matches:",
        "if row is None:",
        "tests/crm/organisations",
    ),
    Mutant(
        "a revoked key still opens",
        "crm/organisations/selectors.py",
        "WHERE k.prefix = %s AND k.revoked_at IS NULL AND o.is_active",
        "WHERE k.prefix = %s AND o.is_active",
        "tests/crm/organisations",
    ),
    Mutant(
        "a listing of another organisation is found",
        "crm/campaigns/selectors.py",
        "listing = Listing.objects.filter(pk=listing_id).first()",
        "listing = Listing(pk=listing_id)",
        "tests/backoffice/listings tests/journeys/test_one_person.py",
    ),
    Mutant(
        "a consumer leaves no receipt",
        "crm/kernel/tasks.py",
        "        if Processed.objects.filter(consumer=consumer, event=row).exists():\n            return\n"
        "        Processed.objects.create(consumer=consumer, event=row)\n",
        "",
        "tests/crm/kernel",
    ),
    Mutant(
        "attempts are not counted before the work",
        "crm/kernel/due.py",
        "                row.attempts += 1",
        "                row.attempts += 0",
        "tests/crm/kernel",
    ),
    Mutant(
        "a worker does not hold the row it works on",
        "crm/kernel/due.py",
        "return cls.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.DUE).first()",
        "return cls.objects.filter(pk=pk, state=State.DUE).first()",
        "tests/races/test_due_work.py",
    ),
    Mutant(
        "relays do not exclude each other",
        "crm/kernel/relay.py",
        "rows = list(due.select_for_update(skip_locked=True)[:room])",
        "rows = list(due[:room])",
        "tests/races/test_due_work.py",
    ),
    Mutant(
        "a phone within a listing is not held",
        "crm/kernel/locks.py",
        "        for name in sorted(set(names)):",
        "        for name in ():",
        "tests/races/test_listings_and_staff.py",
    ),
    Mutant(
        "owners are not locked before one steps down",
        "crm/organisations/services/staff.py",
        ".select_for_update()",
        "",
        "tests/races/test_listings_and_staff.py",
    ),
    Mutant(
        "a promotion does not lock the contact",
        "crm/contacts/services/contacts.py",
        "    return Contact.objects.for_update().filter(email_key=key, deleted_at=None).first() if key else None",
        "    return Contact.objects.filter(email_key=key, deleted_at=None).first() if key else None",
        "tests/races/test_people.py",
    ),
    Mutant(
        "the blacklist is not asked",
        "crm/campaigns/services.py",
        "    ensure_not_blacklisted(email_key=key, phone_key=phone_key)\n",
        "",
        "tests/crm/campaigns tests/backoffice/listings",
    ),
    Mutant(
        "unknown fields pass",
        "crm/web/serializers.py",
        "            if unknown:\n",
        "            if False:\n",
        "tests/backoffice/v1 tests/dialects",
    ),
    Mutant(
        "the admin opens its pages to any role",
        "backoffice/admin/base.py",
        'return scope is not None and scope.actor.may(f"{self.resource}:{access}")',
        "return scope is not None",
        "tests/backoffice/admin",
    ),
    Mutant(
        "the assignee list shows everybody's staff",
        "backoffice/admin/people.py",
        'kwargs["queryset"] = staff_of_organisation().filter(is_active=True)',
        "pass",
        "tests/backoffice/admin",
    ),
    Mutant(
        "a caller's limit is looked at after the work",
        "crm/web/viewset.py",
        "        self.usage.ensure_within()\n",
        "",
        "tests/races/test_limits.py",
    ),
    Mutant(
        "counts are read and written in two steps",
        "crm/kernel/counters.py",
        "    n = CASE WHEN counter.expires_at <= statement_timestamp() THEN 0 ELSE counter.n END + EXCLUDED.n,",
        "    n = EXCLUDED.n,",
        "tests/races/test_limits.py",
    ),
    Mutant(
        "everybody shares the hour of a publishable key",
        "crm/web/limits.py",
        "    if credentials.audience is Audience.PUBLISHABLE_KEY:",
        "    if False:",
        "tests/crm_web/test_limits.py",
    ),
    Mutant(
        "guesses are not counted",
        "crm/kernel/guesses.py",
        "        if number > self.most:",
        "        if False:",
        "tests/selfservice/v1/test_sign_in.py",
    ),
    Mutant(
        "a refresh token works more than once",
        "crm/organisations/services/sessions.py",
        "living.filter(refresh_digest=digest_of(refresh_token)).update(",
        "living.update(",
        "tests/selfservice/v1/test_sign_in.py",
    ),
    Mutant(
        "a refresh token that comes twice ends nothing",
        "crm/organisations/services/sessions.py",
        "        _end(living, REFRESH_USED_TWICE)\n",
        "",
        "tests/selfservice/v1/test_sign_in.py",
    ),
    Mutant(
        "a refresh is not asked whose application it comes from",
        "crm/organisations/services/sessions.py",
        "    if scope := scope_or_none():\n        living = living",
        "    if scope := scope_or_none():\n        _ = living",
        "tests/selfservice/v1/test_sign_in.py",
    ),
    Mutant(
        "a session that has ended still opens to members",
        "crm/contacts/selectors.py",
        "WHERE s.id = %s AND s.kind = 'member' AND s.ended_at IS NULL",
        "WHERE s.id = %s AND s.kind = 'member'",
        "tests/access tests/selfservice/v1/test_sign_in.py",
    ),
    Mutant(
        "a deactivated member stays in",
        "crm/contacts/selectors.py",
        "AND c.deleted_at IS NULL AND c.status = 'active'",
        "AND c.deleted_at IS NULL",
        "tests/access",
    ),
    Mutant(
        "a member's session opens as staff's",
        "crm/organisations/selectors.py",
        "WHERE s.id = %s AND s.kind = 'staff' AND s.ended_at IS NULL",
        "WHERE s.id = %s AND s.ended_at IS NULL",
        "tests/backoffice/services",
    ),
    Mutant(
        "a token's own words about place and person are not checked",
        "crm/web/authentication.py",
        "    if told != (",
        "    if False and told != (",
        "tests/access",
    ),
    Mutant(
        "any algorithm signs a token",
        "crm/web/tokens.py",
        '            if set(header) - HEADER or header.get("alg") != ALGORITHM:',
        "            if False:",
        "tests/backoffice/services",
    ),
    Mutant(
        "a member reaches other members' records",
        "selfservice/v1/contacts.py",
        "            raise Forbidden\n",
        "            pass\n",
        "tests/selfservice/v1/test_contact.py tests/access",
    ),
    Mutant(
        "an idempotency key does not look at what came with it",
        "crm/web/repeats.py",
        "    if known.fingerprint != row.fingerprint:",
        "    if False:",
        "tests/races/test_repeats.py",
    ),
    Mutant(
        "an idempotency key is everybody's",
        "crm/web/repeats.py",
        'principal=f"{scope.actor.kind}:{scope.actor.id}", route=route',
        'principal="", route=route',
        "tests/races/test_repeats.py",
    ),
    Mutant(
        "signing in tells unknown from wrong by the work it does",
        "crm/kernel/passwords.py",
        "        matches = check_password(given[: LONGEST + 1], encoded or _nobodys())",
        "        matches = bool(encoded) and check_password(given[: LONGEST + 1], encoded)",
        "tests/crm/kernel/test_passwords.py",
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose sentence contains one of these words")
    words = parser.parse_args().words
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.says for word in words)]
    with tempfile.TemporaryDirectory(prefix="rapport-mutants-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(PROJECT, copy, ignore=NOT_COPIED)
        survivors = [mutant.says for mutant in chosen if not is_caught(mutant, copy)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants caught.")
    for says in survivors:
        print(f"survived: {says}")
    return 1 if survivors or not chosen else 0


def is_caught(mutant: Mutant, copy: Path) -> bool:
    file = copy / mutant.file
    original = file.read_text()
    if mutant.before not in original:
        print(f"?       {mutant.says}: its text is not in {mutant.file} any more")
        return False
    file.write_text(original.replace(mutant.before, mutant.after, 1))
    try:
        code = run_tests(mutant.tests, copy)
    finally:
        file.write_text(original)
    # 1: tests ran and some failed. Anything else (no tests, a broken set-up) proves nothing.
    print(f"{'caught' if code == 1 else 'SURVIVED'}  {mutant.says}", flush=True)
    return code == 1


def run_tests(tests: str, copy: Path) -> int:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-n0",
        "--create-db",
        "-p",
        "no:cacheprovider",
        *tests.split(),
    ]
    environment = {**os.environ, "DATA_DIR": str(PROJECT / "var" / "mutants")}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
