from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.errors import TemplateKeyTaken, TemplateNotFound
from crm.messaging.events import TemplateDefined, VersionPublished, VersionWritten
from crm.messaging.models import MessageChannel, MessageClass, Template, TemplateVersion
from crm.messaging.rendering import check_wording


@atomic
def define_template(*, template_id: UUID | None = None, **values: Any) -> Template:
    """Make a template, or change the name, class or default language of the one with this id.

    Key and channel of a template stay as they are: code knows it by the one, its versions are written for the other.
    Raises TemplateKeyTaken, TemplateNotFound, Invalid.
    """
    template = Template(created_at=now()) if template_id is None else _locked(template_id)
    if template_id is not None:
        values = {name: value for name, value in values.items() if name not in ("key", "channel")}
    changes = apply_changes(template, values)
    check_row(template)
    if changes:
        try:
            with transaction.atomic():
                template.save()
        except IntegrityError:
            raise TemplateKeyTaken from None
        record(TemplateDefined(template_id=template.id), changes=changes)
    return template


@atomic
def ensure_template(
    *,
    key: str,
    name: str,
    subject: str,
    body: str,
    channel: str = MessageChannel.EMAIL,
    message_class: str = MessageClass.TRANSACTIONAL,
) -> None:
    """The letter that code sends by itself, in English, where nobody has written it yet; a transactional mail unless
    said otherwise.
    """
    if not Template.objects.filter(key=key).exists():
        made = define_template(key=key, name=name, channel=channel, message_class=message_class)
        write_version(template_id=made.pk, locale=made.default_locale, subject=subject, body=body, publish=True)


@atomic
def write_version(
    *, template_id: UUID, locale: str, body: str, subject: str = "", publish: bool = False, **extras: str
) -> TemplateVersion:
    """A new wording in one language, with the next number; nothing is sent by it until it is published. `extras` are
    `subtitle`, `image_url` and `click_url` of a message in the app or on a device.

    Raises TemplateNotFound, UnknownPlaceholder, BadHeader, BadAddress, NotInThisChannel, Invalid.
    """
    template = _locked(template_id)
    check_wording(channel=template.channel, subject=subject, body=body, extras=extras)
    last = TemplateVersion.objects.filter(template=template, locale=locale).aggregate(last=Max("number"))["last"]
    version = TemplateVersion(
        template=template,
        locale=locale,
        number=(last or 0) + 1,
        subject=subject,
        body=body,
        created_at=now(),
        **extras,
    )
    check_row(version)
    version.save()
    record(VersionWritten(template_id=template.id, version_id=version.id, locale=locale, number=version.number))
    return publish_version(version_id=version.id) if publish else version


@atomic
def publish_version(*, version_id: UUID) -> TemplateVersion:
    """From now on this version is sent in its language, unless a later one is published. Raises TemplateNotFound."""
    version = TemplateVersion.objects.for_update().filter(pk=version_id).first()
    if version is None:
        raise TemplateNotFound
    if not version.is_published:
        version.published_at = now()
        version.save(update_fields=["published_at"])
        about = {"template_id": version.template_id, "version_id": version.id}
        record(VersionPublished(**about, locale=version.locale, number=version.number))
    return version


def _locked(template_id: UUID) -> Template:
    template = Template.objects.for_update().filter(pk=template_id).first()
    if template is None:
        raise TemplateNotFound
    return template
