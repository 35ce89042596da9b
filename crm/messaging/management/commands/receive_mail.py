import os
import sys
from typing import Any

import structlog

from crm.kernel.commands import ScopedCommand
from crm.messaging.errors import UnreadableMail
from crm.messaging.incoming import LARGEST_MAIL
from crm.messaging.services.receiving import Receipt, receive_mail

log = structlog.get_logger(__name__)


class Command(ScopedCommand):
    """For the pipe of a mail server, which reads what to do with the mail from the exit code (sysexits.h).

    0 taken, or taken before; 65 unreadable; 67 about no message of ours; 75 try again later.
    """

    help = "Take in one mail that came back, from standard input (docs/operations.md)."
    actor_name = "receive_mail"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        # One byte more than may be: enough to tell that it is too large.
        code = self._take(sys.stdin.buffer.read(LARGEST_MAIL + 1))
        if code != os.EX_OK:
            sys.exit(code)

    def _take(self, raw: bytes) -> int:
        try:
            receipt = receive_mail(raw=raw, scope=self.scope)
        except UnreadableMail:
            return os.EX_DATAERR
        except Exception as fault:  # whatever is wrong here is not the sender's fault: keep the mail
            log.error("mail_not_taken", error=type(fault).__name__)
            return os.EX_TEMPFAIL
        log.info("mail_received", receipt=str(receipt))
        return os.EX_NOUSER if receipt == Receipt.UNKNOWN else os.EX_OK
