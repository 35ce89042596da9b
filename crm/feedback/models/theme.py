from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import no_control_characters
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel


class Taxonomy(TenantModel):
    """One version of the themes that comments are read for. It is never changed; the highest number is in use."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(_("version"), editable=False)
    created_at = models.DateTimeField(_("written"), editable=False)

    class Meta:
        verbose_name = _("version of the themes")
        verbose_name_plural = _("themes")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "number"], name="taxonomy_once")]

    def __str__(self) -> str:
        return str(_("Themes, version %(number)s") % {"number": self.number})


class Theme(TenantModel):
    """What comments may be about. `key` is the same in every version; `words` are, by language, the `keywords` that
    tell the theme and the `excludes` that say it is not meant: `{"en": {"keywords": [...], "excludes": [...]}}`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    taxonomy = TenantForeignKey(Taxonomy, on_delete=models.CASCADE, related_name="themes")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(_("key"), max_length=40, db_index=False)
    name = models.CharField(_("theme"), max_length=60, validators=[no_control_characters])
    words: Any = models.JSONField(_("words"), default=dict)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "taxonomy", "key"], name="theme_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ThemeMention(TenantModel):
    """That a comment is about a theme, as one version of the themes reads it, and how it feels about it, −1 to 1.

    `begins` and `ends` cut the first such sentence out of the comment. What earlier versions read stays.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = TenantForeignKey("feedback.FeedbackRequest", on_delete=models.CASCADE, related_name="mentions")
    taxonomy = TenantForeignKey(Taxonomy, on_delete=models.CASCADE, related_name="mentions")
    theme = models.CharField(_("theme"), max_length=40)
    sentiment = models.DecimalField(_("sentiment"), max_digits=4, decimal_places=3)
    begins = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("mention of a theme")
        verbose_name_plural = _("mentions of themes")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "request", "taxonomy", "theme"], name="theme_mention_once"
            ),
        ]


class CandidateState(models.TextChoices):
    OPEN = "open", _("To be decided")
    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")


class Candidate(TenantModel):
    """Words that come up in comments which no theme explains, for somebody to decide on. `key` are their stems."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    language = models.CharField(_("language"), max_length=3)
    term = models.CharField(_("words"), max_length=120)
    key = models.CharField(max_length=120, editable=False)
    documents = models.PositiveIntegerField(_("comments"))
    weight = models.FloatField(_("weight"))
    state = models.CharField(
        _("state"), max_length=9, choices=CandidateState.choices, default=CandidateState.OPEN, editable=False
    )
    found_at = models.DateTimeField(_("found"), editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    class Meta:
        verbose_name = _("suggested theme")
        verbose_name_plural = _("suggested themes")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "language", "key"], name="candidate_once"),
        ]
        indexes = [models.Index(fields=["organisation", "mode", "state", "-weight"], name="candidate_heaviest")]

    def __str__(self) -> str:
        return self.term
