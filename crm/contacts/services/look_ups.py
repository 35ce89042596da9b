"""Whether credentials mean anybody, asked without sending anything, and mails that anybody may ask for: not often."""

from collections.abc import Sequence
from datetime import timedelta

from crm.contacts.errors import NobodyMeant
from crm.contacts.services.finding import Credential, is_anybody
from crm.kernel.guesses import GuessLimit
from crm.kernel.tenancy import Mode, current_scope
from crm.organisations.services import Device

# It tells who is a customer here: an app asks now and then, and whoever goes through a list is stopped.
LOOK_UPS = GuessLimit("look-up", 60, timedelta(hours=1))
MAILS = GuessLimit("sign-in-mail", 60, timedelta(hours=1))


def count_look_up(*, device: Device) -> None:
    """To be called outside any transaction. Raises TooManyGuesses."""
    tenant = current_scope().tenant
    if tenant.mode == Mode.LIVE:
        LOOK_UPS.count(f"{tenant.organisation_id}:{device.address or ''}")


def count_mail(*, device: Device) -> None:
    """A link by mail that was asked for. Raises TooManyGuesses."""
    tenant = current_scope().tenant
    if tenant.mode == Mode.LIVE:
        MAILS.count(f"{tenant.organisation_id}:{device.address or ''}")


def ensure_somebody_is_meant(*, credentials: Sequence[Credential]) -> None:
    """Raises NobodyMeant when the credentials mean nobody, or more than one person."""
    if not is_anybody(credentials):
        raise NobodyMeant
