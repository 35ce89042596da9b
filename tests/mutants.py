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
