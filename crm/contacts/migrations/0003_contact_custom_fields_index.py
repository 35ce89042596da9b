from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # Built beside the running work: a large table is not locked.
    atomic = False

    dependencies = [
        ("contacts", "0002_identity_password"),
        ("organisations", "0003_merchant"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=GinIndex(fields=["custom_fields"], name="contact_custom_fields", opclasses=["jsonb_path_ops"]),
        ),
    ]
