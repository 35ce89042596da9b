"""Templates, senders, settings and the log of what was sent, as staff work with them."""

import pytest

from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.messaging.models import Communication, Sender, SendingSettings, Template, TemplateVersion
from crm.messaging.recipients import Recipient
from crm.messaging.services import receive_mail
from tests.backoffice.admin.forms import errors_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import names_of, row_of
from tests.cast import World
from tests.crm.messaging.letters import a_message, a_template, stored
from tests.crm.messaging.mails import a_complaint, a_reply, a_report

NEW = {
    "key": "welcome", "name": "Welcome", "channel": "email", "message_class": "marketing", "locale": "en",
    "subject": "Hi {{ first_name }}", "body": "<p>Dear {{ name }}</p><script>x</script>",
}  # fmt: skip


def versions(world: World) -> list[tuple[str, int, str, bool]]:
    with world.scope():
        rows = TemplateVersion.objects.order_by("locale", "number")
        return [(row.locale, row.number, row.subject, row.is_published) for row in rows]


def only_version(world: World) -> TemplateVersion:
    with world.scope():
        return TemplateVersion.objects.get()


def test_a_template_is_written_previewed_and_published(acme: World) -> None:
    browser = acme.browser_of("manager")
    send(browser, address("messaging.Template", "add"), **NEW)
    template = row_of(acme, Template, key="welcome")
    assert versions(acme) == [("en", 1, "Hi {{ first_name }}", False)]
    version = only_version(acme)
    preview = browser.get(f"/admin/messaging/template/versions/{version.pk}/preview/", {"first_name": "Bea"}).text
    assert "Hi Bea" in preview
    assert "Dear Ann Lee" in preview
    assert "script&gt;x" not in preview
    publish = f"/admin/messaging/template/versions/{version.pk}/publish/"
    assert "Publish en 1 of Welcome?" in browser.get(publish).text
    assert not only_version(acme).is_published
    browser.post(publish)
    assert only_version(acme).is_published
    assert names_of(acme, "template", template.pk) == ["template.defined", "template.written", "template.published"]


APP = {
    **NEW, "channel": "inapp", "body": "Dear {{ name }}", "subtitle": "For {{ first_name }}",
    "image_url": "https://cdn.example/a.png", "click_url": "{{ link }}",
}  # fmt: skip


def test_a_template_of_the_app_has_subtitle_picture_and_link(acme: World) -> None:
    browser = acme.browser_of("manager")
    send(browser, address("messaging.Template", "add"), **APP)
    version = only_version(acme)
    assert (version.subtitle, version.image_url, version.click_url) == tuple(
        APP[name] for name in ("subtitle", "image_url", "click_url")
    )
    shown = browser.get(f"/admin/messaging/template/versions/{version.pk}/preview/").text
    for words in ("Hi Ann", "Subtitle: For Ann", "https://cdn.example/a.png", "https://crm.example.com/x"):
        assert words in shown
    change = address("messaging.Template", "change", row_of(acme, Template, key="welcome").pk)
    send(browser, change, subtitle="For you")
    assert [row[1] for row in versions(acme)] == [1, 2]
    send(browser, change, name="Welcome!")
    assert len(versions(acme)) == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [({"click_url": "javascript:x"}, "click_url"), ({"image_url": "a.png"}, "image_url"), ({"subject": ""}, "subject"),
     ({"subtitle": "{{ nmae }}"}, "subtitle"), ({"channel": "sms"}, "subtitle"), ({"channel": "email"}, "subtitle")],
)  # fmt: skip
def test_what_the_app_cannot_show_is_told_at_its_field(acme: World, values: dict[str, str], field: str) -> None:
    answer = send(acme.browser_of("manager"), address("messaging.Template", "add"), **{**APP, **values})
    assert list(errors_of(answer)) == [field]
    assert versions(acme) == []


def test_another_wording_is_another_version_and_the_same_is_none(acme: World) -> None:
    browser = acme.browser_of("manager")
    send(browser, address("messaging.Template", "add"), **NEW)
    change = address("messaging.Template", "change", row_of(acme, Template, key="welcome").pk)
    send(browser, change, name="Welcome!")
    assert len(versions(acme)) == 1
    send(browser, change, subject="Hello")
    send(browser, change, locale="de", subject="Hallo")
    assert versions(acme) == [
        ("de", 1, "Hallo", False), ("en", 1, "Hi {{ first_name }}", False), ("en", 2, "Hello", False),
    ]  # fmt: skip
    assert row_of(acme, Template, key="welcome").name == "Welcome!"


@pytest.mark.parametrize(
    ("field", "text"), [("subject", "Hi {{ nmae }}"), ("body", "{{ settings.SECRET_KEY }}"), ("locale", "deutsch")]
)
def test_a_wrong_wording_is_told_at_its_field(acme: World, field: str, text: str) -> None:
    answer = send(acme.browser_of("manager"), address("messaging.Template", "add"), **{**NEW, field: text})
    assert list(errors_of(answer)) == [field]
    assert versions(acme) == []


def test_a_key_is_taken_once(acme: World) -> None:
    browser = acme.browser_of("manager")
    for _ in range(2):
        answer = send(browser, address("messaging.Template", "add"), **NEW)
    assert list(errors_of(answer)) == ["key"]


def test_an_agent_reads_templates_and_writes_none(acme: World) -> None:
    template = a_template(acme)
    browser, version = acme.browser_of("agent"), only_version(acme)
    assert "Preview" in browser.get(address("messaging.Template", "change", template.pk)).text
    assert browser.get(f"/admin/messaging/template/versions/{version.pk}/preview/").status_code == 200
    for verb in ("get", "post"):
        assert getattr(browser, verb)(f"/admin/messaging/template/versions/{version.pk}/publish/").status_code == 404


def test_a_version_of_another_place_is_not_there(acme: World, rival: World) -> None:
    a_template(rival)
    version = only_version(rival)
    for view in ("preview", "publish"):
        path = f"/admin/messaging/template/versions/{version.pk}/{view}/"
        assert acme.browser_of("owner").get(path).status_code == 404


def test_a_new_default_sender_takes_the_place_of_the_old(acme: World) -> None:
    browser = acme.browser_of("manager")
    for name in ("one", "two"):
        send(
            browser, address("messaging.Sender", "add"), channel="email", name=name, address=f"{name}@acme.example",
            is_default="on",
        )  # fmt: skip
    with acme.scope():
        assert dict(Sender.objects.values_list("name", "is_default")) == {"one": False, "two": True}


@pytest.mark.parametrize(("channel", "wrong"), [("email", "nonsense"), ("sms", "a name too long"), ("sms", "12")])
def test_a_senders_wrong_address_is_told_at_its_field(acme: World, channel: str, wrong: str) -> None:
    answer = send(
        acme.browser_of("manager"), address("messaging.Sender", "add"), channel=channel, name="x", address=wrong
    )
    assert list(errors_of(answer)) == ["address"]


def test_settings_begin_with_the_defaults_and_are_kept_once(acme: World) -> None:
    browser = acme.browser_of("manager")
    assert "22:00 to 8:00" in browser.get(address("messaging.SendingSettings")).text
    send(browser, address("messaging.SendingSettings", "add"), email_per_day="5")
    row = row_of(acme, SendingSettings)
    assert (row.email_per_day, row.sms_per_day, str(row.quiet_from)) == (5, 1, "22:00:00")
    assert "22:00 to 8:00" not in browser.get(address("messaging.SendingSettings")).text
    send(browser, address("messaging.SendingSettings", "change", row.pk), quiet_from="20:00")
    assert names_of(acme, "sending_settings", row.pk) == ["sending_settings.changed"] * 2


def test_the_log_counts_what_nobody_knows_and_finds_messages(acme: World) -> None:
    a_template(acme)
    browser, message = acme.browser_of("analyst"), a_message(acme)
    log = address("messaging.Communication")
    assert "nobody knows" not in browser.get(log).text
    with acme.scope():
        Communication.objects.filter(pk=message.pk).update(state="unknown")
    page = browser.get(log).text
    assert "Of 1 message nobody knows" in page
    assert "ann@example.com" in browser.get(log, {"state__exact": "unknown"}).text
    assert "ann@example.com" in browser.get(log, {"q": "ANN@"}).text
    assert "ann@example.com" not in browser.get(log, {"q": "bob"}).text
    assert "ann@example.com" not in browser.get(log, {"channel__exact": "sms"}).text
    assert "Dear Ann Lee" in browser.get(address("messaging.Communication", "change", message.pk)).text


# What came back, and what is sent again


def came_back(world: World, raw: bytes) -> None:
    receive_mail(raw=raw, scope=lambda tenant: scope_for(tenant, job_actor("test")))


def a_message_in(world: World, state: str, name: str = "ann") -> Communication:
    with world.scope():
        known = Template.objects.filter(key="news").exists()
    if not known:
        a_template(world)
    message = a_message(world, name, recipient=Recipient(email=f"{name}@example.com"))
    with world.scope():
        Communication.objects.filter(pk=message.pk).update(state=state, provider_message_id=f"<{message.pk}@x>")
    return message


def state_of(world: World, message: Communication) -> str:
    return stored(world, message).state


def test_the_page_of_a_message_shows_what_came_back_as_text(acme: World) -> None:
    message = a_message_in(acme, "sent")
    came_back(acme, a_reply(message.pk, text="Fine.<script>alert(1)</script>"))
    page = acme.browser_of("analyst").get(address("messaging.Communication", "change", message.pk)).text
    assert "What came back" in page
    assert "Fine.&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_messages_are_found_by_what_came_back(acme: World) -> None:
    answered, bounced, complained = (a_message_in(acme, "sent", name) for name in ("ann", "bob", "cid"))
    machine = a_message_in(acme, "sent", "dan")
    came_back(acme, a_reply(answered.pk))
    came_back(acme, a_report(bounced.pk))
    came_back(acme, a_complaint(complained.pk))
    came_back(acme, a_reply(machine.pk, number=2, headers="Auto-Submitted: auto-replied\r\n"))
    browser, names = acme.browser_of("analyst"), ("ann", "bob", "cid", "dan")
    for chosen, found in (("answered", ["ann"]), ("bounced", ["bob"]), ("complained", ["cid"]), ("nonsense", [])):
        page = browser.get(address("messaging.Communication"), {"came_back": chosen}).text
        assert [name for name in names if f"{name}@example.com" in page] == found


@pytest.mark.parametrize(("state", "warns"), [("failed", False), ("unknown", True)])
def test_a_message_is_sent_again_after_a_question(acme: World, state: str, warns: bool) -> None:
    message, browser = a_message_in(acme, state), acme.browser_of("manager")
    path = f"/admin/messaging/communication/{message.pk}/again/"
    assert path in browser.get(address("messaging.Communication", "change", message.pk)).text
    assert ("may arrive twice" in browser.get(path).text) is warns
    assert state_of(acme, message) == state
    browser.post(path)
    assert state_of(acme, message) == "queued"
    assert "Only a message that failed" in browser.post(path, follow=True).text


def test_who_may_not_write_sends_nothing_again(acme: World, rival: World) -> None:
    message, theirs = a_message_in(acme, "failed"), a_message_in(rival, "failed")
    path = f"/admin/messaging/communication/{message.pk}/again/"
    for role in ("agent", "analyst"):
        browser = acme.browser_of(role)
        assert path not in browser.get(address("messaging.Communication", "change", message.pk)).text
        assert [browser.get(path).status_code, browser.post(path).status_code] == [404, 404]
    foreign = path.replace(str(message.pk), str(theirs.pk))
    assert acme.browser_of("owner").post(foreign).status_code == 404
    assert (state_of(acme, message), state_of(rival, theirs)) == ("failed", "failed")


def test_many_are_sent_again_after_their_number_was_named(acme: World) -> None:
    failed, unknown, sent = (a_message_in(acme, state, state) for state in ("failed", "unknown", "sent"))
    empty = a_message_in(acme, "failed", "empty")
    with acme.scope():
        Communication.objects.filter(pk=empty.pk).update(content="")
    browser, page = acme.browser_of("manager"), address("messaging.Communication")
    chosen = {"action": "send_chosen_again", "_selected_action": [m.pk for m in (failed, unknown, sent, empty)]}
    asked = browser.post(page, chosen).text
    assert "Send 3 messages again?" in asked
    assert "Of 1 nobody knows" in asked
    assert state_of(acme, failed) == "failed"
    told = browser.post(page, {**chosen, "confirmed": "1"}, follow=True).text
    assert "2 messages are due again." in told
    assert "1 cannot be" in told
    assert [state_of(acme, m) for m in (failed, unknown, sent, empty)] == ["queued", "queued", "sent", "failed"]
