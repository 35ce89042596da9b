from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "crm.kernel"
    verbose_name = _("Platform")

    def ready(self) -> None:
        # Who reacts to which event, and which jobs exist: each app says so in modules of these names.
        import crm.kernel.tidying  # noqa: F401
        from crm.kernel import value_lists

        value_lists.register()

        autodiscover_modules("subscribers", "tasks")
