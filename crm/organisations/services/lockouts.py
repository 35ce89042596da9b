import hashlib

from crm.kernel.events import record
from crm.kernel.guesses import GuessLimit
from crm.kernel.transactions import atomic
from crm.organisations.events import SignInUnlocked


@atomic
def unlock_sign_in(*, guesses: GuessLimit, identity: str, subject_kind: str, subject_id: str = "") -> None:
    """Forget what was guessed at `identity`, so that who knows the password gets in at once.

    `subject_id` is the staff member or contact whose sign-in it is; empty where it is nobody's.
    """
    guesses.forget(identity)
    sign_in_id = hashlib.sha256(guesses.key(identity).encode()).hexdigest()[:40]
    record(SignInUnlocked(sign_in_id=sign_in_id, subject_kind=subject_kind, subject=subject_id))
