"""Making, changing, ordering, deleting and bringing back own fields; each act stands in the change log."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.pinyin import syllables
from haike.fields.own_field.additions import draw, own_fields_changed, shape_of
from haike.fields.own_field.computed import readers
from haike.fields.own_field.indexes import arrange_indexes
from haike.fields.own_field.kinds import KINDS
from haike.fields.own_field.record import OwnField
from haike.fields.own_field.wish import Option, Wish, free_key
from haike.find.stretches import stretches
from haike.jobs.declare import job
from haike.kernel import dictionary, search
from haike.kernel.change import index
from haike.kernel.dictionary import DictionaryWord
from haike.kernel.entity import Entity, entity_named
from haike.kernel.log import Change, origin
from haike.kernel.policy import Actor
from haike.kernel.record import writer
from haike.progress import report
from haike.refused import Conflict, Refused

MOST_FIELDS = 200
LABEL = "fields.ownfield"
SAID = ("label", "label_en", "help", "help_en", "required", "unique", "searched")
BATCH = 1_000


def add_field(entity: Entity, kind: str, wish: Wish, *, by: Actor) -> OwnField:
    """A new field at the end of the entity's own; raises Refused with a sentence for each fault."""
    if kind not in KINDS:
        raise Refused(_("There is no such kind of field."))
    with transaction.atomic():
        rows = OwnField.objects.select_for_update().filter(entity=entity.label)
        if rows.filter(deleted_at=None).count() >= MOST_FIELDS:
            raise Refused(_("At most %(most)s own fields; delete one first.") % {"most": MOST_FIELDS})
        own = OwnField(entity=entity.label, kind=kind, made_at=timezone.now(), made_by_id=by.pk)
        wish.check(entity, own, by)
        own.key = free_key(entity, wish.label_en or " ".join(syllables(wish.label)))
        own.position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
        _store(own, wish, by)
        note(own, "create", {}, by=by)
    _follow_up(own, {"searched"} if own.searched else set())
    return own


def change_field(own: OwnField, wish: Wish, *, version: int | None = None, by: Actor) -> OwnField:
    """Other words or rules for a field; its kind and key stay."""
    with transaction.atomic():
        own = OwnField.objects.select_for_update().get(pk=own.pk)
        if own.deleted_at is not None:
            raise Refused(_("This field has been deleted in the meantime."))
        if version is not None and version != own.version:
            raise Conflict(
                _("Somebody else has changed this field in the meantime. Save again to put yours."), current=own
            )
        entity = entity_of_field(own)
        before = {name: getattr(own, name) for name in SAID} | own.facts
        wish.check(entity, own, by)
        own.version += 1
        _store(own, wish, by)
        after = {name: getattr(own, name) for name in SAID} | own.facts
        diff = {n: [before.get(n), after.get(n)] for n in {**before, **after} if before.get(n) != after.get(n)}
        note(own, "change", diff, by=by)
    _follow_up(own, set(diff))
    return own


def _store(own: OwnField, wish: Wish, by: Actor) -> None:
    for name in SAID:
        setattr(own, name, getattr(wish, name))
    own.facts = {name: value for name, value in wish.facts.items() if name != "default"}
    own.save()
    if wish.options is not None:
        _write_options(own, wish.options)
    wish.settle_default(own, by)
    own.facts = wish.facts
    own.save(update_fields=["facts"])
    own_fields_changed()


def _write_options(own: OwnField, options: list[Option]) -> None:
    """The field's own pick-list as it shall be; an option that is gone from the form is only retired."""
    present = {word.code: word for word in DictionaryWord.objects.filter(dictionary=own.dictionary)}
    by_name = {word.name: word for word in present.values()}
    now, seen = timezone.now(), set()
    for place, option in enumerate(options):
        # The name typed anew of an option that was taken out before means that one.
        word = present.get(option.code) or by_name.get(option.name)
        if word is None or word.code in seen:
            word = DictionaryWord(dictionary=own.dictionary, code=_free_code(present, place))
            present[word.code] = word
        seen.add(word.code)
        word.name, word.name_en, word.colour = option.name, option.name_en, option.colour
        word.position = place
        word.retired_at = (word.retired_at or now) if option.retired else None
        word.save()
    for code, word in present.items():
        if code not in seen and word.retired_at is None:
            word.retired_at = now
            word.save()
    dictionary.changed()


def _free_code(present: dict[str, Any], place: int) -> str:
    number = len(present) + 1
    while f"o{number}" in present:
        number += 1
    return f"o{number}"


def move_field(own: OwnField, step: int, *, by: Actor) -> None:
    """One place up (-1) or down (1) among the entity's own fields."""
    with transaction.atomic():
        rows = list(OwnField.objects.select_for_update().filter(entity=own.entity, deleted_at=None))
        place = next(at for at, each in enumerate(rows) if each.pk == own.pk)
        if not 0 <= place + step < len(rows):
            return
        rows[place], rows[place + step] = rows[place + step], rows[place]
        for position, each in enumerate(rows, 1):
            each.position = position
        OwnField.objects.bulk_update(rows, ["position"])
        note(own, "change", {"position": [place + 1, place + 1 + step]}, by=by)
        own_fields_changed()


def delete_field(own: OwnField, *, by: Actor) -> None:
    """Take a field off every surface; what records have in it is kept. Refused while other fields need it."""
    if needed := readers(own.key, entity_of_field(own).looks):
        raise Refused(_("Change first what needs this field: %(fields)s.") % {"fields": ", ".join(needed)})
    _set_deleted(own, timezone.now(), by)


def restore_field(own: OwnField, *, by: Actor) -> None:
    """Bring a deleted field back with all its values."""
    _set_deleted(own, None, by)


def _set_deleted(own: OwnField, at: Any, by: Actor) -> None:
    with transaction.atomic():
        own = OwnField.objects.select_for_update().get(pk=own.pk)
        if own.purged_at is not None:
            raise Refused(_("Its values are gone; make a new field instead."))
        if (own.deleted_at is None) == (at is None):
            return
        rows = OwnField.objects.filter(entity=own.entity, deleted_at=None)
        if at is None and rows.count() >= MOST_FIELDS:
            raise Refused(_("At most %(most)s own fields; delete one first.") % {"most": MOST_FIELDS})
        if at is None and rows.filter(label=own.label).exists():
            raise Refused(
                _("There is a field “%(label)s” already; give that one another name first.") % {"label": own.label}
            )
        own.deleted_at, own.deleted_by_id = at, by.pk if at is not None else None
        own.save(update_fields=["deleted_at", "deleted_by"])
        note(own, "delete" if at is not None else "restore", {}, by=by)
        own_fields_changed()
    _follow_up(own, {"searched"} if own.searched else set())


def purge_field(own: OwnField, *, by: Actor) -> None:
    """Delete a deleted field's values for good, in the background."""
    with transaction.atomic():
        own = OwnField.objects.select_for_update().get(pk=own.pk)
        if own.deleted_at is None:
            raise Refused(_("Delete the field first; its values are kept then."))
        if own.purged_at is not None:
            return
        own.purged_at = timezone.now()
        own.save(update_fields=["purged_at"])
        note(own, "purge", {}, by=by)
        own_fields_changed()
    erase_values.enqueue(pk=own.pk, by=by.pk)


@job(title=_("Delete the values of an own field"), slow=True)
def erase_values(*, pk: int, by: int | None = None) -> dict[str, int]:
    """Take a purged field's values out of all records, batch by batch."""
    own = OwnField.objects.get(pk=pk)
    entity, done = entity_of_field(own), 0
    for keys in stretches(entity.model._base_manager, BATCH):
        with transaction.atomic(), writer():
            rows = [
                row
                for row in entity.model._base_manager.select_for_update().filter(pk__in=keys).only("custom")
                if row.custom.pop(own.key, None) is not None
            ]
            entity.model._base_manager.bulk_update(rows, ["custom"], batch_size=200)
        done += len(rows)
        report(done)
    return {"records": done}


@job(title=_("Work out formulas and running numbers"), slow=True)
def work_out_again(*, label: str, by: int | None = None) -> dict[str, int]:
    """Give the records that are there already their running numbers, in order, and work out all formulas anew."""
    entity, done = entity_named(label), 0
    if entity is None:
        return {"records": 0}
    for keys in stretches(entity.model._base_manager, BATCH):
        with transaction.atomic(), writer():
            shape = shape_of(entity)
            rows = list(entity.model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk"))
            before = [dict(row.custom) for row in rows]
            for look in shape.serial:
                draw(look, [row for row in rows if look.stored(row) is None])
            for row in rows:
                shape.formulas.work_out(row)
            changed = [row for row, old in zip(rows, before, strict=True) if row.custom != old]
            entity.model._base_manager.bulk_update(changed, ["custom"], batch_size=200)
            if entity.search and any(look.searched for look in shape.serial):
                index(changed)
        done += len(changed)
        report(done)
    return {"records": done}


@job(title=_("Bring search up to date with own fields"), slow=True)
def index_again(*, label: str, by: int | None = None) -> dict[str, int]:
    """Write what search knows of all records of an entity."""
    entity, done = entity_named(label), 0
    if entity is None or not entity.search:
        return {"records": 0}
    for keys in stretches(entity.model._base_manager, BATCH):
        rows = entity.model._base_manager.filter(pk__in=keys).prefetch_related(*entity.search_relations)
        with transaction.atomic():
            docs = [(each.pk, each.owner_id, entity.search_text(each)) for each in rows]
            search.write(connection, entity.model, docs)
        done += len(keys)
        report(done)
    return {"records": done}


def _follow_up(own: OwnField, changed: set[str]) -> None:
    if "often" in changed or own.fact("often"):
        arrange_indexes.enqueue(label=own.entity)
    if not entity_of_field(own).model._base_manager.exists():
        return  # no record that could be behind
    if own.kind in ("formula", "serial") or readers(own.key, entity_of_field(own).looks):
        work_out_again.enqueue(label=own.entity)
    if "searched" in changed and entity_of_field(own).search:
        index_again.enqueue(label=own.entity)


def entity_of_field(own: OwnField) -> Entity:
    """The entity that has the field."""
    found = entity_named(own.entity)
    if found is None:
        raise Refused(_("This part of the program is not there any more."))
    return found


def note(own: OwnField, action: str, diff: dict[str, Any], *, by: Actor) -> None:
    """A line of the change log about a field."""
    Change(
        entity=LABEL,
        record_id=own.pk,
        at=timezone.now(),
        by_id=by.pk,
        by_name=getattr(by, "name", ""),
        origin=origin.get(),
        action=action,
        version=own.version,
        diff={**({} if action == "change" else {own.entity: ["", own.label]}), **diff},
    ).save(force_insert=True)
