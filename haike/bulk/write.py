"""Writing many records with few queries: the rules of the kernel's change, remove, restore and archive, set by set.

A row that breaks a rule comes back as its Refused, the others go in. Each call is one transaction; the caller keeps it
short by handing over some hundred keys at once. An entity whose own `change`, `remove` or `restore` does more than the
kernel's is asked record by record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import compress
from operator import itemgetter, ne
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import among, keyed, prepared
from haike.find.share import Share
from haike.find.update import update_rows
from haike.kernel.change import follow, give_owner, hand_down, index_anew, index_elsewhere, refused_by_guards, validate
from haike.kernel.entity import Entity
from haike.kernel.events import announce_each
from haike.kernel.log import Batch, log_many, within_batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.refused import Refused

Values = Mapping[str, Any]
Make = Callable[[Any], Values]
"""From the locked record to its new values; may raise Refused."""
Taken = tuple[Any, tuple[Any, ...], dict[str, Any]]
"""A record with new values, its columns as they were, and the diff for the log."""
Written = tuple[Any, dict[str, Any], dict[str, Any]]
"""A record, the columns that change, and the diff for the log."""

GONE = _("This record is not there any more.")
NOT_YOURS = _("You may look at this record, but not change it.")
NO_DELETE = _("You may not delete this record.")
NO_RESTORE = _("You may not restore this record.")
NO_SHARE = _("You may not share this record.")


@dataclass
class Outcome:
    """What became of some records: how many changed, how many were so already, who was refused and why."""

    changed: int = 0
    same: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)
    done: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    """The records changed and their diffs, where they were written together."""


def change_many(
    entity: Entity,
    keys: Sequence[int],
    make: Make,
    names: Collection[str],
    *,
    by: Actor,
    batch: Batch | None,
    actions: Sequence[str] = ("edit",),
    trusted: bool = False,
    log_as: str = "change",
    undoing: Batch | None = None,
) -> Outcome:
    """Give the fields `names` of these records the values that `make` says.

    `trusted` leaves the rights to single records aside: an undo puts back only what its own batch did. Listeners hear
    of `undoing` as the batch, so that nobody gets a notice for each record.
    """
    if not trusted:
        demand_fields(entity, names, by)
    outcome = Outcome()
    with transaction.atomic(), writer(), _belonging(batch):
        rows = _locked(entity, keys, outcome, deleted=False)
        if not trusted:
            _keep_allowed(entity, rows, by, actions, NOT_YOURS, outcome)
        links = any(entity.looks[name].kind == "references" for name in names)
        if entity.changes_plainly(names) and not links:
            try:
                with transaction.atomic():
                    some, guarded = list(rows.values()), not trusted
                    written = _write(entity, some, make, by=by, batch=batch, log_as=log_as, guarded=guarded)
            except IntegrityError:
                # One of them contradicts another record: which one shows when they go in one by one.
                rows = _locked(entity, list(rows), outcome, deleted=False)
            else:
                outcome.changed, outcome.same = len(written.done), written.same
                outcome.refused |= written.refused
                facts = {"by": by, "batch": batch or undoing}
                told = [{"record": record, "diff": diff, **facts} for record, diff in written.done]
                announce_each(f"{entity.label}.changed", told)
                return outcome

        def one(record: Any) -> bool:
            after = entity.change(record, by=by, **make(record))
            return bool(after.version != record.version)

        _one_by_one(rows.values(), one, outcome)
    return outcome


def demand_fields(entity: Entity, names: Iterable[str], by: Actor) -> None:
    """Refuse fields that the writer may not change."""
    for name in names:
        if name == "owner":
            entity.policy.demand(by, "transfer")
        elif entity.right(by, name) != "edit":
            raise Refused(_("You may not change this field."))


def remove_many(entity: Entity, keys: Sequence[int], *, by: Actor, batch: Batch) -> Outcome:
    """Move records and those that hang on them to the recycle bin."""
    outcome = Outcome()
    with transaction.atomic(), writer(), within_batch(batch):
        rows = _locked(entity, keys, outcome, deleted=False)
        _keep_allowed(entity, rows, by, ("delete",), NO_DELETE, outcome)
        if type(entity).remove is not Entity.remove:
            _one_by_one(rows.values(), lambda record: bool(entity.remove(record, by=by)), outcome)
            return outcome
        throw_away(entity, list(rows.values()), by=by, batch=batch, log_as="delete")
        announce_each(f"{entity.label}.deleted", [{"record": record, "by": by} for record in rows.values()])
        outcome.changed = len(rows)
    return outcome


def throw_away(entity: Entity, records: list[Any], *, by: Actor, batch: Batch | None, log_as: str) -> None:
    """Put records with all that hangs on them into the bin at one instant; rights are the caller's."""
    now = timezone.now()
    # Those that hang on them first: an undo goes backwards and begins with the records themselves.
    for each, pairs in [*_below(entity, [r.pk for r in records]), (entity, [(r.pk, r.version) for r in records])]:
        some = each.model._base_manager.filter(pk__in=[pk for pk, __ in pairs])
        some.update(deleted_at=now, deleted_by_id=by.pk, version=F("version") + 1)
        diff = {"_deleted": [None, [now.isoformat(), by.pk]]}
        log_many(each, [(pk, version + 1, diff) for pk, version in pairs], log_as, by=by, batch=batch, at=now)
    for record in records:
        record.deleted_at, record.deleted_by_id, record.version = now, by.pk, record.version + 1
    index_elsewhere(entity, records, None)


def _below(entity: Entity, keys: list[int]) -> Iterator[tuple[Entity, list[tuple[int, int]]]]:
    """(entity, keys with versions) of the live records that hang on these, the farthest first."""
    for child in entity.children:
        rows = child.model._base_manager.filter(**{f"{child.policy.through}__in": keys, "deleted_at": None})
        if pairs := list(rows.values_list("pk", "version")):
            yield from _below(child, [pk for pk, __ in pairs])
            yield child, pairs


def restore_many(
    entity: Entity, keys: Sequence[int], *, by: Actor, batch: Batch | None, trusted: bool = False
) -> Outcome:
    """Take records out of the recycle bin together with what went in with them."""
    outcome = Outcome()
    with transaction.atomic(), writer(), _belonging(batch):
        rows = _locked(entity, keys, outcome, deleted=True)
        if not trusted:
            allowed = entity.model.objects.filter(entity.policy.rows(by, "restore"), pk__in=rows)
            _drop_others(rows, set(allowed.values_list("pk", flat=True)), NO_RESTORE, outcome)
        plain = type(entity).restore is Entity.restore
        if plain and entity.parent:
            lost = {f"{entity.policy.through}__deleted_at__isnull": False}
            for pk in entity.model._base_manager.filter(pk__in=rows, **lost).values_list("pk", flat=True):
                outcome.refused[pk] = Refused(_("Restore the %(parent)s first.") % {"parent": entity.parent.name})
                del rows[pk]
        if plain:
            try:
                with transaction.atomic():
                    _come_back(entity, list(rows.values()), by=by, batch=batch)
            except IntegrityError:
                # A number or name has been given to another meanwhile: which one shows one by one.
                rows = _locked(entity, list(rows), outcome, deleted=True)
            else:
                outcome.changed = len(rows)
                return outcome
        _one_by_one(rows.values(), lambda record: bool(entity.restore(record, by=by)), outcome)
    return outcome


def _come_back(entity: Entity, top: list[Any], *, by: Actor, batch: Batch | None) -> None:
    now = timezone.now()
    for each, records in _went_with(entity, top):
        some = each.model._base_manager.filter(pk__in=[record.pk for record in records])
        some.update(deleted_at=None, deleted_by_id=None, version=F("version") + 1)
        told = [(r.pk, r.version + 1, {"_deleted": [bin_facts(r), None]}) for r in records]
        log_many(each, told, "restore", by=by, batch=batch, at=now)
    index_elsewhere(entity, top, None)
    for record in top:
        record.deleted_at = record.deleted_by_id = None
    announce_each(f"{entity.label}.restored", [{"record": record, "by": by} for record in top])


def bin_facts(record: Any) -> list[Any]:
    """When a record went into the bin, and by whom; the log keeps it for an undo."""
    return [record.deleted_at.isoformat(), record.deleted_by_id]


def _went_with(entity: Entity, records: list[Any]) -> Iterator[tuple[Entity, list[Any]]]:
    instants = {record.pk: record.deleted_at for record in records}
    for child in entity.children:
        rows = child.model._base_manager.select_for_update().filter(
            **{f"{child.policy.through}__in": instants, "deleted_at__in": set(instants.values())}
        )
        same = [each for each in rows if each.deleted_at == instants[getattr(each, f"{child.policy.through}_id")]]
        if same:
            yield from _went_with(child, same)
    yield entity, records


def archive_many(entity: Entity, keys: Sequence[int], *, by: Actor, batch: Batch, away: bool) -> Outcome:
    """Put records out of the default lists, or back into them."""
    outcome, now = Outcome(), timezone.now()
    with transaction.atomic(), writer():
        rows = _locked(entity, keys, outcome, deleted=False)
        _keep_allowed(entity, rows, by, ("edit",), NOT_YOURS, outcome)
        touched = [record for record in rows.values() if (record.archived_at is None) is away]
        outcome.changed, outcome.same = len(touched), len(rows) - len(touched)
        set_archived(entity, dict.fromkeys(touched, now if away else None), by=by, batch=batch, at=now)
    return outcome


def set_archived(entity: Entity, instants: Mapping[Any, Any], *, by: Actor, batch: Batch | None, at: Any) -> None:
    """Write when locked records were archived; None takes them out of the archive."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for record, instant in instants.items():
        groups[instant].append(record)
    for instant, records in groups.items():
        some = entity.model._base_manager.filter(pk__in=[record.pk for record in records])
        some.update(archived_at=instant, version=F("version") + 1)
        told = [(r.pk, r.version + 1, {"_archived": [_iso(r.archived_at), _iso(instant)]}) for r in records]
        log_many(entity, told, "archive" if instant else "unarchive", by=by, batch=batch, at=at)


def share_many(entity: Entity, keys: Sequence[int], *, user: Any, can_write: bool, by: Actor, batch: Batch) -> Outcome:
    """Open records to a colleague; where he has a share already, change how far it goes."""
    outcome, now, named = Outcome(), timezone.now(), str(_("Shared with"))
    with transaction.atomic():
        rows = _locked(entity, keys, outcome, deleted=False)
        _keep_allowed(entity, rows, by, ("share",), NO_SHARE, outcome)
        shares = Share.objects.filter(entity=entity.label, user=user, record_id__in=list(rows))
        present = {share.record_id: share for share in shares}
        told, fresh, further = [], [], []
        for pk, record in rows.items():
            share = present.get(pk)
            if record.owner_id == user.pk:
                outcome.refused[pk] = Refused(_("%(name)s is the owner already.") % {"name": user})
            elif share is not None and share.can_write == can_write:
                outcome.same += 1
            else:
                before = [user.pk, share.can_write, share.by_id] if share else None
                told.append((pk, record.version, {named: ["", str(user)], "_share": [before, [user.pk, can_write]]}))
                if share is None:
                    fresh.append(Share(entity=entity.label, record_id=pk, user=user, can_write=can_write, by_id=by.pk))
                else:
                    further.append(share.pk)
        Share.objects.bulk_create(fresh, batch_size=500)
        Share.objects.filter(pk__in=further).update(can_write=can_write, by_id=by.pk)
        log_many(entity, told, "share", by=by, batch=batch, at=now)
        outcome.changed = len(told)
    return outcome


# -- the parts ---------------------------------------------------------------------------------------------------------


@contextmanager
def _belonging(batch: Batch | None) -> Iterator[None]:
    if batch is None:
        yield
    else:
        with within_batch(batch):
            yield


def locked(entity: Entity, keys: Sequence[int]) -> list[Any]:
    """These records under lock, those in the recycle bin too; within a transaction only."""

    def rows() -> Any:
        return entity.model._base_manager.select_for_update().filter(keyed(entity.model)).order_by("pk")

    return prepared(("locked", entity.label), rows, keys)


def _locked(entity: Entity, keys: Sequence[int], outcome: Outcome, *, deleted: bool) -> dict[int, Any]:
    found = {record.pk: record for record in locked(entity, keys) if (record.deleted_at is not None) is deleted}
    for key in keys:
        if key not in found:
            outcome.refused[key] = Refused(GONE)
    return found


def allowed_keys(entity: Entity, keys: Iterable[int], by: Actor, actions: Iterable[str]) -> set[int]:
    """Those of the keys whose records the user sees and may treat in all these ways."""
    return _narrowed(entity, keys, by, ("view", *actions))


def _narrowed(entity: Entity, keys: Iterable[int], by: Actor, actions: Iterable[str]) -> set[int]:
    found = set(keys)
    for action in actions:
        rows = entity.model.objects.visible_to(by, action).filter(among(entity.model, found))
        found = set(rows.values_list("pk", flat=True))
    return found


def _keep_allowed(
    entity: Entity, rows: dict[int, Any], by: Actor, actions: Sequence[str], why: Any, outcome: Outcome
) -> None:
    _drop_others(rows, _narrowed(entity, rows, by, ("view",)), GONE, outcome)
    _drop_others(rows, _narrowed(entity, rows, by, actions), why, outcome)


def _drop_others(rows: dict[int, Any], allowed: set[int], why: Any, outcome: Outcome) -> None:
    for key in [key for key in rows if key not in allowed]:
        del rows[key]
        outcome.refused[key] = Refused(why)


def _one_by_one(records: Iterable[Any], act: Callable[[Any], bool], outcome: Outcome) -> None:
    for record in records:
        try:
            with transaction.atomic():
                done = act(record)
        except Refused as no:
            outcome.refused[record.pk] = no
        else:
            outcome.changed += done
            outcome.same += not done


def stored(look: Look, record: Any) -> Any:
    """The value of a field as the log keeps it; of a link its key, which costs no query."""
    return look.to_json(look.stored(record))


def _write(
    entity: Entity, records: list[Any], make: Make, *, by: Actor, batch: Batch | None, log_as: str, guarded: bool
) -> Outcome:
    """Write locked records; `guarded` ones ask the rules of common rooms first."""
    outcome, now = Outcome(), timezone.now()
    taken: list[Taken] = []
    columns, looks = [f.attname for f in entity.model._meta.concrete_fields], entity.looks
    values_of = itemgetter(*columns)
    for record in records:
        record.changed_at = now
        was = values_of(vars(record))
        record.custom = {**record.custom}
        try:
            diff = _take(entity, looks, record, make(record), by)
        except Refused as no:
            outcome.refused[record.pk] = no
            continue
        if not diff:
            outcome.same += 1
            continue
        taken.append((record, was, diff))
    taken = _keep_fitting(entity, taken, outcome)
    touched = {name for __, __, diff in taken for name in diff}
    if taken:
        entity.additions.finish(entity, [each[0] for each in taken], touched)
    written: list[Written] = []
    for record, was, diff in taken:
        after = vars(record)
        fields = {name: after[name] for name in compress(columns, map(ne, was, values_of(after)))}
        record.version, record.changed_by_id = record.version + 1, by.pk
        written.append((record, fields, diff))
    if written and guarded:
        stopped = refused_by_guards(entity, [each[0] for each in written], touched, by)
        outcome.refused |= {written[place][0].pk: no for place, no in stopped.items()}
        written = [each for place, each in enumerate(written) if place not in stopped]
    if written:
        _save(entity, written, at=now, by=by)
        _follow(entity, written)
        told = [(record.pk, record.version, diff) for record, __, diff in written]
        log_many(entity, told, log_as, by=by, batch=batch, at=now)
    outcome.done = [(record, diff) for record, __, diff in written]
    return outcome


def _take(entity: Entity, looks: Mapping[str, Look], record: Any, values: Values, by: Actor) -> dict[str, list[Any]]:
    diff = {}
    for name, value in values.items():
        look = looks[name]
        both = [stored(look, record), look.to_json(value)]
        if both[0] != both[1]:
            diff[name] = both
    if diff:
        entity.put(record, {name: values[name] for name in diff})
        if "owner" in diff or entity.policy.through in diff:
            give_owner(entity, record, by, asked=True)
        validate(entity, record, set(diff), added=False)
    return diff


def _keep_fitting(entity: Entity, taken: list[Taken], outcome: Outcome) -> list[Taken]:
    """Those that what the company has added to the entity has nothing against."""
    alike: dict[frozenset[str], list[Any]] = defaultdict(list)
    for record, __, diff in taken:
        alike[frozenset(diff)].append(record)
    refused = {
        records[place].pk: no
        for names, records in alike.items()
        for place, no in entity.additions.check(entity, records, set(names)).items()
    }
    outcome.refused |= refused
    return [each for each in taken if each[0].pk not in refused] if refused else taken


def _save(entity: Entity, written: list[Written], *, at: Any, by: Actor) -> None:
    """One UPDATE for all records that get the same values; where nearly each gets its own, one for some hundred."""
    rows = entity.model._base_manager
    groups: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for record, fields, __ in written:
        groups.setdefault(repr(sorted(fields.items(), key=lambda item: item[0])), (fields, []))[1].append(record.pk)
    if len(groups) <= 20 + len(written) // 50:
        for fields, keys in groups.values():
            some = rows.filter(among(entity.model, keys))
            some.update(**fields, version=F("version") + 1, changed_at=at, changed_by_id=by.pk)
        return
    names = sorted({name for __, fields, __ in written for name in fields})
    values = {record.pk: [vars(record)[name] for name in names] for record, __, __ in written}
    update_rows(entity.model, names, values, same={"changed_at": at, "changed_by_id": by.pk}, counted="version")


def _follow(entity: Entity, written: list[Written]) -> None:
    """What follows from the change: owners of what hangs on it, the search index, here and elsewhere."""
    records = [record for record, __, __ in written]
    touched = {name for __, __, diff in written for name in diff}
    moved = [record.pk for record, fields, __ in written if "owner_id" in fields or "department_id" in fields]
    # With the columns that follow from what was given: a post is searched by the way in which people address it.
    index_anew(entity, records, touched.union(*(fields for __, fields, __ in written)), moved)
    hand_down(entity, moved)
    index_elsewhere(entity, records, touched)
    follow(entity, records, touched)


def _iso(instant: Any) -> str | None:
    return instant.isoformat() if instant else None
