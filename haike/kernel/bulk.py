"""Writing many records with few queries, as one batch that can be undone: imports, bulk acts.

The same rules as `change.py`, applied set by set. A row that breaks a rule comes back as its Refused; the others go in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.find.clean import clean_named
from haike.find.insert import insert_records, text_limits
from haike.kernel import search
from haike.kernel.change import fill_keys, follow, give_owner, index_elsewhere, refusal, refused_by_guards
from haike.kernel.log import Batch, log_many
from haike.kernel.numbers import take_numbers
from haike.kernel.period import today
from haike.kernel.record import Record, writer
from haike.refused import Refused

if TYPE_CHECKING:
    from haike.kernel.entity import Entity
    from haike.kernel.policy import Actor

SIZE = 2_000


@dataclass(slots=True)
class Draft:
    """A record that is built and checked, but not written yet, and what search will know of it."""

    record: Record
    found_by: search.Ready | None


def draft_many(entity: Entity, rows: Sequence[Mapping[str, Any] | Draft], *, by: Actor) -> list[Draft | Refused]:
    """Build and check a record of each row; what is a draft already stays as it is. Nothing is written."""
    entity.policy.demand(by, "create")
    for name in {name for row in rows if not isinstance(row, Draft) for name in row}:
        if name != "owner" and name in entity.looks and entity.right(by, name) != "edit":
            raise Refused(_("You may not fill in “%(field)s”.") % {"field": entity.looks[name].label})
    now, paths = timezone.now(), entity.searched
    return [row if isinstance(row, Draft) else _draft(entity, row, by, now, paths) for row in rows]


def create_many(
    entity: Entity, rows: Sequence[Mapping[str, Any] | Draft], *, by: Actor, batch: Batch, at: Any = None
) -> list[Record | Refused]:
    """Make a record of each row or draft in one transaction; the answer stands in the order of the rows."""
    drafts, now = draft_many(entity, rows, by=by), at or timezone.now()
    # No savepoint within an import's transaction: SQLite would keep a copy of each page that is changed.
    with transaction.atomic(savepoint=False), writer():
        _refuse_doubles(entity, drafts)
        built = [(place, draft.record) for place, draft in enumerate(drafts) if isinstance(draft, Draft)]
        for at, no in entity.additions.check(entity, [record for __, record in built], None).items():
            drafts[built[at][0]] = no
        built = [(place, draft.record) for place, draft in enumerate(drafts) if isinstance(draft, Draft)]
        for at, no in refused_by_guards(entity, [record for __, record in built], None, by).items():
            drafts[built[at][0]] = no
        good = [draft for draft in drafts if isinstance(draft, Draft)]
        for name, pattern in entity.numbers():
            unnumbered = [draft for draft in good if not getattr(draft.record, name)]
            if unnumbered:
                numbers = take_numbers(pattern, on=today(), count=len(unnumbered))
                for draft, number in zip(unnumbered, numbers, strict=True):
                    setattr(draft.record, name, number)
                    if draft.found_by and name in entity.search:
                        draft.found_by = search.with_part(draft.found_by, number)
        records = [draft.record for draft in good]
        for at, words in entity.additions.finish(entity, records, None).items():
            if found_by := good[at].found_by:
                for word in words:
                    found_by = search.with_part(found_by, word)
                good[at].found_by = found_by
        insert_records(records)
        log_many(entity, [(record.pk, 1, {}) for record in records], "create", by=by, batch=batch, at=now)
        if entity.search:
            documents = [draft.found_by._replace(id=draft.record.pk) for draft in good if draft.found_by]
            search.load(connection, entity.model, documents)
        index_elsewhere(entity, records, None)
        follow(entity, records, None)
        Batch.objects.filter(pk=batch.pk).update(created=F("created") + len(good))
    return [draft.record if isinstance(draft, Draft) else draft for draft in drafts]


def _draft(entity: Entity, row: Mapping[str, Any], by: Actor, now: Any, paths: list[str]) -> Draft | Refused:
    record = entity.blank()
    entity.put(record, row)
    record.created_at = record.changed_at = now
    record.created_by_id = record.changed_by_id = by.pk
    give_owner(entity, record, by, asked="owner" in row)
    try:
        fill_keys(record)
        record.prepare()
        # Most texts can be seen to be right without asking their fields.
        most = text_limits(entity.model)
        if doubtful := [name for name in row if _doubtful(record.__dict__.get(name), most.get(name))]:
            clean_named(record, doubtful)
        record.clean()
    except ValidationError as error:
        return refusal(error)
    except Refused as no:
        return no
    if not entity.search:
        return Draft(record, None)
    text = entity.search_text(record, fresh=True, paths=paths)
    return Draft(record, search.ready(connection.vendor, 0, record.owner_id, text))


def _doubtful(value: Any, most: int | None) -> bool:
    return most is not None and (type(value) is not str or not 0 < len(value) <= most)


def _refuse_doubles(entity: Entity, built: list[Any]) -> None:
    for field in entity.model._meta.fields:
        if not field.unique or field.primary_key:
            continue
        places: dict[Any, list[int]] = defaultdict(list)
        for place, draft in enumerate(built):
            if isinstance(draft, Draft) and (value := getattr(draft.record, field.attname)) not in (None, ""):
                places[value].append(place)
        present: set[Any] = set()
        values = iter(places)
        while some := list(islice(values, 500)):
            rows = entity.model._base_manager.filter(**{f"{field.attname}__in": some})
            present |= set(rows.values_list(field.attname, flat=True))
        for value, doubles in places.items():
            for place in doubles if value in present else doubles[1:]:
                built[place] = Refused(
                    fields={field.name: _("“%(value)s” is there already.") % {"value": str(value)[:60]}}
                )


def start_batch(entity: Entity, kind: str, title: str, *, by: Actor) -> Batch:
    """A batch to which the following changes belong."""
    return Batch.objects.create(kind=kind, entity=entity.label, title=title, at=timezone.now(), by_id=by.pk)
