"""Rows of a sheet into records: parse, match, create or update, in batches that are whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haike.exchange.ahead import ahead, in_turn
from haike.exchange.apart import apart, is_worthwhile
from haike.exchange.run import AHEAD, TELLERS, ImportFault, ImportRun
from haike.exchange.target import label_of, needed, targets
from haike.find.insert import essence, from_essence, roomy
from haike.kernel import search
from haike.kernel.bulk import Draft, start_batch
from haike.kernel.entity import Entity, entity_named
from haike.kernel.look import Look, ReferenceLook
from haike.refused import Refused
from haike.sheets.cell import CellError

CHUNK = 2_000
REMEMBERED_KINDS = frozenset({"choice", "choices", "region", "reference", "person", "references"})

Row = Sequence[Any]


@dataclass
class Parsed:
    """One row read: values by target, and what is wrong with which column."""

    number: int
    cells: Row
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    match: list[tuple[str, Any]] = field(default_factory=list)
    """Column and value of what it is looked up by."""
    draft: Any = None
    """What would be created of it: a Draft, the Refused that forbids it, or its values."""

    def packed(self) -> tuple[Any, ...]:
        """The row as it goes from one process to another."""
        draft = self.draft
        if isinstance(draft, Draft):
            draft = (*essence(draft.record), draft.found_by and tuple(draft.found_by))
        return (self.number, self.cells, self.values, self.faults, self.match, draft)

    @classmethod
    def unpacked(cls, model: Any, row: tuple[Any, ...]) -> Parsed:
        """The row as it was packed."""
        number, cells, values, faults, match, draft = row
        if isinstance(draft, tuple):
            own, named, found_by = draft
            draft = Draft(from_essence(model, own, named), found_by and search.Ready(*found_by))
        return cls(number, cells, values, faults, match, draft)

    @property
    def record(self) -> Any:
        """The record that would be created of it; None where none can be."""
        return getattr(self.draft, "record", None)

    def own(self) -> dict[str, Any]:
        """The values of the entity itself."""
        return {name: value for name, value in self.values.items() if ":" not in name}

    def of(self, companion: str) -> dict[str, Any]:
        """The values of a companion."""
        mark = f"{companion}:"
        return {
            n.removeprefix(mark): v for n, v in self.values.items() if n.startswith(mark) and v not in (None, "", [])
        }


class Reader:
    """Turns cells into values by the Looks; what repeats (words, people, regions) is looked up once."""

    def __init__(
        self,
        entity: Entity,
        user: Any,
        columns: dict[int, str],
        owner: Any = None,
        words: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.entity, self.user = entity, user
        self.given = {} if owner is None else {"owner": owner}
        """What every new record gets unless its row says otherwise."""
        self.words = words or {}
        """What words of the file mean that are on no list, by target."""
        able = targets(entity, user)
        self.columns: list[tuple[int, str, Look]] = [(i, n, able[n]) for i, n in columns.items() if n in able]
        self.labels = {name: label_of(entity, name, look) for __, name, look in self.columns}
        self.required = needed(entity, user)
        self._known: dict[tuple[str, str], Any] = {}

    def read(self, number: int, cells: Row) -> Parsed:
        """One row."""
        parsed = Parsed(number, cells)
        for index, name, look in self.columns:
            cell = cells[index] if index < len(cells) else None
            if name in self.words and isinstance(cell, str):
                cell = self.words[name].get(cell, cell)
            if (cell is None or cell == "") and not (look.required and ":" not in name):
                continue
            try:
                parsed.values[name] = self._value(name, look, cell)
            except Refused as no:
                parsed.faults[name] = str(no)
            except (ValueError, OverflowError, ArithmeticError):
                parsed.faults[name] = str(_("This cannot be read."))
        return parsed

    def _value(self, name: str, look: Look, cell: Any) -> Any:
        if isinstance(cell, CellError):
            raise Refused(cell.why)
        if look.kind not in REMEMBERED_KINDS:
            return look.from_sheet(cell, self.user)
        key = (name, str(cell))
        if key not in self._known:
            try:
                self._known[key] = look.from_sheet(cell, self.user)
            except Refused as no:
                self._known[key] = no
        found = self._known[key]
        if isinstance(found, Refused):
            raise found
        return found

    def _look_up(self, rows: Sequence[tuple[int, Row]]) -> None:
        """Find the records that some rows name together; what is not plainly one is asked for when it is read."""
        for index, name, look in self.columns:
            if not isinstance(look, ReferenceLook) or type(look).pick_one is not ReferenceLook.pick_one:
                continue
            cells = {cells[index] for __, cells in rows if index < len(cells) and isinstance(cells[index], str)}
            texts = {text for text in cells if text and (name, text) not in self._known and not text.isdecimal()}
            if len(texts) > 1 and look.entity is not None:
                for text, record in _named(look, texts, self.user).items():
                    self._known[name, text] = record

    @property
    def looks_back(self) -> bool:
        """Whether a row may name a record that an earlier row of the same file makes."""
        made = {self.entity.model, *(cast(Entity, entity_named(each.entity)).model for each in self.entity.companions)}
        return any(getattr(column[2], "target", None) in made for column in self.columns)

    def read_some(self, rows: Sequence[tuple[int, Row]]) -> list[Parsed]:
        """Some rows, those without fault made ready to be created."""
        self._look_up(rows)
        parsed = [self.read(number, cells) for number, cells in rows]
        good = [row for row in parsed if not row.faults]
        own = [{**self.given, **row.own()} for row in good]
        for row, values, draft in zip(good, own, self.entity.drafts(own, by=self.user), strict=True):
            row.match, row.draft = list(self.entity.match_values(values).items()), draft
        records = [row.record for row in good if row.record is not None]
        for each in AHEAD:
            each(self.entity, records)
        self._fault_also([row for row in parsed if row.faults])
        return parsed

    def _fault_also(self, bad: Sequence[Parsed]) -> None:
        """Of rows with cells that cannot be read, what is wrong with their other cells too: it is all told at once."""
        bad = [row for row in bad if self.required <= row.values.keys()]
        own = [{**self.given, **row.own()} for row in bad]
        for row, draft in zip(bad, self.entity.drafts(own, by=self.user), strict=True):
            if isinstance(draft, Refused):
                row.faults |= {name: str(fault) for name, fault in draft.fields.items() if name in row.values}


def _named(look: ReferenceLook, texts: Iterable[str], by: Any) -> dict[str, Any]:
    """The records that these texts name, of each text that names just one."""
    columns = [str(column) for column, __ in look.entity.named("").children]
    found: dict[str, dict[int, Any]] = defaultdict(dict)
    pending = iter(texts)
    while some := list(islice(pending, 500)):
        for column in columns:
            for record in look.choosable(by).filter(**{f"{column}__in": some}):
                found[str(getattr(record, column))][record.pk] = record
    return {text: next(iter(records.values())) for text, records in found.items() if len(records) == 1}


def reader_for(run: ImportRun, entity: Any, user: Any) -> Reader:
    """What reads the rows of an import."""
    owner = get_user_model()._default_manager.filter(pk=run.owner_id).first() if run.owner_id else None
    return Reader(entity, user, {int(index): name for index, name in run.columns.items()}, owner, run.words)


def in_parts(run: ImportRun, reader: Reader, rows: Iterator[tuple[int, Row]]) -> Callable[[], list[Parsed]]:
    """What reads the rows that are left part by part."""
    rest = islice(rows, run.rows_done, None)
    return lambda: reader.read_some(list(islice(rest, CHUNK)))


def _parts(run: ImportRun, user: Any, reader: Reader, rows: Iterator[tuple[int, Row]]) -> Iterator[Sequence[Parsed]]:
    read = in_parts(run, reader, rows)
    if reader.looks_back:
        return in_turn(read)
    if not is_worthwhile(run):
        return ahead(read)
    return ([Parsed.unpacked(reader.entity.model, row) for row in part] for part in apart(run, user))


def run_rows(
    run: ImportRun, entity: Entity, user: Any, rows: Iterator[tuple[int, Row]], report: Callable[[int, int], None]
) -> None:
    """Bring all rows in, from where an earlier worker stopped."""
    reader = reader_for(run, entity, user)
    with roomy():
        # Read before the transaction: nobody waits for the right to write meanwhile.
        for parsed in _parts(run, user, reader, rows):
            if run.batch is None:
                run.batch = start_batch(entity, "import", run.filename, by=user)
                run.save(update_fields=["batch"])
            with transaction.atomic():
                _bring_in(run, entity, user, reader, parsed)
                ImportRun.objects.filter(pk=run.pk).update(rows_done=F("rows_done") + len(parsed))
            run.refresh_from_db()
            report(run.rows_done, run.rows_total)


def _bring_in(run: ImportRun, entity: Entity, user: Any, reader: Reader, parsed: Sequence[Parsed]) -> None:
    good = [row for row in parsed if not row.faults]
    faulty: list[tuple[Parsed, list[str]]] = [
        (row, [f"{reader.labels[name]}: {fault}" for name, fault in row.faults.items()]) for row in parsed if row.faults
    ]
    known = Known(entity, good) if run.rule != "create" else None
    to_create: list[Parsed] = []
    skipped = updated = 0
    for row in good:
        present = known.find(row) if known else None
        if present is None:
            to_create.append(row)
        elif run.rule == "skip":
            skipped += 1
        elif isinstance(present, int):
            # The same record twice in one file: the first row makes it, the later ones add nothing.
            skipped += 1
        else:
            reason = _update(run, entity, user, present, row)
            updated += not reason
            if reason:
                faulty.append((row, [reason]))
    faulty += [(row, _reasons(reader, row.draft)) for row in to_create if isinstance(row.draft, Refused)]
    to_create = [row for row in to_create if not isinstance(row.draft, Refused)]
    told = tell(entity, user, to_create)
    made = entity.create_many([row.draft for row in to_create], by=user, batch=cast(Any, run.batch))
    created = [(row, record) for row, record in zip(to_create, made, strict=True) if not isinstance(record, Refused)]
    for row, record in zip(to_create, made, strict=True):
        if isinstance(record, Refused):
            faulty.append((row, _reasons(reader, record)))
    faulty += _companions(run, entity, user, reader, created)
    warned = [
        (row, told[place])
        for place, (row, record) in enumerate(zip(to_create, made, strict=True))
        if place in told and not isinstance(record, Refused)
    ]
    ImportFault.objects.bulk_create(
        [
            ImportFault(run=run, row=row.number, cells=[_plain(c) for c in row.cells], reasons=why, came_in=came_in)
            for rows, came_in in ((faulty, False), (warned, True))
            for row, why in rows
        ],
        batch_size=500,
    )
    ImportRun.objects.filter(pk=run.pk).update(
        created=F("created") + len(created),
        updated=F("updated") + updated,
        skipped=F("skipped") + skipped,
        faulty=F("faulty") + len(faulty),
        warned=F("warned") + len(warned),
    )


def tell(entity: Entity, user: Any, rows: Sequence[Parsed]) -> dict[int, list[str]]:
    """What is to be said of rows that may come in all the same, by their places."""
    found: dict[int, list[str]] = defaultdict(list)
    values, records = [row.own() for row in rows], [row.record for row in rows]
    for teller in TELLERS if rows else ():
        for place, sentence in teller(entity, values, user, records).items():
            found[place].append(sentence)
    return found


def _update(run: ImportRun, entity: Entity, user: Any, present: Any, row: Parsed) -> str:
    if not entity.policy.allows(user, "edit", present):
        return str(_("It is there already and belongs to %(owner)s.") % {"owner": present.owner or _("nobody")})
    try:
        entity.change(present, by=user, batch=run.batch, **row.own())
    except Refused as no:
        return str(no)
    return ""


def _companions(
    run: ImportRun, entity: Entity, user: Any, reader: Reader, created: list[tuple[Parsed, Any]]
) -> list[tuple[Parsed, list[str]]]:
    faulty = []
    for companion in entity.companions:
        if not any(column[1].startswith(f"{companion.entity}:") for column in reader.columns):
            continue
        other = cast(Entity, entity_named(companion.entity))
        pairs = [(row, {**row.of(companion.entity), companion.field: record}) for row, record in created]
        wanted = [(row, values) for row, values in pairs if len(values) > 1]
        made = (
            other.create_many([values for __, values in wanted], by=user, batch=cast(Any, run.batch)) if wanted else []
        )
        for (row, __), record in zip(wanted, made, strict=True):
            if isinstance(record, Refused):
                said = _("Came in without its %(name)s: %(why)s") % {"name": other.name, "why": record}
                faulty.append((row, [str(said)]))
    return faulty


def _reasons(reader: Reader, no: Refused) -> list[str]:
    said = [f"{reader.labels.get(name, name)}: {sentence}" for name, sentence in no.fields.items()]
    return ([str(no.message)] if no.message and not said else []) + said or [str(no)]


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


class Known:
    """Records that are there already, by the columns that an entity matches; also those of earlier rows."""

    def __init__(self, entity: Entity, rows: list[Parsed]) -> None:
        self._found: dict[tuple[str, Any], Any] = {}
        self._seen: dict[tuple[str, Any], int] = {}
        wanted: dict[str, set[Any]] = defaultdict(set)
        for row in rows:
            for column, value in row.match:
                wanted[column].add(value)
        for column, values in wanted.items():
            pending = iter(values)
            while some := list(islice(pending, 500)):
                found = entity.model.objects.live().filter(**{f"{column}__in": some}).select_related("owner")
                if isinstance(entity.model._meta.get_field(column), models.CharField):
                    # Indexes leave out empty values; SQLite takes one only when the query does so too.
                    found = found.exclude(**{column: ""})
                for record in found:
                    self._found.setdefault((column, getattr(record, column)), record)

    def find(self, row: Parsed) -> Any:
        """The record that a row means, the number of an earlier row that means the same, or None."""
        for key in row.match:
            if key in self._found:
                return self._found[key]
        earlier = next((self._seen[key] for key in row.match if key in self._seen), None)
        for key in row.match:
            self._seen.setdefault(key, row.number)
        return earlier
