from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "crm.organisations"
    verbose_name = _("Organisation")

    def ready(self) -> None:
        from crm.kernel.entrances import register_tenants
        from crm.organisations.selectors import all_tenants, clock_of

        register_tenants(clock=clock_of, everyone=all_tenants)
