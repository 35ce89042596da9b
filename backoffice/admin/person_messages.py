"""One message to one person, by hand: a template that is chosen, by e-mail, SMS, in the app or on their devices."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.admin.person_extras import PersonExtras, contact_or_404, demand
from crm.contacts.services import write_to
from crm.kernel.ids import new_id
from crm.messaging.models import MessageState
from crm.messaging.selectors import templates_to_choose


def _choices() -> list[tuple[str, str]]:
    return [(one.key, f"{one.name} ({one.get_channel_display()})") for one in templates_to_choose()]


class MessageForm(forms.Form):
    template_key = forms.ChoiceField(
        label=gettext_lazy("Template"), choices=_choices, widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Published ones of marketing. Consent, quiet hours and caps hold."),
    )  # fmt: skip
    # The form that is sent twice asks for one message.
    occasion = forms.UUIDField(label="", initial=new_id, widget=forms.HiddenInput)


class PersonMessages(PersonExtras):
    """Mixed into the pages of contacts and customers."""

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.message_view)
        return [path("<uuid:contact_id>/message/", view, name=f"{self._page}_message"), *super().get_urls()]

    def extra_addresses(self) -> dict[str, str]:
        return super().extra_addresses() | {"message_url": f"admin:{self._page}_message"}

    def message_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        demand("notification:messages:write")
        person = contact_or_404(contact_id)

        def ask(**values: Any) -> None:
            row = write_to(contact_id=contact_id, **values)
            if row.state == MessageState.QUEUED:
                messages.success(request, _("The message is on its way."))
            else:
                messages.warning(request, _("The message is not sent: %(reason)s.") % {"reason": row.reason})

        title = _("Write to %(person)s") % {"person": person}
        form = MessageForm(request.POST or None)
        return self.small_form(request, form, ask, title=title, back=self._person(contact_id))  # type: ignore[attr-defined, no-any-return]
