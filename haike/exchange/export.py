"""Records into a sheet: what is found, this page or chosen rows, with chosen columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Companion, Entity, entity_named
from haike.kernel.filter import filterable
from haike.kernel.log import Change, origin
from haike.kernel.look import Look
from haike.kernel.paths import select_paths
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
    keys = list(order.keys(user))
    if len(keys) > MOST_ROWS:
        raise Refused(_("At most %(most)s rows in one file; narrow the list.") % {"most": f"{MOST_ROWS:,}"})
    with SheetWriter(path, format=order.format) as writer:
        writer.add_sheet(str(entity.label_plural), [str(look.label) for look in looks])
        for done, batch in _batches(entity, user, keys, looks):
            for record in batch:
                writer.write_row([look.to_sheet(look.get(record)) for look in looks])
            report(done, len(keys))
        if order.with_companions and order.format == "xlsx":
            for companion in entity.companions:
                _companion_sheet(writer, entity, companion, user, keys)
    _log(order, user, len(keys))
    return len(keys)


def _batches(entity: Entity, user: Any, keys: list[int], looks: list[Look]) -> Iterator[tuple[int, list[Any]]]:
    joins = select_paths(entity, [look.path for look in looks if not look.multiple])
    links = [look.name for look in looks if look.kind == "references"]
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        # Whether each may be exported was part of finding the keys a moment ago.
        rows = entity.model.objects.live().filter(pk__in=some).select_related(*joins).prefetch_related(*links)
        found = {record.pk: record for record in rows}
        yield start + len(some), [found[key] for key in some if key in found]


def _companion_sheet(writer: SheetWriter, entity: Entity, companion: Companion, user: Any, keys: list[int]) -> None:
    other = cast(Entity, entity_named(companion.entity))
    if not other.policy.may(user, "export"):
        return
    looks = list(exportable(other, user).values())
    writer.add_sheet(str(other.label_plural), [str(look.label) for look in looks])
    joins = select_paths(other, [look.path for look in looks if not look.multiple])
    for start in range(0, len(keys), BATCH):
        rows = other.model.objects.visible_to(user, "export").filter(
            **{f"{companion.field}__in": keys[start : start + BATCH]}
        )
        for record in rows.select_related(*joins).order_by(companion.field, "pk"):
            writer.write_row([look.to_sheet(look.get(record)) for look in looks])


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
