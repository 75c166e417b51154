"""The documents of the sample company's year, kept in memory by some hundred and written in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from haike.catalog.lines.record import PENDING
from haike.kernel.change import index
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.numbers import take_numbers
from haike.kernel.record import writer
from haike.people.models import User
from haike.site.demo.chance import Chance
from haike.site.demo.load import reserve

INDEXED = 500


class Books:
    """Makes records with keys that were set aside, and writes them with numbers, log and search texts."""

    def __init__(self, most: Mapping[Any, int], chance: Chance) -> None:
        """`most` is how many of each model there are at the most."""
        self.chance = chance
        self.ranges = {model: (reserve(model, count), count) for model, count in most.items()}
        self._keys: dict[Any, Iterator[int]] = {
            model: iter(range(first, first + count)) for model, (first, count) in self.ranges.items()
        }
        self._rows: dict[Any, list[Any]] = defaultdict(list)
        self._names = dict(User._base_manager.values_list("pk", "name"))

    def add(self, model: Any, customer: Any, day: date, /, **values: Any) -> Any:
        """A record about a customer, as his owner has made it on this day."""
        clock = time(self.chance.number(8, 18), self.chance.number(0, 59))
        at = min(timezone.make_aware(datetime.combine(day, clock)), timezone.now().replace(microsecond=0))
        made = model(
            pk=next(self._keys[model]), created_at=at, changed_at=at, owner_id=customer.owner_id,
            department_id=customer.department_id, created_by_id=customer.owner_id, changed_by_id=customer.owner_id,
            **values,
        )  # fmt: skip
        self._rows[model].append(made)
        return made

    def line(self, model: Any, **values: Any) -> Any:
        """A line of a document."""
        key = {"pk": next(self._keys[model])} if model in self._keys else {}
        made = model(**key, **values)
        self._rows[model].append(made)
        return made

    @transaction.atomic
    def write(self) -> None:
        """Write what was made since the last time."""
        with writer():
            if connection.vendor == "postgresql":
                # An order names its quote, which may be written after it.
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for model, rows in self._rows.items():
                if hasattr(model, "_haike_entity"):
                    self._number(model, rows)
                for row in rows:
                    # From here on the lines are rows of their own.
                    row.__dict__.pop(PENDING, None)
                model._base_manager.bulk_create(rows, batch_size=INDEXED)
            for model, rows in self._rows.items():
                if hasattr(model, "_haike_entity"):
                    Change.objects.bulk_create([self._log(row) for row in rows], batch_size=INDEXED)
                    for place in range(0, len(rows), INDEXED):
                        index(rows[place : place + INDEXED])
        self._rows.clear()

    def _number(self, model: Any, rows: list[Any]) -> None:
        """Numbers run by month, in the order in which the documents were made."""
        for name, pattern in entity_of(model).numbers():
            months: dict[date, list[Any]] = defaultdict(list)
            for row in sorted(rows, key=lambda each: each.created_at):
                months[timezone.localtime(row.created_at).date().replace(day=1)].append(row)
            for month, some in months.items():
                for row, number in zip(some, take_numbers(pattern, on=month, count=len(some)), strict=True):
                    setattr(row, name, number)

    def _log(self, row: Any) -> Change:
        return Change(
            entity=entity_of(type(row)).label, record_id=row.pk, at=row.created_at, by_id=row.owner_id,
            by_name=self._names.get(row.owner_id or 0, ""), action="create", version=1,
        )  # fmt: skip
