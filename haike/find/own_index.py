"""Indexes on own fields, made while people work.

An own field that is often sorted or filtered by has two, like a declared hot sort: `(value, id)` for those who see
everything and `(owner, value, id)` for everybody else. Their names follow from table, kind and key, so whoever reads
and whoever makes them agree without a list. The room of own fields says which there shall be (`wanted`) and calls
`arrange`; the finder walks those that are wanted and there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from haike.find.custom import sql_of

Value = tuple[str, str]
"""How a value compares, and its key: ("number", "own_area")."""

WALKED = frozenset({"number", "day", "key", "flag"})
"""Kinds by which lists walk; text sorts by the rules of the database, and is filtered only."""

wanted: list[Callable[[type[models.Model]], Iterable[Value]]] = []
"""Who says which values of a model's records shall have an index."""


def path_of(value: Value) -> str:
    """The path by which queries name it."""
    return f"custom__{value[0]}_{value[1]}"


def value_at(path: str) -> Value | None:
    """The value that a path of the model's own table names."""
    column, mark, rest = path.partition("__")
    kind, found, key = rest.partition("_own_")
    return (kind, f"own_{key}") if column == "custom" and mark and found else None


def names(model: type[models.Model], value: Value) -> tuple[str, str]:
    """The names of both indexes: of everybody's rows, and of each owner's."""
    digest = hashlib.sha256(" ".join((model._meta.db_table, *value)).encode()).hexdigest()[:16]
    return f"own_{digest}_all", f"own_{digest}_own"


def present(connection: BaseDatabaseWrapper, model: type[models.Model]) -> dict[str, bool]:
    """The indexes of own fields that the table has; False for one whose making broke off."""
    if connection.vendor == "sqlite":
        sql = "SELECT name, 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = %s"
    else:
        sql = (
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = to_regclass(%s)"
        )
    table = model._meta.db_table if connection.vendor == "sqlite" else connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return {name: bool(whole) for name, whole in cursor.fetchall() if name.startswith("own_")}


def arrange(connection: BaseDatabaseWrapper, model: type[models.Model], values: Iterable[Value]) -> tuple[int, int]:
    """Make the indexes of these values and drop all other own ones; how many were made and dropped.

    On PostgreSQL people go on writing meanwhile, unless a transaction is open.
    """
    quote, there = connection.ops.quote_name, present(connection, model)
    statements = {
        name: sql
        for value in values
        for name, sql in zip(names(model, value), _made(connection, model, value), strict=True)
    }
    aside = " CONCURRENTLY" if connection.vendor == "postgresql" and not connection.in_atomic_block else ""
    useless = [name for name, whole in there.items() if name not in statements or not whole]
    missing = [name for name in statements if not there.get(name)]
    with connection.cursor() as cursor:
        for name in useless:
            cursor.execute(f"DROP INDEX{aside} IF EXISTS {quote(name)}")
        for name in missing:
            cursor.execute(f"CREATE INDEX{aside} IF NOT EXISTS {quote(name)} ON {statements[name]}")
        if missing:
            # A new index of which the planner knows nothing makes queries slow.
            cursor.execute(f"ANALYZE {quote(model._meta.db_table)}")
    return len(missing), len(useless)


def _made(connection: BaseDatabaseWrapper, model: type[models.Model], value: Value) -> tuple[str, str]:
    quote: Any = connection.ops.quote_name
    expression = sql_of(*value, quote("custom"), connection.vendor)
    owner, archived, key, table = (quote(name) for name in ("owner_id", "archived_at", "id", model._meta.db_table))
    live = f"WHERE {quote('deleted_at')} IS NULL"
    return (
        f"{table} (({expression}), {key}, {archived}, {owner}) {live}",
        f"{table} ({owner}, ({expression}), {key}, {archived}) {live}",
    )
