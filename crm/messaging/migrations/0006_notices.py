from django.db import migrations, models

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
    ]
