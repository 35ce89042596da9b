"""Guesses at secrets, counted before they are looked at: neither speed nor parallel tries buy one more (A6).

Counted outside any transaction, so that a wrong guess stays counted whatever else is undone. Unknown identities are
counted like known ones.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from crm.kernel.counters import count
from crm.kernel.errors import Throttled
from crm.kernel.models import Counter


class TooManyGuesses(Throttled):
    code = "too_many_guesses"
    message = _("Too many tries. Please wait before the next one.")


@dataclass(frozen=True, slots=True)
class GuessLimit:
    """`most` guesses for one identity; after the last of them, none for `within`."""

    purpose: str
    most: int
    within: timedelta

    def key(self, identity: str) -> str:
        return f"guess:{self.purpose}:{identity}"[:250]

    def count(self, identity: str) -> None:
        """Count one guess. Raises TooManyGuesses, with the seconds to wait, once there were too many."""
        number, left = count(self.key(identity), lasts=self.within, renew_at=self.most)
        if number > self.most:
            raise TooManyGuesses(retry_after=max(1, int(left.total_seconds())))

    def forget(self, identity: str) -> None:
        """The secret was known: what was guessed before it counts no more."""
        Counter.objects.filter(key=self.key(identity)).delete()
