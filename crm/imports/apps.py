from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "crm.imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        # What can be imported: each app says so in a module of this name.
        autodiscover_modules("importing")
