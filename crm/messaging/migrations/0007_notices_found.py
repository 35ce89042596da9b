from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

# What stands in the app already has arrived, in the order in which it was sent.
NUMBER_WHAT_IS_THERE = """
UPDATE messaging_communication c SET notice_number = numbered.number
FROM (SELECT id, nextval('messaging_notice_number') AS number
      FROM (SELECT id FROM messaging_communication
            WHERE channel = 'inapp' AND state IN ('sent', 'captured') AND contact_id IS NOT NULL
              AND notice_number IS NULL
            ORDER BY sent_at, id) AS sent) AS numbered
WHERE c.id = numbered.id
"""
ARRIVED = Q(notice_number__isnull=False, removed_at=None)


class Migration(migrations.Migration):
    # Indexes are built, and rows numbered, beside the running product.
    atomic = False
    dependencies = [("messaging", "0006_notices")]

    operations = [
        migrations.RunSQL(NUMBER_WHAT_IS_THERE, migrations.RunSQL.noop),
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
