"""What hangs on a person beside records with an owner: rows that name him, links of records to him, shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.bulk.write import allowed_keys
from haike.find.share import Share
from haike.handover.holding import END, PERSON, SAME, SAMPLES, STAY, Holding, Label, Sample, Way, Work
from haike.handover.record import Moved
from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import within_batch
from haike.kernel.policy import Actor
from haike.refused import Refused

TWICE = _("The successor has one like it already.")
CHANGED: dict[str, Callable[[], None]] = {}
"""What must be told to all processes when rows of a model (label) have been written."""


def plain(field: Any, value: Any) -> Any:
    """A cell as plain data; `field.to_python` reads it back."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def note_cell(work: Work, row: models.Model, column: str, before: Any, after: Any) -> Moved:
    """Write down what a cell was, for the undo."""
    field = row._meta.get_field(column)
    return Moved.objects.create(
        handover=work.handover,
        model=row._meta.label,
        record_id=row.pk,
        field=column,
        before=plain(field, before),
        after=plain(field, after),
    )


def set_cells(work: Work, row: models.Model, values: Mapping[str, Any]) -> None:
    """Write cells of a row that has no log, and what they were."""
    before = {column: getattr(row, column) for column in values}
    type(row)._base_manager.filter(pk=row.pk).update(**values)
    for column, value in values.items():
        if before[column] != value:
            note_cell(work, row, column, before[column], value)


def take_away(work: Work, row: models.Model) -> None:
    """Delete a row of which an undo must know everything."""
    cells = {field.attname: plain(field, getattr(row, field.attname)) for field in row._meta.concrete_fields}
    Moved.objects.create(handover=work.handover, model=row._meta.label, record_id=row.pk, before=cells)
    type(row)._base_manager.filter(pk=row.pk).delete()


class RowsHeld(Holding):
    """Rows of a plain model whose `column` names him. `ends` are the cells that end one; None: it cannot be ended.

    `grant` is the special grant without which nobody gives them to another. `told` tells other processes.
    """

    def __init__(
        self,
        key: str,
        label: Label,
        model: type[models.Model],
        column: str,
        *,
        icon: str,
        where: Callable[[], Q] = Q,
        ends: Callable[[], Mapping[str, Any]] | None = None,
        passes: bool = True,
        grant: str = "",
        personal: bool = False,
        leaving: str = "",
        group: Label = "",
        told: Callable[[], None] | None = None,
    ) -> None:
        self.key, self.label, self.icon = key, label, icon
        self.model, self.column, self.where = model, column, where
        self.ends, self.passes, self.grant, self.personal = ends, passes, grant, personal
        self.leaving = leaving or (SAME if passes else END)
        if group:
            self.group = group
        if told is not None:
            CHANGED[model._meta.label] = told

    def ways_for(self, by: Actor) -> tuple[str, ...]:
        passes = self.passes and (not self.grant or by.grants.may_do(self.grant))
        return (*((SAME, PERSON) if passes else ()), STAY, *((END,) if self.ends is not None else ()))

    def _rows(self, user: Any) -> Any:
        return self.model._base_manager.filter(self.where(), **{self.column: user.pk})

    def count(self, user: Any) -> int:
        return int(self._rows(user).count())

    def samples(self, user: Any, by: Actor) -> list[Sample]:
        return [Sample(str(getattr(row, "name", "") or row)) for row in self._rows(user).order_by("-pk")[:SAMPLES]]

    def carry(self, work: Work, way: Way) -> None:
        if way.how == STAY:
            return
        rows = list(self._rows(work.user).order_by("pk"))
        for place, row in enumerate(rows, start=1):
            values = self.ends() if way.how == END and self.ends else {self._attname: way.people[0].pk}
            try:
                with transaction.atomic():
                    set_cells(work, row, values)
            except IntegrityError:
                work.keep(self.key, getattr(row, "name", "") or row, TWICE)
            else:
                work.count(self.key, None if way.how == END else way.people[0])
            work.report(place, len(rows), str(self.label))
        tell(self.model._meta.label)

    @property
    def _attname(self) -> str:
        field: Any = self.model._meta.get_field(self.column)
        return str(field.attname)


def tell(label: str) -> None:
    """Let other processes know that rows of this model were written."""
    if label in CHANGED:
        CHANGED[label]()


class LinksHeld(Holding):
    """Records whose field `name` names him: his staff, the departments he heads, the pools he leads."""

    def __init__(self, entity: str, name: str, label: Label, *, icon: str, ends: bool = False) -> None:
        self.label_of, self.name, self.label, self.icon, self.may_end = entity, name, label, icon, ends
        self.key = f"{entity}.{name}"

    @property
    def entity(self) -> Entity:
        """The kind of record."""
        return apps.get_model(self.label_of)._haike_entity

    def ways_for(self, by: Actor) -> tuple[str, ...]:
        return (SAME, PERSON, STAY, *((END,) if self.may_end else ()))

    def _rows(self, user: Any) -> Any:
        return self.entity.model.objects.live().filter(**{self.name: user})

    def count(self, user: Any) -> int:
        return int(self._rows(user).count())

    def movable(self, user: Any, by: Actor) -> int:
        keys = list(self._rows(user).values_list("pk", flat=True))
        return len(allowed_keys(self.entity, keys, by, ("edit",)))

    def samples(self, user: Any, by: Actor) -> list[Sample]:
        rows = self.entity.model.objects.visible_to(by).filter(**{self.name: user}).order_by("pk")[:SAMPLES]
        return [Sample(str(row), self.entity.url_of(row)) for row in rows]

    def carry(self, work: Work, way: Way) -> None:
        if way.how == STAY:
            return
        heir = way.people[0] if way.people else None
        rows = list(self._rows(work.user).order_by("pk"))
        mine = allowed_keys(self.entity, [row.pk for row in rows], work.by, ("edit",))
        for row in rows:
            try:
                if row.pk not in mine:
                    raise Refused(_("You may not change this record."))
                with transaction.atomic(), within_batch(work.batch):
                    self.entity.change(row, by=work.by, batch=work.batch, **{self.name: self._after(row, work, heir)})
            except Refused as no:
                work.keep(self.key, row, no)
            else:
                work.count(self.key, heir)

    def _after(self, row: Any, work: Work, heir: Any) -> Any:
        if self.entity.looks[self.name].multiple:
            present = [each for each in getattr(row, self.name).all() if each.pk != work.user.pk]
            known = {each.pk for each in present}
            return [*present, *([heir] if heir is not None and heir.pk not in known else [])]
        if heir is not None and self.entity.model is type(heir) and row.pk == heir.pk:
            # Who takes over from his superior does not report to himself.
            return getattr(work.user, self.name)
        return heir


class SharesHeld(Holding):
    """Records of others that were opened to him."""

    key, icon = "kernel.share", "users"
    label = _("Shares with him")
    group = _("Records")
    ways: ClassVar[tuple[str, ...]] = (SAME, PERSON, STAY, END)
    personal = True

    def count(self, user: Any) -> int:
        return int(Share.objects.filter(user=user).count())

    def movable(self, user: Any, by: Actor) -> int:
        return len(self._mine(list(Share.objects.filter(user=user)), by))

    def samples(self, user: Any, by: Actor) -> list[Sample]:
        found = []
        for share in Share.objects.filter(user=user).order_by("-pk")[:SAMPLES]:
            entity = entity_named(share.entity)
            row = entity.model.objects.visible_to(by).filter(pk=share.record_id).first() if entity else None
            if entity is not None and row is not None:
                found.append(Sample(str(row), entity.url_of(row)))
        return found

    def _mine(self, shares: list[Share], by: Actor) -> set[int]:
        """Those that `by` may open to somebody else."""
        found: set[int] = set()
        for label in {share.entity for share in shares}:
            entity, some = entity_named(label), [share for share in shares if share.entity == label]
            if entity is not None and entity.policy.may(by, "share"):
                keys = allowed_keys(entity, {share.record_id for share in some}, by, ("share",))
                found |= {share.pk for share in some if share.record_id in keys}
        return found

    def carry(self, work: Work, way: Way) -> None:
        if way.how == STAY:
            return
        shares = list(Share.objects.filter(user=work.user).order_by("pk"))
        mine = self._mine(shares, work.by)
        for place, share in enumerate(shares, start=1):
            if share.pk not in mine:
                work.keep(self.key, f"#{share.record_id}", _("You may not share this record."))
                continue
            with transaction.atomic():
                self._move(work, share, way.people[0] if way.how != END else None)
            work.count(self.key, way.people[0] if way.how != END else None)
            work.report(place, len(shares), str(self.label))

    def _move(self, work: Work, share: Share, heir: Any) -> None:
        if heir is None:
            take_away(work, share)
            return
        present = Share.objects.filter(user=heir, entity=share.entity, record_id=share.record_id).first()
        if present is None:
            set_cells(work, share, {"user_id": heir.pk})
            return
        # He has one already: the wider of the two stays.
        take_away(work, share)
        if share.can_write and not present.can_write:
            set_cells(work, present, {"can_write": True})
