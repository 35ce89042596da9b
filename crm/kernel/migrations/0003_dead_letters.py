from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

DEAD = models.Q(("state", "dead"))


class Migration(migrations.Migration):
    # The audit trail is as long as the history of the place: nobody waits while its index is built.
    atomic = False

    dependencies = [
        ('kernel', '0002_counter'),
    ]

    operations = [
        AddIndexConcurrently('event', models.Index(condition=DEAD, fields=['-id'], name='event_dead')),
        AddIndexConcurrently('jobrun', models.Index(condition=DEAD, fields=['-id'], name='job_run_dead')),
        AddIndexConcurrently('queuedtask', models.Index(condition=DEAD, fields=['-id'], name='queued_task_dead')),
    ]
