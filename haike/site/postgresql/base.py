"""PostgreSQL as Haike uses it.

Foreign keys are checked at once, not at commit: Citus has no deferred checks, and an early error names its cause. And
what pages ask again and again with other keys is planned once for each connection: of a customer's page PostgreSQL
spent five times as long on plans as on rows.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


class DatabaseOperations(operations.DatabaseOperations):
    def deferrable_sql(self) -> str:
        return " DEFERRABLE INITIALLY IMMEDIATE"

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        if isinstance(cursor, PlannedCursor):
            # Its own text has no values in it.
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


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
