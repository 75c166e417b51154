"""The indexes that lists walk: how they are declared, and which one serves a query.

A hot sort has two: `(key, id)` for those who see everything and `(owner, key, id)` for everybody else, both without
the recycle bin. `archived_at` and `owner` at the end let the archive and other people's rows be passed without a look
at the row itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from haike.find import own_index

LIVE = Q(deleted_at__isnull=True)
LONGEST_NAME = 30


def hot_indexes(prefix: str, *keys: str) -> list[models.Index]:
    """Indexes for lists sorted by each of the keys, for `Meta.indexes`; `prefix` names the model shortly."""
    found = []
    for key in keys:
        order = [f"-{key}", "-id", "archived_at"] if key != "id" else ["-id", "archived_at"]
        found.append(models.Index(fields=[*order, "owner"], name=_name(prefix, key, "all"), condition=LIVE))
        found.append(models.Index(fields=["owner", *order], name=_name(prefix, key, "own"), condition=LIVE))
    return found


def filter_index(prefix: str, *columns: str) -> models.Index:
    """One index that answers filters by any of the columns within the rows of some owners."""
    fields = ["owner", *columns, "archived_at", "id"]
    return models.Index(fields=fields, name=_name(prefix, "filter", "own"), condition=LIVE)


def few_index(prefix: str, *keys: str) -> models.Index:
    """One index that tells of rows found elsewhere, by the search, whose they are and how they sort.

    A piece of a telephone number is in some hundred records, few of them one's own; each would be a page from the disk.
    """
    return models.Index(fields=["id", "owner", "archived_at", *keys], name=_name(prefix, "few", "all"), condition=LIVE)


def _name(prefix: str, key: str, suffix: str) -> str:
    name = f"{prefix}_{key}_{suffix}"
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: LONGEST_NAME - 7]}_{digest}"


@dataclass(frozen=True)
class Index:
    """An index as the database has it: columns in order, which of them descend."""

    name: str
    columns: tuple[str, ...]
    descending: tuple[bool, ...]

    def walks(self, lead: tuple[str, ...], key: str) -> bool:
        """Whether rows with equal `lead` lie in the order of `(key, id)`, one way or the other."""
        wanted = (*lead, key) if key == "id" else (*lead, key, "id")
        if self.columns[: len(wanted)] != wanted:
            return False
        return len(set(self.descending[len(lead) : len(wanted)])) == 1

    def covers(self, columns: Iterable[str]) -> bool:
        """Whether a query of these columns needs no look at the rows."""
        return set(columns) <= {*self.columns, "id", "deleted_at"}


def declared(model: type[models.Model]) -> list[Index]:
    """The model's plain indexes that hold at least all rows outside the recycle bin."""
    found = []
    for index in model._meta.indexes:
        if (
            index.expressions
            or index.opclasses
            or index.condition not in (None, LIVE)
            or type(index) is not models.Index
        ):
            continue
        fields = [model._meta.get_field(name) for name, _ in index.fields_orders]
        columns = tuple("id" if field.primary_key else str(field.column) for field in fields)  # type: ignore[union-attr]
        found.append(Index(index.name, columns, tuple(order == "DESC" for _, order in index.fields_orders)))
    return found


class Indexes:
    """The indexes of one model in one database."""

    def __init__(self, connection: BaseDatabaseWrapper, model: type[models.Model]) -> None:
        self.all = declared(model)
        if connection.vendor == "sqlite":
            # Only these can be named in a query: a declared index may wait for its migration.
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [model._meta.db_table]
                )
                present = {row[0] for row in cursor.fetchall()}
            self.all = [index for index in self.all if index.name in present]
        self.own = self._own(connection, model)

    @staticmethod
    def _own(connection: BaseDatabaseWrapper, model: type[models.Model]) -> list[Index]:
        """Those of own fields; they cover no query."""
        values = [value for ask in own_index.wanted for value in ask(model)]
        there, found = own_index.present(connection, model) if values else {}, []
        for value in values:
            everybody, each = own_index.names(model, value)
            path, ways = own_index.path_of(value), (False,) * 4
            if there.get(everybody) and there.get(each):
                found.append(Index(everybody, (path, "id", "archived_at", "owner_id"), ways))
                found.append(Index(each, ("owner_id", path, "id", "archived_at"), ways))
        return found

    def walking(self, lead: tuple[str, ...], key: str) -> Index | None:
        """The index in which rows lie in the order of `(key, id)` below `lead`."""
        return next((index for index in (*self.all, *self.own) if index.walks(lead, key)), None)

    def covering(self, lead: tuple[str, ...], columns: Sequence[str]) -> Index | None:
        """The narrowest index that begins with `lead` and holds all the columns."""
        fitting = [i for i in self.all if i.columns[: len(lead)] == lead and i.covers(columns)]
        return min(fitting, key=lambda index: len(index.columns), default=None)

    def first_key(self, lead: tuple[str, ...]) -> str | None:
        """A column by which rows below `lead` can be walked, the first declared."""
        for index in self.all:
            rest = index.columns[len(lead) :]
            if index.columns[: len(lead)] == lead and len(rest) > 1 and index.walks(lead, rest[0]):
                return rest[0]
        return None
