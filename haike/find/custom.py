"""Values of own fields: what a company adds to its records, all in one JSON column.

A query reaches a value by a path that says how it compares and under which key it lies: `custom__number_own_area`.
The key stands in the SQL as a literal, which is why it is checked so strictly: only so can an index on the same
expression serve the query.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Transform

OWN = "own_"
"""What the name of every own field begins with."""

KEY = re.compile(r"own_[a-z0-9]+(?:_[a-z0-9]+)*")
COLUMNS: dict[str, models.Field[Any, Any]] = {
    "text": models.TextField(null=True),
    "day": models.TextField(null=True),
    "full": models.TextField(null=True),
    "list": models.TextField(null=True),
    "number": models.DecimalField(max_digits=30, decimal_places=10, null=True),
    "flag": models.BooleanField(null=True),
    "key": models.BigIntegerField(null=True),
}
"""How values compare, and as which kind of column. A "day" is text that sorts as a date or a moment does, "full" the
readable part of a value of several parts, "list" the JSON of several values."""


def sql_of(kind: str, key: str, column: str, vendor: str) -> str:
    """The SQL of a value; `column` is the quoted JSON column. Index and query must both have just this."""
    if not KEY.fullmatch(key) or kind not in COLUMNS:
        raise ValueError(f"{kind} {key!r} is no own field")
    if vendor == "sqlite":
        found = f"JSON_EXTRACT({column}, '$.{key}{'.full' if kind == 'full' else ''}')"
        return {"number": f"CAST({found} AS NUMERIC)", "flag": f"COALESCE({found}, 0)"}.get(kind, found)
    found = f"({column} #>> '{{{key},full}}')" if kind == "full" else f"({column} ->> '{key}')"
    return {
        "number": f"({found}::numeric)",
        "flag": f"COALESCE({found}::boolean, false)",
        "key": f"({found}::bigint)",
        "day": f'({found} COLLATE "C")',
    }.get(kind, found)


class OwnValue(Transform):
    """One value of the JSON column, as a column of its kind."""

    def __init__(self, kind: str, key: str, expression: Any, **extra: Any) -> None:
        super().__init__(expression, **extra)
        self.kind, self.key = kind, key

    def _resolve_output_field(self) -> models.Field[Any, Any]:
        return COLUMNS[self.kind]

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.get_source_expressions()[0])
        return sql_of(self.kind, self.key, column, connection.vendor), params

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same: Django would put a cast around each decimal, and no index has that."""
        return self.as_sql(compiler, connection, **context)


class Custom(models.JSONField):
    """The JSON column of own fields; to migrations it is Django's own."""

    def get_transform(self, name: str) -> Any:
        kind, mark, rest = name.partition("_" + OWN)
        if mark and kind in COLUMNS and KEY.fullmatch(OWN + rest):
            return partial(OwnValue, kind, OWN + rest)
        return super().get_transform(name)

    def deconstruct(self) -> Any:
        name, __, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
