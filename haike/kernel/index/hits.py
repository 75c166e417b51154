"""Reading the search index: candidates by their windows, and the test of one row by its text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from haike.kernel.index import tokens
from haike.kernel.index.table import Model, table


def hits(
    connection: BaseDatabaseWrapper,
    model: Model,
    words: Sequence[str],
    limit: int,
    owner_ids: Sequence[int] | None = None,
) -> list[int]:
    """Records that have all the words, in no promised order; rights are the caller's to check.

    With `owner_ids` (few) SQLite leaves out the records of other owners.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f'SELECT rowid FROM "{table(model)}_words" WHERE "{table(model)}_words" MATCH %s LIMIT %s',
                [tokens.fts_query(words, owner_ids), limit],
            )
        else:
            condition, parameters = _condition(words)
            cursor.execute(f'SELECT id FROM "{table(model)}" WHERE {condition} LIMIT %s', [*parameters, limit])
        return [row[0] for row in cursor.fetchall()]


def expected(connection: BaseDatabaseWrapper, model: Model, words: Sequence[str]) -> int:
    """How many records PostgreSQL's statistics expect to have the words."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'EXPLAIN (FORMAT JSON) SELECT 1 FROM "{table(model)}" WHERE grams @> %s::integer[]',
            [tokens.query_grams(words)],
        )
        plan: Any = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Plan Rows"])


def row_test(connection: BaseDatabaseWrapper, model: Model, words: Sequence[str], row: str) -> tuple[str, list[str]]:
    """SQL that tells of one row of the model's table (named `row` in the query) whether it has all the words.

    The text is a scalar subquery, not EXISTS, which PostgreSQL would turn into a join with the whole index table.
    """
    function = "instr" if connection.vendor == "sqlite" else "strpos"
    text = f'(SELECT found.text FROM "{table(model)}" found WHERE found.id = {row}.id)'
    return " AND ".join(f"{function}({text}, %s) > 0" for _ in words), list(words)


def _condition(words: Sequence[str]) -> tuple[str, list[Any]]:
    verified = " AND ".join("strpos(text, %s) > 0" for _ in words)
    return f"grams @> %s::integer[] AND {verified}", [tokens.query_grams(words), *words]
