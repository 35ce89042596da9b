from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the running work: a large table is not locked.
    atomic = False

    dependencies = [
        ("leads", "0005_follow_ups_of_customers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                fields=["organisation", "mode", "status", "source"], include=["score"],
                condition=models.Q(deleted_at=None), name="lead_counted",
            ),
        ),
    ]
