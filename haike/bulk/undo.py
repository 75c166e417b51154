"""Taking a batch back as one: what it made goes to the bin, what it changed, moved, shared or deleted is as before.

Whatever somebody has changed since is a conflict. It stays as it is, or is set back all the same by one who may change
that record. An undo goes backwards through the log of the batch, some hundred rows in a transaction; what is back
already is passed over, so one that was interrupted can go on. Versions, and who changed a record last and when, tell
of the undo itself; everything else is exactly what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.bulk.case import Case, read_case
from haike.bulk.write import Outcome, allowed_keys, change_many, locked, restore_many, set_archived, throw_away
from haike.find.insert import roomy
from haike.find.share import Share
from haike.kernel.bulk import start_batch
from haike.kernel.change import index_elsewhere, settle
from haike.kernel.entity import Entity
from haike.kernel.events import announce
from haike.kernel.log import Batch, Change, log_many, within_batch
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.refused import Refused

SIZE = 500
UNDO = "undo"
"""The kind of the batches in which undoing is written down."""
MOST_LISTED = 200
WRITES = ("change", "delete", "restore", "purge", "archive", "unarchive", "undo", "share", "unshare")

Report = Callable[[int, int], None]


@dataclass
class Undone:
    """What an undo did, or would do. `conflicts` counts records that somebody has changed since; `listed` holds the
    first of them."""

    removed: int = 0
    reverted: int = 0
    conflicts: int = 0
    listed: list[Case] = field(default_factory=list)

    def keep(self, case: Case) -> None:
        """Count a conflict."""
        self.conflicts += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(case)


UNDOERS: dict[str, Callable[..., Undone]] = {}
"""How batches of a kind are undone that did more than their log tells; the arguments are those of `undo_batch`."""


def demand_may_undo(entity: Entity, batch: Batch, by: Actor) -> None:
    """Refuse what is undone already, and strangers: who did it may undo it, and who may delete for good."""
    if batch.undone_at is not None:
        raise Refused(_("This has been undone already."))
    if batch.by_id != by.pk and not entity.policy.may(by, "purge"):
        raise Refused(_("Only who did it, or the boss, may undo it."))


def begin_undo(batch: Batch, *, by: Actor) -> None:
    """Claim a batch for one undo; of two people at once the second is refused."""
    now = timezone.now()
    free = Batch.objects.filter(pk=batch.pk, undone_at=None, undoing_at=None)
    if not free.update(undoing_at=now, undone_by=by.pk):
        batch.refresh_from_db()
        if batch.undone_at is not None:
            raise Refused(_("This has been undone already."))
        raise Refused(_("This is being undone at this moment."))


def undo_batch(
    entity: Entity,
    batch: Batch,
    *,
    by: Actor,
    dry: bool = False,
    force: bool = False,
    begun: bool = False,
    report: Report = lambda *_: None,
) -> Undone:
    """Take a batch back; `entity` is the one whose rights decide.

    `dry` only counts and lists the conflicts. `force` sets back what was changed since too, where `by` may change it.
    `begun`: the batch has been claimed by `begin_undo` already.
    """
    demand_may_undo(entity, batch, by)
    if batch.kind in UNDOERS:
        return UNDOERS[batch.kind](entity, batch, by=by, dry=dry, force=force, begun=begun)
    return undo_log(entity, batch, by=by, dry=dry, force=force, begun=begun, report=report)


@roomy()
def undo_log(
    entity: Entity,
    batch: Batch,
    *,
    by: Actor,
    dry: bool = False,
    force: bool = False,
    begun: bool = False,
    report: Report = lambda *_: None,
) -> Undone:
    """The same for what the change log tells of a batch; for undoers, which add the rest."""
    if dry:
        # It reads the records as an undo does, under lock, which PostgreSQL grants within a transaction only.
        with transaction.atomic():
            return _foresee(entity, batch)
    if not begun:
        begin_undo(batch, by=by)
    work, trace = _Work(entity, batch, by, force), trace_of(entity, batch, by)
    total, done = batch.changes.count(), 0
    for chunk in _instants(batch.changes.order_by("-id").iterator(chunk_size=SIZE), SIZE):
        with transaction.atomic(), writer(), within_batch(trace):
            work.take_back(chunk)
        done += len(chunk)
        report(done, total)
    facts = {"undone_at": timezone.now(), "undone_by": by.pk, "kept": work.found.conflicts}
    Batch.objects.filter(pk=batch.pk).update(**facts)
    announce("kernel.batch.done", entity=entity, batch=trace, by=by)
    return work.found


def trace_of(entity: Entity, batch: Batch, by: Actor) -> Batch:
    """The batch of what an undo itself writes; it cannot be undone, and stands in nobody's way later."""
    trace = start_batch(entity, UNDO, batch.title, by=by)
    trace.undoing_at = trace.undone_at = trace.at
    trace.save(update_fields=["undoing_at", "undone_at"])
    return trace


def _foresee(entity: Entity, batch: Batch) -> Undone:
    """Count without writing: only records with later changes of others are looked at one by one."""
    found = Undone()
    mine = batch.changes
    later = Change.objects.filter(
        Q(batch__isnull=True) | ~Q(batch=batch),
        entity=OuterRef("entity"),
        record_id=OuterRef("record_id"),
        id__gt=OuterRef("id"),
        action__in=WRITES,
    )
    doubtful: dict[str, set[int]] = defaultdict(set)
    for label, key in mine.filter(Exists(later)).values_list("entity", "record_id"):
        doubtful[label].add(key)
    made: dict[str, set[int]] = defaultdict(set)
    for label, key in mine.filter(action="create").values_list("entity", "record_id"):
        made[label].add(key)
    kept: set[tuple[str, int]] = set()
    for label in sorted({*doubtful, *made}, key=lambda each: -_depth(_entity(each))):
        burdened = _burdened(batch, label, made[label], kept)
        for some in _chunks(iter(sorted(doubtful[label] | burdened)), SIZE):
            rows: dict[int, list[Change]] = defaultdict(list)
            for row in mine.filter(entity=label, record_id__in=some).order_by("-id"):
                rows[row.record_id].append(row)
            for case in _cases(batch, label, rows, burdened):
                if case.conflicts:
                    found.keep(case)
                    kept.add((label, case.key))
    others = mine.exclude(action="create").filter(entity=entity.label)
    found.removed = sum(len(keys) for keys in made.values()) - sum(1 for label, key in kept if key in made[label])
    changed = set(others.values_list("record_id", flat=True))
    found.reverted = len(changed) - sum(1 for label, key in kept if label == entity.label and key in changed)
    return found


def _burdened(batch: Batch, label: str, made: Iterable[int], kept: set[tuple[str, int]]) -> set[int]:
    """Those of the records made on which something live hangs that does not go with them: it was not made by this
    batch, or is among those that are `kept`."""
    found: set[int] = set()
    for child in _entity(label).children:
        for some in _chunks(iter(sorted(made)), SIZE):
            rows = child.model._base_manager.filter(**{f"{child.policy.through}__in": some, "deleted_at": None})
            above = dict(rows.values_list("pk", f"{child.policy.through}_id"))
            ours = batch.changes.filter(entity=child.label, action="create", record_id__in=list(above))
            for key in set(ours.values_list("record_id", flat=True)):
                if (child.label, key) not in kept:
                    del above[key]
            found |= set(above.values())
    return found


def _entity(label: str) -> Entity:
    return apps.get_model(label)._haike_entity


def _cases(batch: Batch, label: str, rows: dict[int, list[Change]], burdened: set[int]) -> Iterator[Case]:
    entity = _entity(label)
    records = {record.pk: record for record in locked(entity, list(rows))}
    shares: dict[int, dict[int, bool]] = defaultdict(dict)
    if any(row.action == "share" for some in rows.values() for row in some):
        for share in Share.objects.filter(entity=label, record_id__in=list(rows)):
            shares[share.record_id][share.user_id] = share.can_write
    touched = _touched(batch, label, {key: some[0].pk for key, some in rows.items()})
    for key, some in rows.items():
        hung, wrote = key in burdened, key in touched
        yield read_case(entity, key, records.get(key), some, shares[key], touched=wrote, burdened=hung)


def _touched(batch: Batch, label: str, newest: dict[int, int]) -> set[int]:
    """Records that were written after these rows of the log; what was undone wholly does not count."""
    later = Change.objects.filter(entity=label, record_id__in=list(newest), id__gt=min(newest.values()))
    alive = Q(batch__isnull=True) | Q(batch__undone_at__isnull=True) | Q(batch__kept__gt=0)
    later = later.filter(alive, action__in=[action for action in WRITES if action != "undo"]).exclude(batch=batch.pk)
    return {key for key, row in later.values_list("record_id", "id") if row > newest[key]}


@dataclass
class _Work:
    """One undo under way."""

    entity: Entity
    batch: Batch
    by: Actor
    force: bool
    found: Undone = field(default_factory=Undone)
    kept: set[tuple[str, int]] = field(default_factory=set)

    def take_back(self, chunk: list[Change]) -> None:
        """Take back some rows of the log, the newest first."""
        by_label: dict[str, dict[int, list[Change]]] = defaultdict(lambda: defaultdict(list))
        for row in chunk:
            by_label[row.entity][row.record_id].append(row)
        labels = sorted(by_label, key=lambda each: _depth(_entity(each)))
        cases: dict[str, list[Case]] = {}
        for label in reversed(labels):
            made = [key for key, rows in by_label[label].items() if any(r.action == "create" for r in rows)]
            burdened = _burdened(self.batch, label, made, self.kept)
            read = list(_cases(self.batch, label, by_label[label], burdened))
            cases[label] = [case for case in read if self._goes(case)]
        # What hangs on others goes first and comes back last.
        for label in reversed(labels):
            self._throw_away(_entity(label), cases[label])
        for label in labels:
            # Once all are gone: what hung on a record that went too needs no putting right.
            if gone := [case.record for case in cases[label] if case.remove or case.rebin]:
                index_elsewhere(_entity(label), gone, None)
                _entity(label).taken_back(gone)
        for label in labels:
            self._bring_back(_entity(label), cases[label])

    def _goes(self, case: Case) -> bool:
        if not case.conflicts:
            return True
        if self.force and case.forcible and allowed_keys(case.entity, [case.key], self.by, ("edit",)):
            return True
        self.found.keep(case)
        self.kept.add((case.entity.label, case.key))
        return False

    def _throw_away(self, entity: Entity, cases: list[Case]) -> None:
        made = [case for case in cases if case.remove]
        if made:
            throw_away(entity, [case.record for case in made], by=self.by, batch=None, log_as="undo")
            self.found.removed += len(made)
        self._into_bin(entity, [case for case in cases if case.rebin is not None])

    def _bring_back(self, entity: Entity, cases: list[Case]) -> None:
        back = {case.key: case for case in cases if case.restore}
        if back:
            # Those that hang on another one came back with it.
            rows = entity.model._base_manager.filter(pk__in=back, deleted_at__isnull=False)
            keys = list(rows.values_list("pk", flat=True))
            self._count(back, restore_many(entity, keys, by=self.by, batch=None, trusted=True))
        self._values(entity, [case for case in cases if case.values and not case.remove])
        archived = {case.record: case.archived for case in cases if case.unarchive}
        set_archived(entity, archived, by=self.by, batch=None, at=timezone.now())
        self.found.reverted += len(archived)
        self._shares(entity, [case for case in cases if case.shares])
        for case in cases:
            if case.settled:
                column = entity.model._meta.get_field
                settle(entity.model, case.key, **{n: column(n).to_python(v) for n, v in case.settled.items()})

    def _count(self, cases: dict[int, Case], outcome: Outcome) -> None:
        for key, no in outcome.refused.items():
            cases[key].refuse(no)
            self.found.keep(cases[key])
        if any(case.entity is self.entity for case in cases.values()):
            self.found.reverted += outcome.changed + outcome.same

    def _into_bin(self, entity: Entity, cases: list[Case]) -> None:
        groups: dict[tuple[str, Any], list[Case]] = defaultdict(list)
        for case in cases:
            groups[case.rebin or ("", None)].append(case)
        for (at, by_id), some in groups.items():
            rows = entity.model._base_manager.filter(pk__in=[case.key for case in some])
            rows.update(deleted_at=datetime.fromisoformat(at), deleted_by_id=by_id, version=F("version") + 1)
            told: list[tuple[int, int, dict[str, Any]]] = [(case.key, case.record.version + 1, {}) for case in some]
            log_many(entity, told, "undo", by=self.by, batch=None, at=timezone.now())
            if entity is self.entity:
                self.found.reverted += len(some)

    def _values(self, entity: Entity, cases: list[Case]) -> None:
        groups: dict[tuple[frozenset[str], bool], dict[int, Case]] = defaultdict(dict)
        for case in cases:
            groups[frozenset(case.values), bool(case.conflicts)][case.key] = case
        for (names, forced), some in groups.items():
            values = _decoded(entity, some.values())
            outcome = change_many(
                entity,
                list(some),
                lambda record, values=values: values[record.pk],  # type: ignore[misc]
                names,
                by=self.by,
                batch=None,
                actions=("transfer",) if names == {"owner"} else ("edit",),
                trusted=not forced,
                log_as="undo",
                undoing=self.batch,
            )
            self._count(some, outcome)

    def _shares(self, entity: Entity, cases: list[Case]) -> None:
        label = entity.label
        told: list[tuple[int, int, dict[str, Any]]] = []
        for case in cases:
            for user_id, former in case.shares.items():
                mine = Share.objects.filter(entity=label, record_id=case.key, user_id=user_id)
                if former is None:
                    mine.delete()
                else:
                    mine.update(**former)
            told.append((case.key, case.record.version, {}))
        log_many(entity, told, "undo", by=self.by, batch=None, at=timezone.now())
        self.found.reverted += len(cases)


def _depth(entity: Entity) -> int:
    return 1 + _depth(entity.parent) if entity.parent else 0


def _decoded(entity: Entity, cases: Iterable[Case]) -> dict[int, dict[str, Any]]:
    """The former values of each record as Python has them; records linked to are fetched together."""
    cases = list(cases)
    found: dict[int, dict[str, Any]] = {case.key: {} for case in cases}
    for name in {name for case in cases for name in case.values}:
        look = entity.looks[name]
        if name in entity.declared_looks and look.kind in ("reference", "person", "references"):
            target = look.target  # type: ignore[attr-defined]
            keys = {key for case in cases for key in _keys(case.values.get(name))}
            rows = target._base_manager.in_bulk(list(keys))
            for case in cases:
                chosen = [rows[key] for key in _keys(case.values[name]) if key in rows]
                found[case.key][name] = chosen if look.multiple else (chosen[0] if chosen else None)
        else:
            for case in cases:
                found[case.key][name] = look.from_stored(case.values[name])
    return found


def _keys(value: Any) -> Sequence[int]:
    return value if isinstance(value, list) else ([] if value is None else [value])


def _instants(rows: Iterator[Change], size: int) -> Iterator[list[Change]]:
    """Parts of at least `size` rows that end where the instant changes: what was written together goes together."""
    chunk: list[Change] = []
    for row in rows:
        if len(chunk) >= size and row.at != chunk[-1].at:
            yield chunk
            chunk = []
        chunk.append(row)
    if chunk:
        yield chunk


def _chunks(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while chunk := list(islice(items, size)):
        yield chunk
