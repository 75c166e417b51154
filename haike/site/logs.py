"""One line an event on standard error: JSON for machines, plain text for a terminal."""

import json
import logging
import time
from typing import Any

KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "response",
    "server_time",
}
ACCESS_LOGGER = "granian.access"


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, error, and whatever the caller gave as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in KNOWN})
        if isinstance(record.args, dict) and record.name == ACCESS_LOGGER:
            # Without the query: what people search for is not for the log.
            line.update({key: value for key, value in record.args.items() if key not in {"time", "query_string"}})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def of_server(form: str) -> dict[str, Any]:
    """The same for granian, which configures logging before the application is loaded."""
    ours = configuration(form, "INFO")
    named = {
        name: {"handlers": ["console"], "level": "INFO", "propagate": False} for name in ("_granian", ACCESS_LOGGER)
    }
    return {"formatters": ours["formatters"], "handlers": ours["handlers"], "loggers": named}


def configuration(form: str, level: str) -> dict[str, Any]:
    """The LOGGING setting."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "haike.site.logs.JsonFormatter"},
            "text": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{", "datefmt": "%H:%M:%S"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's default handlers mail errors to ADMINS and print twice; ours is enough.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # A 404 is how Haike says "not yours": no news.
            "django.request": {"level": "ERROR"},
            "httpx": {"level": "WARNING"},
        },
    }
