"""New columns of SQLite's tables without writing the tables anew."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor


class SchemaEditor(DatabaseSchemaEditor):
    """Adds a column that is filled with one value in the moment in which SQLite can do that.

    Django copies the whole table and builds its indexes anew, because SQLite cannot take the value out of the column's
    declaration afterwards: of a million customers that takes many minutes for each column. The value stays there.
    It says nothing to anybody: whoever writes a row gives all of its columns.
    """

    def add_field(self, model: Any, field: Any) -> None:
        """As Django's."""
        if self._fills_at_once(field):
            BaseDatabaseSchemaEditor.add_field(self, model, field)
        else:
            super().add_field(model, field)

    def skip_default_on_alter(self, field: Any) -> bool:
        """A default stays: SQLite cannot take it away."""
        return True

    def _fills_at_once(self, field: Any) -> bool:
        # SQLite adds no column that is unique, points somewhere, or follows from an expression; Django gives one that
        # may be empty no default that stays.
        follows = field.generated or (field.has_db_default() and hasattr(field.db_default, "resolve_expression"))
        kept = field.is_relation or field.unique or field.null or follows
        return not kept and self.effective_default(field) is not None
