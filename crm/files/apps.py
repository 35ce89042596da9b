from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "crm.files"
    verbose_name = _("Files")

    def ready(self) -> None:
        # What each app above prints, it says in a module of its own.
        autodiscover_modules("papers")
