"""Events as people read them: who, to whom, what changed, in a fixed number of queries for a whole page of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.names_of_actors import actor_names
from crm.contacts.models import Contact
from crm.kernel.models import Event
from crm.organisations.models import CustomField

SENTENCES = {
    "contact.created": gettext_lazy("Became known"),
    "contact.updated": gettext_lazy("Changed"),
    "contact.deleted": gettext_lazy("Deleted"),
    "organisation.preferred": gettext_lazy("Chose where to go"),
    "device.registered": gettext_lazy("Device registered for messages"),
    "device.removed": gettext_lazy("Device removed"),
    "own_email.added": gettext_lazy("Another e-mail address said"),
    "own_email.changed": gettext_lazy("One of several e-mail addresses changed"),
    "consent.changed": gettext_lazy("Decided what may be sent"),
    "contact.erased": gettext_lazy("Erased"),
    "data_export.asked": gettext_lazy("Their data is put together"),
    "data_export.finished": gettext_lazy("Their data is ready to be fetched"),
    "data_export.fetched": gettext_lazy("They have fetched their data"),
    "contact.merged": gettext_lazy("Another person was merged into them"),
    "contact.unmerged": gettext_lazy("A merge was taken apart"),
    "duplicate.dismissed": gettext_lazy("Said to be no duplicate"),
    "customer.created": gettext_lazy("Became a customer"),
    "interaction.added": gettext_lazy("Interaction noted"),
    "interaction.changed": gettext_lazy("Interaction changed"),
    "interaction.removed": gettext_lazy("Interaction removed"),
    "interactions.carried_over": gettext_lazy("Interactions of a lead carried over"),
    "customers.loaded": gettext_lazy("Customers loaded"),
    "member.registered": gettext_lazy("Joined the programme"),
    "members.registered": gettext_lazy("Joined the programme, all of a batch"),
    "member.left": gettext_lazy("Left the programme"),
    "tier.changed": gettext_lazy("Tier changed"),
    "tier.defined": gettext_lazy("Tier defined"),
    "lead.created": gettext_lazy("Lead captured"),
    "lead.updated": gettext_lazy("Lead changed"),
    "lead.status_changed": gettext_lazy("Moved to another stage"),
    "lead.converted": gettext_lazy("Converted into a customer"),
    "lead.deleted": gettext_lazy("Lead deleted"),
    "lead.score_band_changed": gettext_lazy("The score rose"),
    "lead_interaction.added": gettext_lazy("Interaction noted"),
    "lead_interaction.changed": gettext_lazy("Interaction changed"),
    "lead_interaction.removed": gettext_lazy("Interaction removed"),
    "leads.imported": gettext_lazy("Leads imported"),
    "stage_rule.set": gettext_lazy("Days of a stage set"),
    "follow_ups.made": gettext_lazy("Follow-ups made"),
    "follow_up.assigned": gettext_lazy("Follow-up handed over"),
    "follow_up.finished": gettext_lazy("Follow-up done"),
    "customer_follow_up.assigned": gettext_lazy("Follow-up handed over"),
    "customer_follow_up.finished": gettext_lazy("Follow-up done"),
    "lead_rotation.changed": gettext_lazy("Rotation of new leads changed"),
    "lead.merged": gettext_lazy("Another lead was merged into it"),
    "lead.unmerged": gettext_lazy("A merge of leads was taken apart"),
    "lead_duplicate.dismissed": gettext_lazy("Lead said to be no duplicate"),
    "score_rule.defined": gettext_lazy("Score rule written"),
    "score_rule.removed": gettext_lazy("Score rule removed"),
    "score_group.defined": gettext_lazy("Group of score rules written"),
    "score_group.removed": gettext_lazy("Group of score rules removed"),
    "leads.written_to": gettext_lazy("Letters of a sequence noted"),
    "sequence.defined": gettext_lazy("Sequence written"),
    "sequence.drafted": gettext_lazy("Steps of a sequence written"),
    "sequence.published": gettext_lazy("Sequence published"),
    "sequence.archived": gettext_lazy("Sequence archived"),
    "sequence.reopened": gettext_lazy("Sequence opened again"),
    "leads.enrolled": gettext_lazy("Leads entered a sequence"),
    "steps.run": gettext_lazy("Steps of sequences done"),
    "nurturing.stopped": gettext_lazy("Left a sequence before its end"),
    "messages.withdrawn": gettext_lazy("Messages withdrawn"),
    "web_form.defined": gettext_lazy("Web form written"),
    "segment.defined": gettext_lazy("Segment written"),
    "segment.filled": gettext_lazy("Segment filled"),
    "segment.archived": gettext_lazy("Segment archived"),
    "segment.entered": gettext_lazy("Came into a segment"),
    "segment.left": gettext_lazy("Left a segment"),
    "customer.health_band_changed": gettext_lazy("How they are doing changed"),
    "file.stored": gettext_lazy("File brought"),
    "file.attached": gettext_lazy("File attached"),
    "file.deleted": gettext_lazy("File deleted"),
    "approval.requested": gettext_lazy("Asked for approval"),
    "approval.step_passed": gettext_lazy("Approved by some, others are asked"),
    "approval.decided": gettext_lazy("Approval decided"),
    "approval.recalled": gettext_lazy("Approval no longer needed"),
    "approval.expired": gettext_lazy("Approval expired"),
    "approvals.chased": gettext_lazy("Overdue approvals chased"),
    "approval_policy.defined": gettext_lazy("Approval policy laid down"),
    "delegation.defined": gettext_lazy("Deputy named"),
    "delegation.removed": gettext_lazy("Deputy taken back"),
    "feedback.requested": gettext_lazy("Asked for feedback"),
    "feedback.skipped": gettext_lazy("Not asked for feedback"),
    "feedback.bounced": gettext_lazy("Request for feedback bounced"),
    "feedback.answered": gettext_lazy("Gave feedback"),
    "feedback.detractor": gettext_lazy("Is unhappy: to be called"),
    "feedback.closed": gettext_lazy("Request for feedback closed"),
    "feedback.reminded": gettext_lazy("Reminded of requests for feedback"),
    "feedback.expired": gettext_lazy("Requests for feedback expired"),
    "feedback_settings.changed": gettext_lazy("Feedback settings changed"),
    "taxonomy.written": gettext_lazy("New version of the themes"),
    "theme_candidate.accepted": gettext_lazy("Suggested theme accepted"),
    "theme_candidate.dismissed": gettext_lazy("Suggested theme dismissed"),
    "product.defined": gettext_lazy("Product defined"),
    "product.changed": gettext_lazy("Product changed"),
    "product.deleted": gettext_lazy("Product deleted"),
    "order.created": gettext_lazy("Ordered"),
    "order.updated": gettext_lazy("Order changed"),
    "order.status_changed": gettext_lazy("Order moved on"),
    "order.delivered": gettext_lazy("Order delivered"),
    "order.refunded": gettext_lazy("Money given back"),
    "order.deleted": gettext_lazy("Order deleted"),
    "orders.loaded": gettext_lazy("Orders loaded"),
    "account.opened": gettext_lazy("Billing account opened"),
    "account.changed": gettext_lazy("Billing account changed"),
    "payment_method.added": gettext_lazy("Way to pay added"),
    "payment_method.changed": gettext_lazy("Way to pay changed"),
    "payment_method.removed": gettext_lazy("Way to pay removed"),
    "invoice.issued": gettext_lazy("Invoice issued"),
    "campaign.created": gettext_lazy("Campaign created"),
    "campaign.updated": gettext_lazy("Campaign changed"),
    "campaign.deleted": gettext_lazy("Campaign deleted"),
    "listing.opened": gettext_lazy("Listing opened"),
    "listing_entry.added": gettext_lazy("Added to a listing"),
    "listing_entry.ended": gettext_lazy("Taken out of a listing"),
    "identity.added": gettext_lazy("Way to sign in added"),
    "identity.removed": gettext_lazy("Way to sign in removed"),
    "identity.verified": gettext_lazy("Way to sign in shown to be theirs"),
    "once_code.asked": gettext_lazy("One-time code asked for"),
    "sign_in_link.asked": gettext_lazy("Link to sign in with asked for"),
    "password.changed": gettext_lazy("Password changed"),
    "contact.referred": gettext_lazy("Brought by somebody"),
    "pass_code.defined": gettext_lazy("Pass code written"),
    "pass_code.used": gettext_lazy("Registered with a pass code"),
    "identity_provider.defined": gettext_lazy("Identity provider set up"),
    "sign_in_settings.changed": gettext_lazy("Sign-in settings changed"),
    "wifi.authorised": gettext_lazy("Device let into the Wi-Fi"),
    "wifi.ended": gettext_lazy("Device let in no more"),
    "document.kept": gettext_lazy("Document number kept"),
    "document.revealed": gettext_lazy("Document number shown"),
    "address.suppressed": gettext_lazy("Address suppressed"),
    "suppression.lifted": gettext_lazy("Suppression lifted"),
    "template.defined": gettext_lazy("Template defined"),
    "template.written": gettext_lazy("New version of a template"),
    "template.published": gettext_lazy("Template published"),
    "sender.defined": gettext_lazy("Sender defined"),
    "sender.removed": gettext_lazy("Sender removed"),
    "sending_settings.changed": gettext_lazy("Sending settings changed"),
    "messages.queued": gettext_lazy("Messages asked for"),
    "message.sent": gettext_lazy("Message sent"),
    "message.failed": gettext_lazy("Message failed"),
    "message.skipped": gettext_lazy("Message not sent"),
    "message.unknown": gettext_lazy("Message lost sight of"),
    "message.unsubscribed": gettext_lazy("Unsubscribed"),
    "message.sent_again": gettext_lazy("Message sent again by hand"),
    "message.marked": gettext_lazy("Message viewed or put away"),
    "message.removed": gettext_lazy("Message removed by the member"),
    "notices.viewed": gettext_lazy("All notices viewed"),
    "message.replied": gettext_lazy("Message answered"),
    "message.auto_replied": gettext_lazy("Message answered by a machine"),
    "message.bounced": gettext_lazy("Message bounced"),
    "message.complained": gettext_lazy("Recipient complained"),
    "test_clock.moved": gettext_lazy("Clock of test mode moved"),
    "organisation.opened": gettext_lazy("Organisation opened"),
    "organisation.changed": gettext_lazy("Organisation changed"),
    "staff.added": gettext_lazy("Staff member added"),
    "staff.changed": gettext_lazy("Staff member changed"),
    "staff.signed_in": gettext_lazy("Signed in over an API"),
    "session.ended": gettext_lazy("Session ended"),
    "sign_in.unlocked": gettext_lazy("Lockout lifted"),
    "member.signed_in": gettext_lazy("Signed in"),
    "api_key.issued": gettext_lazy("API key issued"),
    "api_key.changed": gettext_lazy("API key changed"),
    "api_key.rotated": gettext_lazy("API key rotated"),
    "api_key.revoked": gettext_lazy("API key revoked"),
    "merchant.defined": gettext_lazy("Merchant defined"),
    "custom_field.defined": gettext_lazy("Custom field defined"),
    "custom_field.removed": gettext_lazy("Custom field removed"),
    "work.replayed": gettext_lazy("Dead letter brought back"),
    "job.started": gettext_lazy("Job started by hand"),
    "schedule.changed": gettext_lazy("Schedule changed"),
}


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One event, in words. `subject` and `link` are empty where the page is about that record anyway."""

    event: Event
    sentence: str
    who: str
    subject: str
    link: str
    changes: list[Change]


def told(events: Iterable[Event], *, with_subjects: bool = False) -> list[Told]:
    rows = list(events)
    who = actor_names(rows)
    subjects = _contact_names(rows) if with_subjects else {}
    labels = custom_labels(row.changes for row in rows)
    return [
        Told(
            event=row,
            sentence=sentence_of(row.name),
            who=who[row.actor_kind, row.actor_id],
            subject=subjects.get(row.subject_id, ""),
            link=reverse("admin:contacts_contact_change", args=[row.subject_id]) if row.subject_id in subjects else "",
            changes=changes_in(row.changes, labels),
        )
        for row in rows
    ]


def sentence_of(event_name: str) -> str:
    return str(SENTENCES.get(event_name, event_name))


def _contact_names(events: Iterable[Event]) -> dict[str, str]:
    ids = [event.subject_id for event in events if event.subject_kind == "contact"]
    living = Contact.objects.filter(pk__in=ids, deleted_at=None).defer("words", "search") if ids else []
    return {str(contact.pk): str(contact) for contact in living}


def custom_labels(changes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the custom fields are called, where any of them was changed."""
    if not any("custom_fields" in each for each in changes):
        return {}
    return dict(CustomField.objects.values_list("key", "label"))


def changes_in(kept: Mapping[str, Any], labels: Mapping[str, str]) -> list[Change]:
    """The changes of an event as it keeps them, in words."""
    changes: list[Change] = []
    for field, (before, after) in kept.items():
        if field == "custom_fields":
            old, new = before or {}, after or {}
            keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
            changes += [
                Change(labels.get(key, key), shown_value(old.get(key)), shown_value(new.get(key))) for key in keys
            ]
        else:
            changes.append(Change(field.removesuffix("_id").replace("_", " "), shown_value(before), shown_value(after)))
    return changes


def shown_value(value: Any) -> str:
    """A value of an event, or of a column of JSON, in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(shown_value, value)) or "–"
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')}: {shown_value(item)}" for key, item in value.items()) or "–"
    return "–" if value in (None, "") else str(value)
