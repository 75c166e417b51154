"""Reading only: while it holds, nothing that is sent to the database may write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from haike.refused import Refused

READS = frozenset(
    "SELECT WITH VALUES EXPLAIN PRAGMA SHOW SAVEPOINT RELEASE ROLLBACK BEGIN COMMIT DECLARE FETCH CLOSE SET".split()
)
FIRST = re.compile(r"\W*(\w+)")
WRITING = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM)\b", re.IGNORECASE)
FAULTS = 'INSERT INTO "people_errorrecord"'
"""What broke is written down all the same."""


def _reads(sql: str) -> bool:
    first = FIRST.match(sql)
    word = first.group(1).upper() if first else ""
    return (word in READS and not (word == "WITH" and WRITING.search(sql))) or sql.startswith(FAULTS)


def _refuse_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if not _reads(str(sql)):
        raise Refused(_("You are only looking: nothing can be changed."))
    return execute(sql, params, many, context)


@contextmanager
def read_only() -> Iterator[None]:
    """Refuse every statement that writes, whoever sends it."""
    with connection.execute_wrapper(_refuse_writes):
        yield
