from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "crm.leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        # What becomes of the rows of leads when leads are merged.
        import crm.leads.services.merge_rules  # noqa: F401
        from crm.leads.selectors import recipients_with
        from crm.messaging.recipients import register_people

        register_people("lead", recipients_with)
