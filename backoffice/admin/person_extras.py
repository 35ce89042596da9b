"""What hangs on a person and is changed one at a time: ways to sign in, and sealed document numbers."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import complaints_as_messages
from crm.contacts.models import DocumentKind, Identity, IdentityDocument, Provider
from crm.contacts.selectors import contact_by_id
from crm.contacts.services import add_identity, keep_document, remove_identity, reveal_document
from crm.kernel.errors import NotFound
from crm.kernel.tenancy import current_scope


class IdentityForm(forms.Form):
    provider = forms.ChoiceField(
        label=gettext_lazy("Signs in by"),
        widget=UnfoldAdminSelectWidget,
        choices=[(kind.value, kind.label) for kind in (Provider.EMAIL, Provider.PHONE, Provider.MAC_ADDRESS)],
    )
    value = forms.CharField(label=gettext_lazy("Address"), max_length=254, widget=UnfoldAdminTextInputWidget)


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Document"), choices=DocumentKind.choices, widget=UnfoldAdminSelectWidget
    )
    number = forms.CharField(label=gettext_lazy("Number"), max_length=64, widget=UnfoldAdminTextInputWidget)
    issue_country = forms.CharField(
        label=gettext_lazy("Issued by"), required=False, max_length=3, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Three letters, such as CYP."),
    )  # fmt: skip


class PersonExtras:
    """Mixed into the pages of contacts and customers; the addresses are named after the contact's page."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> Any:
        views = {
            "add-identity": (self.add_identity_view, "add_identity"),
            "remove-identity/<uuid:identity_id>": (self.remove_identity_view, "remove_identity"),
            "keep-document": (self.keep_document_view, "keep_document"),
            "reveal-document/<uuid:document_id>": (self.reveal_document_view, "reveal_document"),
        }
        own = [
            path(f"<uuid:contact_id>/{address}/", self.admin_site.admin_view(view), name=f"{self._page}_{name}")
            for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def extra_addresses(self) -> dict[str, str]:
        """The names of these views' addresses, for the templates."""
        names = ("add_identity", "remove_identity", "keep_document", "reveal_document")
        return {f"{name}_url": f"admin:{self._page}_{name}" for name in names}

    def add_identity_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        return self._small_form(request, contact_id, IdentityForm, add_identity, _("Add a way to sign in"))

    def keep_document_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        return self._small_form(request, contact_id, DocumentForm, keep_document, _("Keep a document's number"))

    def remove_identity_view(self, request: HttpRequest, contact_id: UUID, identity_id: UUID) -> HttpResponse:
        demand("auth:members:write")
        identity = Identity.objects.filter(pk=identity_id, contact_id=contact_id).first()
        if identity is None:
            raise Http404
        question = _("Remove the sign-in %(identity)s?") % {"identity": identity}
        page = self.ask_first(request, question, back=self._person(contact_id), danger=True)  # type: ignore[attr-defined]
        if page is not None:
            return page  # type: ignore[no-any-return]
        with complaints_as_messages(request):
            remove_identity(identity_id=identity_id)
        return redirect(self._person(contact_id))

    def reveal_document_view(self, request: HttpRequest, contact_id: UUID, document_id: UUID) -> HttpResponse:
        """Shows the number once, on the answer to a POST: it lands in no cookie, message or address."""
        demand("auth:documents:read")
        person = contact_or_404(contact_id)
        if not IdentityDocument.objects.filter(pk=document_id, contact=person).exists():
            raise Http404
        question = _("Show the document's number? That you read it is recorded.")
        page = self.ask_first(request, question, back=self._person(contact_id))  # type: ignore[attr-defined]
        if page is not None:
            return page  # type: ignore[no-any-return]
        try:
            number = reveal_document(document_id=document_id)
        except NotFound:
            raise Http404 from None
        context = {"title": str(person), "shown": number, "back": self._person(contact_id), "opts": self.opts}
        return TemplateResponse(
            request, "backoffice/shown_once.html", {**self.admin_site.each_context(request), **context}
        )

    def _small_form(
        self, request: HttpRequest, contact_id: UUID, form_class: type[forms.Form], service: Any, title: str
    ) -> HttpResponse:
        demand("auth:members:write")
        contact_or_404(contact_id)
        form, save = form_class(request.POST or None), partial(service, contact_id=contact_id)
        return self.small_form(request, form, save, title=title, back=self._person(contact_id))  # type: ignore[attr-defined, no-any-return]

    @property
    def _page(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _person(self, contact_id: UUID) -> str:
        return reverse(f"admin:{self._page}_change", args=[contact_id])


def demand(grant: str) -> None:
    if not current_scope().actor.may(grant):
        raise PermissionDenied


def contact_or_404(contact_id: UUID) -> Any:
    try:
        return contact_by_id(contact_id)
    except NotFound:
        raise Http404 from None
