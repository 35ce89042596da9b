from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the running work: a large table is not locked.
    atomic = False

    dependencies = [
        ("contacts", "0006_interactions_carried_over"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                fields=["organisation", "mode", "status", "type"], condition=models.Q(deleted_at=None),
                name="customer_counted",
            ),
        ),
    ]
