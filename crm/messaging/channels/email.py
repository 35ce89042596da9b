"""E-mail through Django's mail: SMTP by EMAIL_URL, else the outbox in files."""

import smtplib
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import sanitize_address

from crm.messaging.channels import Letter, Refused, Uncertain, Unreachable
from crm.messaging.rendering import plain_text


class EmailChannel:
    """One connection for as many letters as come; opened with the first, and anew after any trouble."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, letter: Letter) -> None:
        message = _message(letter)
        connection = self._open()
        try:
            connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as refusal:
            self.close()
            raise _told(*next(iter(refusal.recipients.values()))) from None
        except smtplib.SMTPResponseException as answer:
            self.close()
            raise _told(answer.smtp_code, answer.smtp_error) from None
        except (smtplib.SMTPException, OSError) as broken:
            self.close()
            raise Uncertain(type(broken).__name__) from None

    def _open(self) -> Any:
        """Nothing has been handed over before the line stands, so that every fault here is a sure one."""
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except smtplib.SMTPAuthenticationError:
                raise Unreachable("authentication") from None
            except (smtplib.SMTPException, OSError) as fault:
                raise Unreachable(type(fault).__name__) from None
            self._connection = connection
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (smtplib.SMTPException, OSError):
                # The line is gone already; so is what would have been let go of.
                return


def _message(letter: Letter) -> EmailMultiAlternatives:
    """The mail, built to the last byte before any line is opened. Raises Refused for what is no mail."""
    try:
        message = EmailMultiAlternatives(
            subject=letter.subject,
            body=plain_text(letter.content),
            from_email=sanitize_address((letter.sender_name, letter.sender), "utf-8"),
            to=[sanitize_address((letter.to_name, letter.to), "utf-8")],
            headers={"Message-ID": letter.message_id, **letter.headers},
        )
        message.attach_alternative(letter.content, "text/html")
        message.message().as_bytes()
    except ValueError as fault:
        # BadHeaderError is one: a line break where a header would end.
        raise Refused(type(fault).__name__) from None
    return message


def _told(code: int, answer: bytes | str) -> Refused | Unreachable:
    """What the server answered, by the first digit of its code."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return (Refused if code >= 500 else Unreachable)(f"{code} {text}"[:180])
