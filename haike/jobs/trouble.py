"""Loops of a worker that go on whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection


@contextmanager
def survived(logger: logging.Logger, trouble: str) -> Iterator[None]:
    """Log whatever the block raises, drop this thread's connection, which may be the cause, and go on behind the
    block. One line while the database is away, because every loop says it again and again; else the whole trace."""
    try:
        yield
    except Exception as error:
        away = isinstance(error, DatabaseError)
        logger.error("%s (%s)", trouble, str(error).partition("\n")[0], exc_info=None if away else error)
        connection.close()
