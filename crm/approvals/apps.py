from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "crm.approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        # What each app has that may need approval.
        autodiscover_modules("approving")
