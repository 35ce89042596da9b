from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "crm.insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        # What each app knows of people, for segments and health.
        autodiscover_modules("insights")
