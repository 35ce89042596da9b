from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "crm.contacts"
    verbose_name = _("People")

    def ready(self) -> None:
        # What becomes of the rows of each app when people are merged: first our own, then what the apps above say.
        from crm.contacts.services import merge_rules  # noqa: F401

        autodiscover_modules("merging")
        # What each app adds to the timeline of a person, likewise.
        from crm.contacts.timeline import sources  # noqa: F401

        autodiscover_modules("timeline")

        # What each app holds about people, and what becomes of it.
        from crm.kernel.privacy import own_tables  # noqa: F401

        autodiscover_modules("privacy")

        from crm.contacts.selectors import push_addresses_of, recipients_with
        from crm.messaging.recipients import register_devices, register_people

        register_people("contact", recipients_with)
        register_devices(push_addresses_of)
