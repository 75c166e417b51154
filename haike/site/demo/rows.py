"""Rows of the tables as tuples, for loading in bulk: INSERT on SQLite, COPY on PostgreSQL.

Values are plain text and numbers that both databases read, so that another process can prepare them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

Row = list[Any]


class Table:
    """One model's table: its columns in order, and the row of a record in which nothing is filled in."""

    def __init__(self, model: type[models.Model], vendor: str) -> None:
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        keyed = hasattr(model, "_haike_entity")
        if keyed:
            fields = list(model._meta.concrete_fields)
        self.name = model._meta.db_table
        self.columns = [str(field.column) for field in fields]
        self.place = {field.attname: place for place, field in enumerate(fields)}
        self.place |= {field.name: place for place, field in enumerate(fields)}
        self._zone = "" if vendor == "sqlite" else "+00:00"
        self._blank = [
            None if field.primary_key or isinstance(field, models.DateTimeField) else self._default(field)
            for field in fields
        ]

    def _default(self, field: Any) -> Any:
        return self.plain(field.get_default())

    def plain(self, value: Any) -> Any:
        """A value as both databases read it; moments are in UTC."""
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date | Decimal):
            return str(value)
        if isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False)
        return value

    def moment(self, value: datetime) -> str:
        """A moment in UTC."""
        return f"{str(value)[:19]}{self._zone}"

    def row(self, values: Mapping[str, Any]) -> Row:
        """The row of a record with these values; names that are no column are left out."""
        row, place = self._blank.copy(), self.place
        for name, value in values.items():
            if name in place:
                row[place[name]] = value if type(value) in (str, int) else self.plain(value)
        return row


def load(connection: BaseDatabaseWrapper, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Put rows into a table, in the caller's transaction."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["?"] * len(table.columns))
            # The driver's own cursor: Django's would look for placeholders of its kind in every statement.
            raw = connection.connection.cursor()
            raw.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})', rows)
            raw.close()
            return
        with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
