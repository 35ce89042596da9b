"""Templates: their wordings by language, each kept for ever, previewed with samples, published by a button."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin
from crm.messaging.models import Template, TemplateVersion
from crm.messaging.rendering import PLACEHOLDERS, SAMPLES, filled_extras, preview
from crm.messaging.services import define_template, publish_version, write_version

EXTRAS = ("subtitle", "image_url", "click_url")
WORDING = ("locale", "subject", "body", *EXTRAS)


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """The template, and the text of its next version: what is left as it was shown makes none."""

    locale = forms.CharField(
        label=gettext_lazy("Language"), max_length=12, initial="en", widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Such as en, de or de-AT."),
    )  # fmt: skip
    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("In the app, and on a device, it is the title."),
    )  # fmt: skip
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=100_000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 16}),
        help_text=gettext_lazy("HTML for e-mail, else plain text. Write {{ first_name }} for what differs."),
    )  # fmt: skip
    subtitle = forms.CharField(
        label=gettext_lazy("Subtitle"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("This and what follows: in the app and on a device only."),
    )  # fmt: skip
    image_url = forms.CharField(
        label=gettext_lazy("Address of a picture"), max_length=500, required=False, widget=UnfoldAdminTextInputWidget
    )
    click_url = forms.CharField(
        label=gettext_lazy("Where it leads"), max_length=500, required=False, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = self.instance.versions.order_by("-created_at", "-number").first() if self.instance.mode else None
        for name in WORDING if latest else ():
            self.initial[name] = getattr(latest, name)


@admin.register(Template)
class TemplatePage(PlaceAdmin):
    resource = "notification:messages"
    about = "template"
    form = TemplateForm
    can_add = can_change = True
    list_display = ("name", "key", "channel", "message_class")
    list_filter = ("channel", "message_class")
    search_fields = ("name", "key")
    ordering = ("name",)
    own_fields = ("name", "key", "channel", "message_class", "default_locale")
    change_form_outer_before_template = "backoffice/template_versions.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may not write reads the versions; there is no next one to show."""
        rows = (("name", "key"), ("channel", "message_class"), "default_locale")
        may_write = self.can_change and self.may("write")
        own: tuple[Any, dict[str, Any]] = (None, {"fields": rows})
        return (own, (_("Next version"), {"fields": WORDING})) if may_write else (own,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "channel") if obj else ()

    def write(self, form: Any, obj: Template, *, change: bool) -> Template:
        values = {name: form.cleaned_data[name] for name in self.own_fields if name in form.cleaned_data}
        saved = define_template(template_id=obj.pk if change else None, **values)
        if not change or set(WORDING) & set(form.changed_data):
            write_version(template_id=saved.pk, **{name: form.cleaned_data[name] for name in WORDING})
        return saved

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        template = self.get_object(request, object_id)
        versions = template.versions.order_by("locale", "-number")[:50] if template else []
        context = {"versions": versions, "may_publish": self.may("write"), "placeholders": PLACEHOLDERS}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def get_urls(self) -> Any:
        views = {"preview": self.preview_view, "publish": self.publish_view}
        own = [
            path(f"versions/<uuid:version_id>/{name}/", self.admin_site.admin_view(view), name=f"{name}_version")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def preview_view(self, request: HttpRequest, version_id: Any) -> HttpResponse:
        """The version with a sample for each placeholder; those in the address (`?name=Bea`) in their place."""
        version = self._version(version_id, "read")
        shown = preview(
            channel=version.template.channel, message_class=version.template.message_class, subject=version.subject,
            body=version.body, values={name: str(text) for name, text in request.GET.items() if name in PLACEHOLDERS},
        )  # fmt: skip
        extras = filled_extras(version.template.channel, version.extras, SAMPLES)
        context = {
            **self.admin_site.each_context(request), "title": _("Preview of %(name)s") % {"name": version.template},
            "opts": self.opts, "version": version, "shown": shown, "extras": extras,
            "is_html": version.template.channel == "email", "back": _of(version),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/template_preview.html", context)

    def publish_view(self, request: HttpRequest, version_id: Any) -> HttpResponse:
        version = self._version(version_id, "write")
        question = _("Publish %(version)s of %(name)s? It is sent from then on.")
        text = question % {"version": version, "name": version.template}
        page = self.ask_first(request, text, back=_of(version))
        if page is not None:
            return page
        publish_version(version_id=version.pk)
        messages.success(request, _("Published."))
        return redirect(_of(version))

    def _version(self, version_id: Any, access: str) -> TemplateVersion:
        versions = TemplateVersion.objects.select_related("template") if self.may(access) else None
        version = versions.filter(pk=version_id).first() if versions is not None else None
        if version is None:
            raise Http404
        return version


def _of(version: TemplateVersion) -> str:
    return reverse("admin:messaging_template_change", args=[version.template_id])
