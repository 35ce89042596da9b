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
from pathlib import Path

from tests.mutants.approving import APPROVING
from tests.mutants.callers import CALLERS
from tests.mutants.house import HOUSE
from tests.mutants.knowing import KNOWING
from tests.mutants.mutant import Mutant
from tests.mutants.ordering import ORDERING
from tests.mutants.people import PEOPLE
from tests.mutants.selling import SELLING
from tests.mutants.signing_in import SIGNING_IN
from tests.mutants.streaming import STREAMING

PROJECT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".venv", "var", ".git", "__pycache__", ".*_cache", "staticfiles")

MUTANTS = (*HOUSE, *CALLERS, *SELLING, *PEOPLE, *ORDERING, *KNOWING, *SIGNING_IN, *APPROVING, *STREAMING)


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
