"""What values a column has, without a look at every row: by one jump in an index for each value."""

from __future__ import annotations

from typing import Any

from django.db import connections, models
from django.db.utils import DEFAULT_DB_ALIAS


def values_with_ends(
    model: type[models.Model], column: str, beside: str, using: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, Any, Any]]:
    """Each value of a column outside the recycle bin, with the least and the greatest that another has beside it.

    There must be an index that begins with both columns; a millisecond for a hundred values among millions of rows.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    rows = f"FROM {quote(model._meta.db_table)} WHERE deleted_at IS NULL"
    value, other = quote(column), quote(beside)
    sql = f"""
        WITH RECURSIVE found(value) AS (
            SELECT (SELECT min({value}) {rows})
            UNION ALL
            SELECT (SELECT min({value}) {rows} AND {value} > found.value) FROM found WHERE found.value IS NOT NULL
        )
        SELECT value, (SELECT min({other}) {rows} AND {value} = found.value),
            (SELECT max({other}) {rows} AND {value} = found.value)
        FROM found WHERE value IS NOT NULL"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]
