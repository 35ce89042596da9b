"""What staff write is filled in and cleaned; it runs nothing (reliability X6)."""

from typing import Any

import pytest

from crm.messaging.errors import BadHeader, UnknownPlaceholder
from crm.messaging.rendering import PLACEHOLDERS, check_wording, plain_text, preview, render


def mail(body: str, subject: str = "Hi", message_class: str = "transactional", **values: str) -> Any:
    return render(channel="email", message_class=message_class, subject=subject, body=body, values=values)


def test_placeholders_are_filled_in_however_they_are_spaced() -> None:
    assert mail("<p>{{name}} {{ name }} {{  name  }}</p>", name="Ann").content == "<p>Ann Ann Ann</p>"
    assert mail("<p>{{ name }}!</p>").content == "<p>!</p>"


def test_values_are_escaped_in_mail_and_plain_in_sms() -> None:
    assert mail("<p>{{ name }}</p>", name="<b>Ann</b> & Co").content == "<p>&lt;b&gt;Ann&lt;/b&gt; &amp; Co</p>"
    text = render(
        channel="sms", message_class="marketing", subject="", body="{{ name }}\n<b>", values={"name": "A & B"}
    )
    assert text.content == "A & B\n<b>"


def test_what_a_value_brings_with_it_is_not_filled_in_again() -> None:
    assert mail("<p>{{ name }}</p>", name="{{ code }}", code="123456").content == "<p>{{ code }}</p>"


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">x</a>',
    "<iframe src='https://evil.example'></iframe>", "<svg/onload=alert(1)>", "<style>@import 'x'</style>",
    "<form action='https://evil.example'><input></form>", "<p style='background:url(javascript:x)'>x</p>",
    "<math><mtext></p><style><img src=x onerror=alert(1)>", "<base href='https://evil.example'>",
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_html_does_not_survive(body: str) -> None:
    html = mail(f"<p>ok</p>{body}").content.lower()
    for word in ("script", "onerror", "onload", "<iframe", "<form", "<style", "<base", "style="):
        assert word not in html, html
    assert "ok" in html


@pytest.mark.parametrize("payload", [
    "{% debug %}", "{{ settings.SECRET_KEY }}", "{{ name.__class__ }}", "{{ 7*7 }}", "{{ name|upper }}", "{{ '' }}",
    "{{ }}", "{{ self }}", "{{ name }}{{ request }}", "{{ config }}", "{{\nname.x\n}}",
])  # fmt: skip
def test_a_template_engine_s_tricks_are_refused_or_stay_text(payload: str) -> None:
    if "{{" in payload:
        with pytest.raises(UnknownPlaceholder) as refusal:
            check_wording(channel="email", subject="Hi", body=payload)
        assert refusal.value.field == "body"
    assert "SECRET" not in mail("<p>{% debug %}</p>").content.replace("{% debug %}", "")
    assert "{% debug %}" in mail("<p>{% debug %}</p>").content


def test_an_unknown_placeholder_is_refused_in_the_subject_too() -> None:
    with pytest.raises(UnknownPlaceholder) as refusal:
        check_wording(channel="email", subject="Hi {{ nmae }}", body="x")
    assert refusal.value.field == "subject"
    assert "nmae" in str(refusal.value.message)


def test_an_unknown_value_is_a_fault_of_the_caller() -> None:
    with pytest.raises(UnknownPlaceholder):
        mail("x", secret_key="1")


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x85", "\v"])
def test_a_line_break_in_a_subject_is_refused(line_break: str) -> None:
    with pytest.raises(BadHeader):
        check_wording(channel="email", subject=f"Hi{line_break}Bcc: x@example.com", body="x")
    with pytest.raises(BadHeader):
        mail("x", subject="Hi {{ name }}", name=f"Ann{line_break}Bcc: x@example.com")


def test_a_mail_needs_a_subject_and_an_sms_does_not() -> None:
    with pytest.raises(BadHeader):
        check_wording(channel="email", subject=" ", body="x")
    check_wording(channel="sms", subject="", body="x")


def test_the_subject_is_not_html() -> None:
    assert mail("x", subject="{{ name }}", name="A & B <C>").subject == "A & B <C>"


def test_marketing_mail_always_has_a_way_out() -> None:
    link = "https://crm.example.com/portal/unsubscribe/t"
    added = mail("<p>Hi</p>", message_class="marketing", unsubscribe_url=link).content
    assert added.count(link) == 1
    own = mail('<p><a href="{{ unsubscribe_url }}">out</a></p>', message_class="marketing", unsubscribe_url=link)
    assert own.content.count(link) == 1
    assert link not in mail("<p>Hi</p>", unsubscribe_url=link).content


def test_plain_text_says_the_same_with_its_links() -> None:
    html = '<h1>Hi</h1><p>One<br>two &amp; three</p><p><a href="https://x.example/?a=1&amp;b=2">here</a></p>'
    assert plain_text(html) == "Hi\nOne\ntwo & three\nhere (https://x.example/?a=1&b=2)"


def test_a_preview_has_a_sample_for_every_placeholder() -> None:
    body = " ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)
    shown = preview(channel="sms", message_class="marketing", subject="", body=body, values={"name": "Bea"})
    assert "{{" not in shown.content
    assert shown.content.startswith("Bea ")
