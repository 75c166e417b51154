"""PostgreSQL as Haike uses it.

Foreign keys are checked at once, not at commit: Citus has no deferred checks, and an early error names its cause. And
what pages ask again and again with other keys is planned once for each connection: of a customer's page PostgreSQL
spent five times as long on plans as on rows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor
from psycopg.adapt import AdaptersMap


class DatabaseOperations(operations.DatabaseOperations):
    def deferrable_sql(self) -> str:
        return " DEFERRABLE INITIALLY IMMEDIATE"

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        if isinstance(cursor, PlannedCursor):
            # Its own text has no values in it.
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class MomentLoader(BaseTzLoader):
    """A moment as Django wants it, at a tenth of the time: a page of a list has some hundred and fifty."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            found = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            # Before the year 1 or behind 9999.
            return super().load(data)
        return found if found.tzinfo is UTC else super().load(data)


@lru_cache
def _with_moments(adapters: AdaptersMap) -> AdaptersMap:
    found = AdaptersMap(adapters)
    found.register_loader("timestamptz", MomentLoader)
    return found


class PlannedCursor(Cursor[Any]):
    """Executes statements that the connection keeps with their plans; values are sent beside them."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> PlannedCursor:
        # For this statement only: else psycopg would count, and so keep, the texts of all others as well, and those
        # of an import are large.
        self.connection.prepare_threshold = 0
        try:
            return super().execute(query, params, prepare=True, **options)
        finally:
            self.connection.prepare_threshold = None


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    planning = False

    def get_connection_params(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_connection_params()
        if self.timezone is UTC:
            found["context"] = _with_moments(found["context"])
        return found

    def planned_cursor(self) -> CursorWrapper:
        """A cursor for statements that come again and again with other values.

        An ordinary one where the setting PLANS does not hold.
        """
        self.planning = bool(self.settings_dict.get("PLANS"))
        try:
            return self.cursor()
        finally:
            self.planning = False

    def create_cursor(self, name: str | None = None) -> Any:
        if self.planning and name is None:
            return PlannedCursor(self.connection)
        return super().create_cursor(name)
