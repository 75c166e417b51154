"""Reading the search index: candidates by their windows, and the test of one row by its text."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from haike.find.index import tokens
from haike.find.index.table import Model, table


def candidates(
    connection: BaseDatabaseWrapper, model: Model, words: Sequence[str], owner_ids: Sequence[int] | None = None
) -> tuple[str, list[Any]] | None:
    """SQL for the ids of records that may have all the words; None when the index cannot tell.

    Rights are the caller's to check, and on SQLite the text. With `owner_ids` (few) SQLite leaves out the records of
    other owners.
    """
    found = tokens.query_tokens(words)
    if not found:
        return None
    if connection.vendor == "sqlite":
        name = f'"{table(model)}_words"'
        return f"SELECT rowid AS id FROM {name} WHERE {name} MATCH %s", [tokens.fts_query(found, owner_ids)]
    contained = " AND ".join("strpos(text, %s) > 0" for _ in words)
    sql = f'SELECT id FROM "{table(model)}" WHERE grams @> %s::integer[] AND {contained}'
    return sql, [tokens.numbers_of(found), *words]


def expected(connection: BaseDatabaseWrapper, model: Model, words: Sequence[str]) -> int:
    """How many candidates PostgreSQL's statistics expect."""
    found = tokens.query_tokens(words)
    if not found:
        return sys.maxsize
    with connection.cursor() as cursor:
        cursor.execute(
            f'EXPLAIN (FORMAT JSON) SELECT 1 FROM "{table(model)}" WHERE grams @> %s::integer[]',
            [tokens.numbers_of(found)],
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
