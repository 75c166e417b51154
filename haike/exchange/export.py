"""Records into a sheet: what is found, this page or chosen rows, with chosen columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Companion, Entity, entity_named
from haike.kernel.filter import filterable
from haike.kernel.log import Change, origin
from haike.kernel.look import Look
from haike.kernel.paths import needed_fields, select_paths
from haike.kernel.selection import Selection
from haike.refused import Refused
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


def write_file(order: Order, user: Any, path: Path, report: Callable[[int, int | None], None]) -> int:
    """Write the file and the line in the log; returns the number of rows."""
    entity = order.entity
    entity.policy.demand(user, "export")
    able = exportable(entity, user)
    looks = [able[name] for name in order.columns if name in able]
    if not looks:
        raise Refused(_("Choose at least one column."))
    keys = array("q", islice(order.keys(user), MOST_ROWS + 1))
    if len(keys) > MOST_ROWS:
        raise Refused(_("At most %(most)s rows in one file; narrow the list.") % {"most": f"{MOST_ROWS:,}"})
    with SheetWriter(path, format=order.format) as writer:
        writer.add_sheet(str(entity.label_plural), [str(look.label) for look in looks])
        for done, batch in _batches(entity, user, keys, looks):
            _write_rows(writer, batch, looks)
            report(done, len(keys))
        if order.with_companions and order.format == "xlsx":
            for companion in entity.companions:
                _companion_sheet(writer, entity, companion, user, keys)
    _log(order, user, len(keys))
    return len(keys)


def _write_rows(writer: SheetWriter, records: list[Any], looks: list[Look]) -> None:
    columns = [look.to_sheets([look.get(record) for record in records]) for look in looks]
    for row in zip(*columns, strict=True):
        writer.write_row(row)


def _batches(entity: Entity, user: Any, keys: array[int], looks: list[Look]) -> Iterator[tuple[int, list[Any]]]:
    rows = _narrow(entity.model.objects.live(), entity, looks)
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH].tolist()
        # Whether each may be exported was part of finding the keys a moment ago.
        found = {record.pk: record for record in rows.filter(pk__in=some)}
        yield start + len(some), [found[key] for key in some if key in found]


def _narrow(rows: Any, entity: Entity, looks: list[Look]) -> Any:
    """Rows with what the columns need and no more."""
    paths = [look.path for look in looks if not look.multiple]
    links = [look.name for look in looks if look.kind == "references"]
    needed = needed_fields(entity, [look.path for look in looks])
    return rows.select_related(*select_paths(entity, paths)).prefetch_related(*links).only(*needed)


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
        found = _narrow(rows, other, looks)
        # Sorted here: a database would carry every column along, and Django names each of them for it.
        _write_rows(writer, sorted(found, key=lambda record: (getattr(record, column), record.pk)), looks)


def _log(order: Order, user: Any, rows: int) -> None:
    Change(
        entity=order.label,
        record_id=0,
        at=timezone.now(),
        by_id=user.pk,
        origin=origin.get(),
        action="export",
        diff={str(_("Rows")): [None, rows], str(_("Columns")): [None, ", ".join(order.columns)]},
    ).save(force_insert=True)
