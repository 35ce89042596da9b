"""Logging: one line per request or task, as JSON outside trial mode.

Nothing a person typed is logged: no bodies, no query strings, no addresses, only route patterns and our own ids
(reliability X9). That is why the request line is our own and not django-structlog's, which logs whole paths.
"""

from typing import Any

import structlog

from config import env
from crm.kernel.quotes import without_quotes

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def _unquoted(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A traceback without what the database quotes of the row that it refused."""
    if "exception" in line:
        line["exception"] = without_quotes(line["exception"])
    return line


def _renderer() -> Any:
    # The console renderer's default traceback prints local variables, secrets among them.
    if env.read().debug:
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _unquoted,
                _renderer(),
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django repeats every 4xx and 5xx with its full path; ours says the same with the route's pattern.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
    },
}
