"""The web application. It refuses to start while a system check fails: a route without a grant is one."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("RAPPORT_PROCESS", "web")

from django.core.checks import ERROR, run_checks
from django.core.wsgi import get_wsgi_application

from crm.kernel.passwords import prepare

application = get_wsgi_application()

prepare()
if problems := [problem for problem in run_checks() if problem.level >= ERROR]:
    raise SystemExit("\n".join(str(problem) for problem in problems))
