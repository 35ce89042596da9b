"""What a place begins with: a short sequence of two letters and a task, and the letters."""

from typing import Any

from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic
from crm.messaging.models import MessageChannel, MessageClass, Template
from crm.messaging.services import define_template, write_version
from crm.nurturing.models import DelayUnit, Sequence, StepKind
from crm.nurturing.services.drafting import draft_steps, publish_sequence
from crm.nurturing.services.sequences import define_sequence

HELLO, REMINDER = "nurture_hello", "nurture_reminder"
_LETTERS = {
    HELLO: (
        "Nurturing: first letter", "Good to meet you, {{ first_name }}",
        """<p>Hello {{ first_name }},</p>
<p>thank you for your interest in {{ organisation }}. If you have a question, just answer this mail: a person reads it.
</p><p>{{ organisation }}</p>""",
    ),
    REMINDER: (
        "Nurturing: second letter", "Can we help you, {{ first_name }}?",
        """<p>Hello {{ first_name }},</p>
<p>we wrote to you some days ago. Is there anything you would like to know before you decide? Tell us when it suits you,
and we call you.</p><p>{{ organisation }}</p>""",
    ),
}  # fmt: skip
_STEPS: tuple[dict[str, Any], ...] = (
    {"kind": StepKind.EMAIL, "template_key": HELLO},
    {"kind": StepKind.EMAIL, "delay": 3, "delay_unit": DelayUnit.DAY, "template_key": REMINDER},
    {
        "kind": StepKind.TASK,
        "delay": 2,
        "delay_unit": DelayUnit.WORKDAY,
        "title": "Call: no answer to two letters",
    },
)


def default_sequence() -> Sequence:
    """The sequence that "nurture" without a name means. Where nobody has made one, the first is made here."""
    return Sequence.objects.filter(is_default=True).first() or set_up_nurturing()


@atomic
def set_up_nurturing() -> Sequence:
    """The sequence a place begins with, and its letters; doing it again changes nothing."""
    hold_names("nurturing-defaults")
    sequence = Sequence.objects.filter(is_default=True).first()
    if sequence is None:
        for key, (name, subject, body) in _LETTERS.items():
            _ensure_letter(key, name, subject, body)
        sequence = define_sequence(name=_free_name("Getting to know each other"), is_default=True)
        draft_steps(sequence_id=sequence.pk, steps=_STEPS)
        publish_sequence(sequence_id=sequence.pk)
        sequence.refresh_from_db()
    return sequence


def _ensure_letter(key: str, name: str, subject: str, body: str) -> None:
    if Template.objects.filter(key=key).exists():
        return
    template = define_template(key=key, name=name, channel=MessageChannel.EMAIL, message_class=MessageClass.MARKETING)
    write_version(template_id=template.pk, locale="en", subject=subject, body=body, publish=True)


def _free_name(name: str) -> str:
    taken = set(Sequence.objects.filter(name__startswith=name).values_list("name", flat=True))
    return name if name not in taken else next(f"{name} {n}" for n in range(2, 1_000) if f"{name} {n}" not in taken)
