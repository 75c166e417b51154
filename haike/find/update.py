"""Giving many rows of a table values of their own by one statement for some hundred.

Django's `bulk_update` writes a CASE with an arm for every row and field, and builds it out of some twenty objects each.
Within the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db import connection, models

TOGETHER = 500
"""Rows of one statement at most,"""
MOST_VALUES = 32_000
"""and values: SQLite takes 32 766."""


def update_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Mapping[int, Sequence[Any]],
    *,
    same: Mapping[str, Any] | None = None,
    counted: str = "",
) -> None:
    """Write the fields `names` of rows given by key and values, in that order.

    `same` are fields and values that all of them get; the whole number `counted` grows by one.
    """
    if not rows:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    common: dict[Any, Any] = {model._meta.get_field(name): value for name, value in (same or {}).items()}
    parts = [f'"{field.column}" = v.column{place}' for place, field in enumerate(fields, 2)]
    parts += [f'"{field.column}" = %s' for field in common]
    if counted:
        parts.append(f'"{counted}" = "{counted}" + 1')
    table, key = model._meta.db_table, model._meta.pk
    head, tail = f'UPDATE "{table}" SET {", ".join(parts)} FROM (VALUES ', f') AS v WHERE "{table}"."{key.column}" = '
    constants = [field.get_db_prep_save(value, connection) for field, value in common.items()]
    with connection.cursor() as cursor:
        for some in _parts([key, *fields], rows, MOST_VALUES // (len(fields) + 1)):
            places = ", ".join(_places([key, *fields], len(some)))
            cursor.execute(f"{head}{places}{tail}v.column1", [*constants, *chain.from_iterable(some)])


def _parts(fields: Sequence[Any], rows: Mapping[int, Sequence[Any]], most: int) -> Iterator[list[list[Any]]]:
    keys, together = list(rows), min(TOGETHER, most)
    columns = [
        [field.get_db_prep_save(value, connection) for value in values]
        for field, values in zip(fields, [keys, *zip(*rows.values(), strict=True)], strict=True)
    ]
    lines = list(zip(*columns, strict=True))
    for start in range(0, len(lines), together):
        yield [list(line) for line in lines[start : start + together]]


def _places(fields: Sequence[Any], count: int) -> Iterator[str]:
    """The placeholders of each row; PostgreSQL learns from the first what the columns are."""
    plain = f"({', '.join(['%s'] * len(fields))})"
    if connection.vendor != "postgresql":
        yield from [plain] * count
        return
    # Without a length: a cast would cut what is too long and say nothing.
    kinds = [str(field.cast_db_type(connection)).partition("(")[0] for field in fields]
    yield f"({', '.join(f'%s::{kind}' for kind in kinds)})"
    yield from [plain] * (count - 1)
