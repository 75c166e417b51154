"""Records into a sheet: what is found, this page or chosen rows, with chosen columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast

from django.utils.translation import gettext_lazy as _

from haike.exchange.exported import Export, begin, explain, finish, log_export, properties_of
from haike.find.statement import among
from haike.kernel.entity import BASE_FIELDS, Companion, Entity, entity_named
from haike.kernel.filter import filterable
from haike.kernel.look import Look
from haike.kernel.paths import needed_fields, select_paths
from haike.kernel.selection import Selection, fetch_ahead
from haike.refused import Refused
from haike.screens.table import values_of
from haike.sheets.write import SheetWriter

MOST_ROWS = 1_000_000
BATCH = 1_000


@dataclass(frozen=True)
class Order:
    """What shall be exported: `ids` or everything that the query finds."""

    label: str
    columns: list[str]
    format: Literal["xlsx", "csv"] = "xlsx"
    query: dict[str, str] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    with_companions: bool = False
    """The contacts on a sheet of their own,"""
    joined: bool = False
    """or beside their customer, whose columns are then repeated for each of them."""

    @property
    def entity(self) -> Entity:
        """The entity exported."""
        return cast(Entity, entity_named(self.label))

    def to_data(self) -> dict[str, Any]:
        """As plain data for a job."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Order:
        """From plain data."""
        return cls(**data)

    def keys(self, user: Any) -> Iterator[int]:
        """The keys of the records in their order; rights to export are part of it."""
        if self.ids:
            rows = self.entity.model.objects.visible_to(user, "export").filter(pk__in=self.ids)
            allowed = set(rows.values_list("pk", flat=True))
            return iter([key for key in self.ids if key in allowed])
        return Selection.from_query(self.entity, user, self.query, action="export").find.ids()


def exportable(entity: Entity, user: Any) -> dict[str, Look]:
    """The columns that the user may export: those he may read plainly."""
    return {name: look for name, look in filterable(entity, user).items() if look.kind != "picture"}


def write_file(
    order: Order, user: Any, path: Path, report: Callable[[int, int | None], None], export: Export | None = None
) -> int:
    """Write the file and the line in the log; returns the number of rows.

    `export` is its number, if it has one already.
    """
    order.entity.policy.demand(user, "export")
    export = export or begin(order, user)
    rows = write_sheets(order, user, path, report, export)
    finish(export, rows)
    log_export(export, user, export.columns)
    return rows


def write_sheets(order: Order, user: Any, path: Path, report: Callable[[int, int | None], None], export: Export) -> int:
    """Write the file alone; returns the number of rows."""
    entity = order.entity
    entity.policy.demand(user, "export")
    able = exportable(entity, user)
    looks = [able[name] for name in order.columns if name in able]
    if not looks:
        raise Refused(_("Choose at least one column."))
    keys = array("q", islice(order.keys(user), MOST_ROWS + 1))
    if len(keys) > MOST_ROWS:
        raise Refused(_("At most %(most)s rows in one file; narrow the list.") % {"most": f"{MOST_ROWS:,}"})
    beside = [_Beside(companion, user) for companion in entity.companions] if order.joined else []
    headings = [str(look.label) for look in looks] + [text for each in beside for text in each.headings]
    with SheetWriter(path, format=order.format, properties=properties_of(export, user)) as writer:
        writer.add_sheet(str(entity.label_plural), headings)
        for done, batch in _batches(entity, user, keys, looks):
            if beside:
                _write_joined(writer, entity, user, batch, looks, beside)
            else:
                _write_rows(writer, entity, user, batch, looks)
            report(done, len(keys))
        if order.with_companions and not order.joined and order.format == "xlsx":
            for companion in entity.companions:
                _companion_sheet(writer, entity, companion, user, keys)
        if order.format == "xlsx":
            explain(writer, export, user, len(keys))
    return len(keys)


def _write_rows(writer: SheetWriter, entity: Entity, user: Any, records: list[Any], looks: list[Look]) -> None:
    for row in _cells(entity, user, records, looks):
        writer.write_row(row)


def _cells(entity: Entity, user: Any, records: list[Any], looks: list[Look]) -> Iterator[tuple[Any, ...]]:
    """The cells of the records, row after row, made column by column."""
    fetch_ahead(entity, [look.path for look in looks], records, user)
    return zip(*(_column(look, records) for look in looks), strict=True)


def _column(look: Look, records: list[Any]) -> list[Any]:
    values = values_of(look, records)
    # Of many columns that an entity has most are filled in nowhere.
    first = values[0] if values else None
    if (first is None or first == "") and values.count(first) == len(values):
        return look.to_sheets([first]) * len(values)
    return look.to_sheets(values)


def _batches(entity: Entity, user: Any, keys: array[int], looks: list[Look]) -> Iterator[tuple[int, list[Any]]]:
    rows = _narrow(entity.model.objects.live(), entity, looks)
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH].tolist()
        # Whether each may be exported was part of finding the keys a moment ago.
        found = {record.pk: record for record in among(rows, some)}
        yield start + len(some), [found[key] for key in some if key in found]


def _narrow(rows: Any, entity: Entity, looks: list[Look]) -> Any:
    """Rows with what the columns need and no more."""
    paths = [look.path for look in looks if not look.multiple]
    links = [look.name for look in looks if look.kind == "references"]
    needed = needed_fields(entity, [look.path for look in looks])
    return rows.select_related(*select_paths(entity, paths)).prefetch_related(*links).only(*needed)


class _Beside:
    """The columns of a companion beside those of the records that it belongs to."""

    def __init__(self, companion: Companion, user: Any) -> None:
        self.other, self.user = cast(Entity, entity_named(companion.entity)), user
        self.column = self.other.model._meta.get_field(companion.field).attname
        able = exportable(self.other, user) if self.other.policy.may(user, "export") else {}
        self.looks = [look for name, look in able.items() if name not in (companion.field, *BASE_FIELDS)]
        # As an import reads them again.
        self.headings = [f"{self.other.name} {look.label}" for look in self.looks]

    def cells(self, keys: list[int]) -> dict[int, list[tuple[Any, ...]]]:
        """The cells of the companions of these records, by record."""
        if not self.looks:
            return {}
        rows = self.other.model.objects.visible_to(self.user, "export").filter(**{f"{self.column}__in": keys})
        records = list(_narrow(rows, self.other, self.looks).order_by("pk"))
        found: dict[int, list[tuple[Any, ...]]] = {}
        for record, cells in zip(records, _cells(self.other, self.user, records, self.looks), strict=True):
            found.setdefault(getattr(record, self.column), []).append(cells)
        return found


def _write_joined(
    writer: SheetWriter, entity: Entity, user: Any, records: list[Any], looks: list[Look], beside: list[_Beside]
) -> None:
    """A row for each companion of a record; one without any has one row."""
    hung = [(each.cells([record.pk for record in records]), (None,) * len(each.looks)) for each in beside]
    for record, own in zip(records, _cells(entity, user, records, looks), strict=True):
        theirs = [found.get(record.pk, []) for found, __ in hung]
        for place in range(max(1, *map(len, theirs))):
            row = list(own)
            for some, (__, blank) in zip(theirs, hung, strict=True):
                row += some[place] if place < len(some) else blank
            writer.write_row(row)


def _companion_sheet(writer: SheetWriter, entity: Entity, companion: Companion, user: Any, keys: array[int]) -> None:
    other = cast(Entity, entity_named(companion.entity))
    if not other.policy.may(user, "export"):
        return
    looks = list(exportable(other, user).values())
    writer.add_sheet(str(other.label_plural), [str(look.label) for look in looks])
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH].tolist()
        rows = other.model.objects.visible_to(user, "export").filter(**{f"{companion.field}__in": some})
        column = other.model._meta.get_field(companion.field).attname
        # Sorted here: a database would carry every column along, and Django names each of them for it.
        found = sorted(_narrow(rows, other, looks), key=lambda record: (getattr(record, column), record.pk))
        _write_rows(writer, other, user, found, looks)
