from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _


class DjangoAdminConfig(SimpleAdminConfig):
    """Django's admin with our site as the default one. No app's own `admin` module is discovered."""

    default = False
    default_site = "backoffice.admin.site.BackOffice"


class BackOfficeConfig(AppConfig):
    name = "backoffice.admin"
    label = "backoffice_admin"
    verbose_name = _("Back office")
    default = True

    # One module for each noun; importing it registers its pages.
    pages = (
        "people", "privacy_pages", "follow_ups", "lead_settings", "sequences", "web_forms", "imports", "duplicates",
        "leads", "segments", "orders", "accounts", "payment_methods",
        "approvals", "approval_policies", "products", "files", "feedback", "feedback_settings", "campaigns", "listings",
        "tiers", "suppressions", "messages", "message_templates", "senders", "keys", "staff", "sessions",
        "custom_fields", "merchants", "signing_in", "organisations", "audit", "work", "schedules",
    )  # fmt: skip

    def ready(self) -> None:
        for page in self.pages:
            import_module(f"backoffice.admin.{page}")
