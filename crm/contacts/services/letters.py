"""The messages that go with signing in: transactional, and with what they say kept secret in live mode."""

from django.db.models import Q

from crm.contacts.models import Contact, DataExport, OnceCode, SignInLink
from crm.contacts.selectors import recipients_with
from crm.kernel.locks import hold_names
from crm.messaging.models import MessageChannel
from crm.messaging.recipients import Recipient
from crm.messaging.services import ensure_template, queue_message

_CODE_MAIL = """<p>Hello,</p>
<p>your code for {{ organisation }} is <strong>{{ code }}</strong>. It is good for five minutes.</p>
<p>If you did not ask for it, there is nothing to do: nobody comes in without it.</p>
"""
_CODE_SMS = "{{ code }} is your code for {{ organisation }}. It is good for five minutes."
_VERIFY = """<p>Hello,</p>
<p>somebody, most likely you, signs in at {{ organisation }} with this address. Please confirm that it is yours:</p>
<p><a href="{{ link }}">Yes, this is my address</a></p>
<p>If it was not you, do not follow the link.</p>
"""
_RESET = """<p>Hello,</p>
<p>somebody, most likely you, asked to choose another password for {{ organisation }}:</p>
<p><a href="{{ link }}">Choose another password</a></p>
<p>The link works once, for half an hour. If you did not ask for it, there is nothing to do: your password stays.</p>
"""
_EXPORT_MAIL = """<p>Hello,</p>
<p>what {{ organisation }} has about you is put together, as you asked:</p>
<p><a href="{{ link }}">Fetch my data</a></p>
<p>The link works once, for a day. Whoever has it can fetch the data, so do not pass it on.</p>
"""
_EXPORT_SMS = "Your data at {{ organisation }}, to be fetched once within a day: {{ link }}"
# By the key of the template: its name, channel, subject and text.
_WORDING = {
    "sign_in_code_email": ("One-time code, by e-mail", MessageChannel.EMAIL,
                           "Your code for {{ organisation }}", _CODE_MAIL),
    "sign_in_code_sms": ("One-time code, by SMS", MessageChannel.SMS, "", _CODE_SMS),
    "sign_in_verify": ("Confirmation of an address", MessageChannel.EMAIL,
                       "Please confirm your address for {{ organisation }}", _VERIFY),
    "data_export_email": ("A person's own data, by e-mail", MessageChannel.EMAIL,
                          "Your data at {{ organisation }}", _EXPORT_MAIL),
    "data_export_sms": ("A person's own data, by SMS", MessageChannel.SMS, "", _EXPORT_SMS),
    "sign_in_reset": ("Another password", MessageChannel.EMAIL, "Your password for {{ organisation }}", _RESET),
}  # fmt: skip


def send_code(row: OnceCode, code: str) -> None:
    """To the address alone, without a name: a stranger may have typed either."""
    by_mail = row.channel == MessageChannel.EMAIL
    recipient = Recipient(
        email=row.address if by_mail else "", phone="" if by_mail else row.address, contact_id=row.contact_id,
        locale=_language_of(row),
    )  # fmt: skip
    key = "sign_in_code_email" if by_mail else "sign_in_code_sms"
    _set_up(key)
    queue_message(template_key=key, recipient=recipient, cause=f"once-code:{row.pk}", secrets={"code": code})


def send_link(row: SignInLink, key: str, address: str) -> None:
    """`key` names the wording, `address` is where the link leads."""
    _set_up(key)
    recipient = Recipient(email=row.email, contact_id=row.contact_id, locale=_language_of(row))
    queue_message(template_key=key, recipient=recipient, cause=f"sign-in-link:{row.pk}", secrets={"link": address})


def send_export(row: DataExport, address: str) -> None:
    """To the person as they are known; `address` is where the link leads."""
    recipient = recipients_with([row.contact_id]).get(row.contact_id)
    if recipient is None:
        return
    key = "data_export_email" if recipient.email else "data_export_sms"
    _set_up(key)
    queue_message(template_key=key, recipient=recipient, cause=f"data-export:{row.pk}", secrets={"link": address})


def _language_of(row: OnceCode | SignInLink) -> str:
    return Contact.objects.filter(Q(pk=row.contact_id)).values_list("language", flat=True).first() or ""


def _set_up(key: str) -> None:
    """The wording, where there is none yet; what staff wrote stays."""
    name, channel, subject, body = _WORDING[key]
    hold_names(f"template {key}")
    ensure_template(key=key, name=name, channel=channel, subject=subject, body=body)
