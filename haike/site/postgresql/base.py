"""Foreign keys are checked at once, not at commit: Citus has no deferred checks, and an early error names its cause."""

from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    def deferrable_sql(self) -> str:
        return " DEFERRABLE INITIALLY IMMEDIATE"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
