"""What `haike check` looks for beyond Django's own checks."""

import sqlite3
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from haike.site.sqlite import GOOD_FROM


@register()
def sqlite_is_sound(**options: Any) -> list[CheckMessage]:
    if settings.DATABASE_URL or sqlite3.sqlite_version_info >= GOOD_FROM:
        return []
    good = ".".join(map(str, GOOD_FROM))
    text = f"SQLite {sqlite3.sqlite_version} can corrupt a database that several processes write."
    return [
        checks.Warning(text, f"Use SQLite {good} or newer (pip install pysqlite3), or PostgreSQL.", id="haike.W101")
    ]
