"""The Celery application. What is due lies in the database; the broker only says when to look (decisions/0004)."""

import os

from celery import Celery

from config.file_broker import use_whole_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

use_whole_files()
app = Celery("rapport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
