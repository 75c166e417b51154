"""The index of identity keys, written in the transaction of each record.

A record in the recycle bin keeps its keys; whoever looks up reads the records and leaves those out. So a removal and
a return cost nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from django.db import connection, models, transaction

from haike.dedupe.identity import Identity, Values, identities, identity_of
from haike.dedupe.keys import SURE, keys_of, sure_keys
from haike.find.insert import insert_rows
from haike.kernel.entity import Entity
from haike.kernel.record import Record

SIZE = 5_000
MOST_PER_KEY = 80
"""So many records are read of one key: a trade name that hundreds share says little about any of them."""
COLUMNS = ("key", "entity", "record_id")


class IdentityKey(models.Model):
    """One key of one record; `entity` is the number of its declaration."""

    id = models.BigAutoField(primary_key=True)
    key = models.BigIntegerField()
    entity = models.IntegerField()
    record_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "entity", "record_id"], name="dedupe_key"),
            models.Index(fields=["entity", "record_id"], name="dedupe_record"),
        ]

    def __str__(self) -> str:
        return f"{self.key:016x} {self.record_id}"


KEPT = "_identity_keys"
"""Where a record that is being made keeps its keys, and the values of which they were made."""


def keys_ahead(entity: Entity, records: Sequence[Record]) -> None:
    """Work the keys of new records out before they are written, when nobody waits for it."""
    if identity := identity_of(entity):
        for record in records:
            vars(record)[KEPT] = (values := identity.values_of(record), keys_of(identity, values))


def keys_of_record(identity: Identity, record: Record) -> dict[int, str]:
    """The keys of a record, those worked out ahead if its values are still the same."""
    values = identity.values_of(record)
    before, found = vars(record).get(KEPT, (None, {}))
    return found if before == values else keys_of(identity, values)


def sure_keys_of(identity: Identity, values: Values, record: Record | None) -> dict[int, str]:
    """The sure keys of a row, taken from the record that was made of it where both say the same."""
    before, found = vars(record).get(KEPT, (None, {})) if record is not None else (None, {})
    if before is None or any((values.get(name) or "") != (before[name] or "") for name in identity.fields):
        return sure_keys(identity, values)
    if identity.form and (values.get(identity.form) == identity.person) != (before[identity.form] == identity.person):
        return sure_keys(identity, values)
    return {key: kind for key, kind in found.items() if kind in SURE}


def follow(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Keep the keys of records that were just written; `touched` None: they are new."""
    identity = identity_of(entity)
    if identity is None or not records or (touched is not None and not touched & set(identity.columns)):
        return
    if touched is not None:
        _erase(identity, [record.pk for record in records])
    # In the order of the index: each of its pages is then fetched and written once.
    pairs = sorted((key, pk) for record in records for pk in (record.pk,) for key in keys_of_record(identity, record))
    insert_rows(IdentityKey, COLUMNS, [(key, identity.number, pk) for key, pk in pairs])


def _erase(identity: Identity, keys: Collection[int]) -> None:
    some = list(keys)
    for start in range(0, len(some), 500):
        rows = IdentityKey.objects.filter(entity=identity.number, record_id__in=some[start : start + 500])
        rows._raw_delete(rows.db)


def forget(entity: Entity, keys: Collection[int]) -> None:
    """Drop the keys of records that are gone for good."""
    identity = identity_of(entity)
    if identity is not None:
        _erase(identity, keys)


def look_up(keys: Collection[int]) -> list[tuple[int, int, int]]:
    """(key, number of the declaration, record) of all that have one of these keys; of common ones only some."""
    if not keys:
        return []
    table = IdentityKey._meta.db_table
    arm = f'SELECT * FROM (SELECT "key", entity, record_id FROM {table} WHERE "key" = %s LIMIT %s) a{{}}'
    sql = " UNION ALL ".join(arm.format(place) for place in range(len(keys)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [each for key in keys for each in (key, MOST_PER_KEY)])
        return cursor.fetchall()


def _asked(what: str, keys: Collection[int]) -> list[tuple[Any, ...]]:
    """These columns of all rows that have one of the keys, of any number of keys."""
    wanted, found = sorted(keys), list[tuple[Any, ...]]()
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), SIZE):
            some: list[Any] = wanted[start : start + SIZE]
            within, values = f"IN ({', '.join(['%s'] * len(some))})", some
            if connection.vendor == "postgresql":
                within, values = "= ANY(%s)", [some]
            cursor.execute(f'SELECT {what} FROM {IdentityKey._meta.db_table} WHERE "key" {within}', values)
            found += cursor.fetchall()
    return found


def holders_of(keys: Collection[int]) -> list[tuple[Any, ...]]:
    """(key, number of the declaration, record) of all that have one of these keys."""
    return _asked('"key", entity, record_id', keys)


def present_keys(identity: Identity, records: Sequence[Record]) -> set[int]:
    """Those of the keys of these records that others have already; thousands may have the same."""
    own = {key for each in records for key in keys_of_record(identity, each)}
    return {key for (key,) in _asked('DISTINCT "key"', own)}


def rebuild(
    *, only: dict[str, tuple[int, int]] | None = None, report: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Compute all keys anew and return how many there are.

    `only` names labels with the range of keys to treat, for rows that were loaded past the writers.
    """
    chosen = [each for each in identities() if only is None or each.label in only]
    total = sum(each.entity.model._base_manager.count() for each in chosen)
    done = made = 0
    for identity in chosen:
        rows = IdentityKey.objects.filter(entity=identity.number)
        stock = identity.entity.model._base_manager.all()
        if only is not None:
            first, count = only[identity.label]
            rows = rows.filter(record_id__gte=first, record_id__lt=first + count)
            stock = stock.filter(pk__gte=first, pk__lt=first + count)
        rows._raw_delete(rows.db)
        for some in _chunks(identity, stock):
            keys = [(key, identity.number, values["pk"]) for values in some for key in keys_of(identity, values)]
            with transaction.atomic():
                insert_rows(IdentityKey, COLUMNS, sorted(keys))
            done, made = done + len(some), made + len(keys)
            report(done, max(total, done))
    return made


def _chunks(identity: Identity, rows: Any) -> Iterator[list[dict[str, Any]]]:
    """The identifying values of all rows, in the order of their keys."""
    last = None
    while True:
        ahead = rows if last is None else rows.filter(pk__gt=last)
        some = list(ahead.order_by("pk").values("pk", *identity.columns)[:SIZE])
        if not some:
            return
        yield some
        last = some[-1]["pk"]


def ensure_index() -> None:
    """Fill the index of a company that had records before there was one."""
    missing = {
        each.label: (0, 2**62)
        for each in identities()
        if each.entity.model._base_manager.exists() and not IdentityKey.objects.filter(entity=each.number).exists()
    }
    if missing:
        rebuild(only=missing)
