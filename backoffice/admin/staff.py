from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.kernel.audit import events_in_both_modes
from crm.kernel.models import Event
from crm.organisations.models import Staff
from crm.organisations.selectors import staff_of_organisation
from crm.organisations.services import add_staff, change_staff


class NewStaffForm(forms.ModelForm):  # type: ignore[type-arg]
    email = forms.EmailField(label=_("E-mail"), widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(label=_("Name"), max_length=150, required=False, widget=UnfoldAdminTextInputWidget)
    password = forms.CharField(
        label=_("First password"), strip=False, widget=UnfoldAdminPasswordWidget,
        help_text=_("For people who do not sign in here yet; they change it after their first sign-in."),
    )  # fmt: skip

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


@admin.register(Staff)
class StaffPage(PlaceAdmin):
    resource = "auth:staffs"
    about = "staff"
    can_add = can_change = True
    list_display = ("name", "email", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("user__name", "user__email")
    list_select_related = ("user",)
    ordering = ("created_at",)
    fieldsets = ((None, {"fields": (("name", "email"), "role", "is_active")}),)
    change_form_outer_after_template = "backoffice/sessions_link.html"
    add_fieldsets = ((None, {"fields": ("email", "name", "password", "role")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        return staff_of_organisation()

    def events_of(self, obj: Staff) -> QuerySet[Event]:
        return events_in_both_modes(self.about, obj.pk)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "email") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewStaffForm}), **kwargs)

    @display(description=_("Name"), ordering="user__name")
    def name(self, staff: Staff) -> str:
        return str(staff.user)

    @display(description=_("E-mail"), ordering="user__email")
    def email(self, staff: Staff) -> str:
        return staff.user.email

    def write(self, form: Any, obj: Staff, *, change: bool) -> Staff:
        if change:
            return change_staff(staff_id=obj.pk, **changed_values(form))
        return add_staff(**form.cleaned_data)
