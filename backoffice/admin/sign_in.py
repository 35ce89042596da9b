"""The sign-in form: guesses are counted as at the APIs, and before the password is looked at."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm

from crm.kernel.errors import Unavailable
from crm.kernel.guesses import TooManyGuesses
from crm.kernel.passwords import room_to_hash
from crm.organisations.services import ADDRESS_GUESSES, STAFF_GUESSES


class SignInForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "").strip().lower()
        if not email or not self.cleaned_data.get("password"):
            return dict(super().clean())
        try:
            ADDRESS_GUESSES.count(self.request.META.get("REMOTE_ADDR", ""))
            STAFF_GUESSES.count(email)
        except TooManyGuesses as locked:
            raise ValidationError(_come_back(locked.data["retry_after"]), code=locked.code) from None
        try:
            with room_to_hash():
                cleaned = dict(super().clean())
        except Unavailable as busy:
            raise ValidationError(busy.message, code=busy.code) from None
        STAFF_GUESSES.forget(email)
        return cleaned


def _come_back(seconds: int) -> str:
    minutes = -(-seconds // 60)
    text = ngettext(
        "Too many tries. Try again in %(n)d minute.", "Too many tries. Try again in %(n)d minutes.", minutes
    )
    return text % {"n": minutes}
