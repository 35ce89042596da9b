#!/usr/bin/env python
"""Django's command line. Where no DATABASE_URL is set it keeps the embedded PostgreSQL up while the command runs."""

import os
import sys

NEED_NO_DATABASE = {
    "help",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "openapi",
    "check",
    "--help",
    "--version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config import env, postgres

    if len(sys.argv) < 2 or sys.argv[1] in NEED_NO_DATABASE:
        execute_from_command_line(sys.argv)
        return
    with postgres.running(env.read()):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
