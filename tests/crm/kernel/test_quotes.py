"""What the database quotes of a row stays out of logs and dead letters."""

import traceback
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from config import logs
from crm.kernel.clock import real_now
from crm.kernel.due import _trace
from crm.kernel.models import Counter
from crm.kernel.quotes import without_quotes

TWO = """Traceback (most recent call last):
  File "x.py", line 1, in <module>
psycopg.errors.CheckViolation: new row violates check constraint "c"
DETAIL:  Failing row contains (Ann Lee, first line

Traceback of nothing
second line of Ann).
CONTEXT:  COPY contact, line 3: "Ann Lee"

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "y.py", line 2, in work
django.db.utils.IntegrityError: new row violates check constraint "c"
DETAIL:  Failing row contains (Ann Lee).
"""


def test_the_fault_and_the_way_to_it_stay_and_the_row_goes() -> None:
    left = without_quotes(TWO.replace("Traceback of nothing\n", ""))
    assert "Ann" not in left
    assert left.count("violates check constraint") == 2
    assert 'File "y.py", line 2' in left


def test_a_text_without_quotes_stays_as_it_is() -> None:
    try:
        raise ValueError("three")
    except ValueError as error:
        text = "".join(traceback.format_exception(error))
    assert without_quotes(text) == text


@pytest.mark.django_db
def test_a_dead_letter_and_a_log_line_tell_no_value() -> None:
    name = "Ann " + "Lee"
    rows = [Counter(key=name, n=1, expires_at=real_now()) for _ in range(2)]
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Counter.objects.bulk_create(rows)
    assert "Ann Lee" in "".join(traceback.format_exception(caught.value))
    assert "Ann Lee" not in _trace(caught.value)
    line: Any = {"event": "x", "exception": "".join(traceback.format_exception(caught.value))}
    assert "Ann Lee" not in logs._unquoted(None, "error", line)["exception"]
