"""Telling workers that something is ready, so that they need not look every moment.

On PostgreSQL a notification carries the name of the company (the schema). On SQLite nothing need be said: workers see
by `PRAGMA data_version` that another connection has written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from django.db import DatabaseError, connection, transaction

CHANNEL = "haike_jobs"

logger = logging.getLogger(__name__)


def company_now() -> str:
    """The name of the company whose data this thread has open; empty where there is only one."""
    return str(getattr(connection, "schema_name", "") or "")


def ring(channel: str = CHANNEL) -> None:
    """Wake the workers, or who else listens on a channel, once the current transaction has committed."""
    if connection.vendor == "postgresql":
        after_commit(_notify, channel, company_now())


def after_commit(work: Callable[..., Any], *given: Any) -> None:
    """Call it once the transaction has committed. What fails there is logged and fails nobody's request: for its line
    in the log Django asks for the name of the function, which a bare `partial` has not."""
    transaction.on_commit(update_wrapper(partial(work, *given), work), robust=True)


def _notify(channel: str, company: str) -> None:
    # A statement of its own, after the business transaction: it must not take part in one that Citus spreads.
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, company])
    except DatabaseError:
        logger.warning("Could not wake the workers; they will look by themselves.", exc_info=True)
