from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "crm.web"

    def ready(self) -> None:
        # drf-spectacular finds extensions by their import; Django finds checks so.
        from crm.web import checks  # noqa: F401
        from crm.web.openapi import extensions  # noqa: F401
