"""From bare numbers to leads: what is new, what stands there twice, what is known, and the import that makes leads."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.dedupe.guard import FORBID, rule_of
from haike.dedupe.many import match_many
from haike.dedupe.match import Match
from haike.exchange.run import ImportRun
from haike.exchange.target import owners_for
from haike.exchange.work import start_import
from haike.kernel.entity import entity_of
from haike.kernel.look import Look
from haike.pools.deal_out import LOAD, RANDOM, TURN, deal_out
from haike.refused import Refused
from haike.sales.lead.duplicates import LEAD
from haike.sales.lead.numbers.read import EMAIL, MOBILE, PHONE, QQ, WECHAT, Person, read_people
from haike.sales.lead.record import Lead
from haike.sheets.write import SheetWriter

MOST = 5_000
"""So many people at once; more come in by an ordinary import."""
WAYS = (TURN, LOAD, RANDOM)
SAID = ("source", "campaign", "product")
"""What is said of all numbers together."""
GIVEN = ("person", MOBILE, PHONE, WECHAT, QQ, EMAIL, "remark")


@dataclass
class Found:
    """One person of the text, and what is to be said: an earlier line has him, or a record is there."""

    person: Person
    earlier: int = 0
    match: Match | None = None

    @property
    def state(self) -> str:
        """ "new", "odd" (no number in it), "double" or "known"."""
        if not self.person.numbers:
            return "odd"
        if self.earlier:
            return "double"
        return "known" if self.match is not None else "new"

    @property
    def forbidden(self) -> bool:
        """Whether the rule of duplicates lets no second one in."""
        return self.match is not None and rule_of(self.match) == FORBID


def look_through(lines: Iterable[str], *, by: Any) -> list[Found]:
    """Everybody in the text; raises Refused when there is nobody or too many."""
    people: list[Person] = []
    for person in read_people(lines):
        people.append(person)
        if len(people) > MOST:
            raise Refused(_("At most %(most)s numbers at once; import the others as a sheet.") % {"most": f"{MOST:,}"})
    if not people:
        raise Refused(_("Paste some numbers or choose a file."))
    found, seen = [], dict[str, int]()
    for person in people:
        earlier = next((seen[mark] for mark in sorted(person.marks) if mark in seen), 0)
        for mark in person.marks:
            seen.setdefault(mark, person.line)
        found.append(Found(person, earlier))
    values = [{**dict.fromkeys(LEAD.columns, ""), **each.person.numbers} for each in found]
    for place, match in match_many(LEAD, values, by=by).items():
        found[place].match = match
    return found


def start_bringing_in(
    chosen: Sequence[Found],
    *,
    owner: int | None,
    people: Sequence[Any],
    way: str,
    said: Mapping[str, Any],
    by: Any,
) -> ImportRun:
    """Begin an import of these numbers, which can be watched and undone like any other. Raises Refused.

    They belong to `by`, lie in the pool whose account is `owner`, or are dealt out among `people`.
    """
    entity = entity_of(Lead)
    entity.policy.demand(by, "create")
    entity.policy.demand(by, "import")
    if not chosen:
        raise Refused(_("There is nothing new to bring in."))
    if people:
        entity.policy.demand(by, "transfer")
        if way not in WAYS:
            raise Refused(_("They cannot be dealt out that way."))
    looks = entity.editable_by(by)
    names = [name for name in (*GIVEN, *SAID) if name in looks]
    rows = [_cells(each.person, names, said, looks) for each in chosen]
    if people:
        seed = random.SystemRandom().getrandbits(31)
        whose = deal_out(entity, way, range(len(rows)), people, seed=seed)
        names.append("owner")
        for place, row in enumerate(rows):
            row.append(str(whose[place].pk))
    headings = [str(looks[name].label) for name in names]
    title = str(_("My numbers %(day)s") % {"day": f"{timezone.localtime():%m-%d %H:%M}"})
    run = ImportRun(entity=entity.label, by=by, at=timezone.now(), filename=f"{title}.csv")
    if owner is not None and owner not in owners_for(entity, by):
        raise Refused(_("You may not import to this owner."))
    run.file.save("sheet", ContentFile(_sheet(headings, rows)), save=False)
    run.save()
    columns = dict(enumerate(names))
    return start_import(run, headings=headings, rows=len(rows), columns=columns, rule="create", by=by, owner=owner)


def _cells(person: Person, names: Sequence[str], said: Mapping[str, Any], looks: Mapping[str, Look]) -> list[str]:
    values: dict[str, str] = {**person.numbers, "person": person.name}
    values["remark"] = " ".join([*person.words, *person.odd])
    values |= {name: looks[name].text(value) for name, value in said.items() if value and name in looks}
    return [values.get(name, "") for name in names]


def _sheet(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    target = BytesIO()
    with SheetWriter(target, format="csv") as writer:
        writer.add_sheet("numbers", list(headings))
        for row in rows:
            writer.write_row(list(row))
    return target.getvalue()
