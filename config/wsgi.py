"""The web application. It refuses to start while a system check fails: a route without a grant is one."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("RAPPORT_PROCESS", "web")

from django.core.checks import ERROR, run_checks
from django.core.wsgi import get_wsgi_application

from config import env
from config.metrics import keep_counts_in_files

keep_counts_in_files(env.read().data_dir)
application = get_wsgi_application()

if problems := [problem for problem in run_checks() if problem.level >= ERROR]:
    raise SystemExit("\n".join(str(problem) for problem in problems))
# Only now can anything of ours be imported.
import_module("crm.kernel.passwords").prepare()
