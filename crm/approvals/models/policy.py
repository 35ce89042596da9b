"""What needs somebody's leave, whose, and who stands in for whom."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.organisations.roles import Role

LONGEST_WAIT = 24 * 90


class Approver(models.TextChoices):
    MEMBER = "member", _("The customer")
    STAFF = "staff", _("A colleague")
    ROLE = "role", _("Whoever has a role")


class Needs(models.TextChoices):
    ANY = "any", _("One of them")
    ALL = "all", _("All of them")


class Policy(TenantModel):
    """What of one kind needs approval: all of it, or where a figure of it, `fact`, is above `more_than`.

    Of several that hold, the one that stands first by `position` counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("of what"), max_length=30)
    fact = models.CharField(_("figure"), max_length=30, blank=True, help_text=_("Empty: all of them need approval."))
    more_than = models.DecimalField(_("above"), max_digits=19, decimal_places=4, null=True, blank=True)
    position = models.PositiveSmallIntegerField(
        _("place"), default=10, help_text=_("Of several that hold, the first counts.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "kind", "name"], name="approval_policy_name_once"),
            models.CheckConstraint(
                condition=Q(fact="", more_than=None) | (~Q(fact="") & Q(more_than__isnull=False)),
                name="approval_policy_fact_with_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyStep(TenantModel):
    """One who must say yes, in the order of `position`; a no of any of them is the end."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = TenantForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("place"), default=1)
    approver = models.CharField(_("who decides"), max_length=6, choices=Approver.choices)
    staff = models.ForeignKey(
        "organisations.Staff", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("colleague"),
    )  # fmt: skip
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True)
    needs = models.CharField(_("needs"), max_length=3, choices=Needs.choices, default=Needs.ANY)
    sla_hours = models.PositiveSmallIntegerField(
        _("hours to decide"), default=72, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
        help_text=_("Then they are reminded, after as long again the owners are told, and after that it has expired."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "policy", "position"], name="approval_step_place_once"
            ),
            models.CheckConstraint(
                condition=Q(approver="member", staff=None, role="")
                | Q(approver="staff", staff__isnull=False, role="")
                | (Q(approver="role", staff=None) & ~Q(role="")),
                name="approval_step_names_its_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_approver_display()}"


class Delegation(TenantModel):
    """On these days, both included, one colleague decides in another's stead."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    staff = models.ForeignKey(
        "organisations.Staff", on_delete=models.CASCADE, related_name="+", db_index=False,
        verbose_name=_("who is away"),
    )  # fmt: skip
    deputy = models.ForeignKey(
        "organisations.Staff", on_delete=models.CASCADE, related_name="+", db_index=False,
        verbose_name=_("who stands in"),
    )  # fmt: skip
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    created_at = models.DateTimeField(_("written"), editable=False)

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="delegation_days_in_order"),
            models.CheckConstraint(condition=~Q(staff=F("deputy")), name="delegation_to_somebody_else"),
        ]
        indexes = [models.Index(fields=["organisation", "mode", "deputy", "first_day"], name="delegation_of_deputy")]

    def __str__(self) -> str:
        return f"{self.staff} → {self.deputy}"
