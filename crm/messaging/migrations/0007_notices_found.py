from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

ARRIVED = Q(notice_number__isnull=False, removed_at=None)


class Migration(migrations.Migration):
    # An index is built beside the running product.
    atomic = False
    dependencies = [("messaging", "0006_notices")]

    operations = [
        AddIndexConcurrently(
            model_name="communication",
            index=models.Index(
                fields=["organisation", "mode", "contact_id", "notice_number"],
                name="communication_notice",
                condition=ARRIVED,
            ),
        ),
        AddIndexConcurrently(
            model_name="communication",
            index=models.Index(
                fields=["organisation", "mode", "contact_id"],
                name="communication_unread",
                condition=Q(notice_number__isnull=False, removed_at=None, viewed_at=None),
            ),
        ),
    ]
