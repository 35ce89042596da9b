from django.db import models
from django.db.models.functions import Now

from crm.kernel.models import TenantNote


class StoredAnswer(TenantNote):
    """What was answered to a POST with an `Idempotency-Key` (crm/web/repeats.py). Kept for a day, sealed."""

    principal = models.CharField(max_length=60)
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    wrapped_key = models.TextField(blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "mode", "principal", "route", "key"], name="answer_once_per_key"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return self.key
