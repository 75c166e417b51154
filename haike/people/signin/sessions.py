"""Sessions in the database, read by one plain statement.

Every request reads its session first. Django's store builds the query anew and takes the signature apart each time,
which is a twentieth of a page; here the row is still asked for with each request, so whoever is signed out is out.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key, where there is none or it has run out."""
        table, now = self.model._meta.db_table, connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT session_data FROM "{table}" WHERE session_key = %s AND expire_date > %s',
                [self.session_key, now],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return dict(json.loads(_opened(str(row[0]))))


@lru_cache(maxsize=5_000)
def _opened(data: str) -> str:
    """What signed data says, as JSON: whoever gets it may change what he has made of it."""
    return json.dumps(db.SessionStore().decode(data))
