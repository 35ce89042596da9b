from django.db import migrations, models

# What stands in the app already has arrived, in the order in which it was sent.
NUMBER_WHAT_IS_THERE = """
UPDATE messaging_communication c SET notice_number = numbered.number
FROM (SELECT id, nextval('messaging_notice_number') AS number
      FROM (SELECT id FROM messaging_communication
            WHERE channel = 'inapp' AND state IN ('sent', 'captured') AND contact_id IS NOT NULL
            ORDER BY sent_at, id) AS sent) AS numbered
WHERE c.id = numbered.id
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_in_the_app")]

    operations = [
        migrations.AddField(
            model_name="communication",
            name="notice_number",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="communication",
            name="removed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="removed"),
        ),
        migrations.RunSQL("CREATE SEQUENCE messaging_notice_number", "DROP SEQUENCE messaging_notice_number"),
        migrations.RunSQL(NUMBER_WHAT_IS_THERE, migrations.RunSQL.noop),
    ]
