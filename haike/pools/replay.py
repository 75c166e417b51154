"""What a rule would have done in the past: replayed from the change log and from what rooms below know of contacts.

Of each owner's time with a record the first night is looked for in which the rule would have taken it. What spares a
record is followed through the log: who was won only afterwards was not spared before, and just that is what a rule puts
at risk. Region and department, and reasons that read what follows from other records, are those of today. A contact or
a change on the day itself comes too late: the rule acts in the night before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from haike.kernel.entity import Entity
from haike.kernel.log import Change
from haike.kernel.period import start_of, today
from haike.pools.home import home_q
from haike.pools.pool.record import Pool
from haike.pools.pooling import Condition, Pooling, poolings
from haike.pools.rule import DEAL, FOLLOW, STAGE, Rule, day_of
from haike.pools.seas import seas

CHUNK = 1_000
PAST = 365


@dataclass(frozen=True)
class Loss:
    """A record that an owner would have lost on a day, by which limit; `deal_on` when it was a deal afterwards, and
    `revenue` what was sold to it from that day on while he had it."""

    record: int
    owner: int
    day: date
    key: str
    deal_on: date | None = None
    revenue: Decimal = Decimal(0)


@dataclass
class Stint:
    """An owner's time with a record; `until` None: he has it still."""

    owner: int | None
    since: datetime
    until: datetime | None
    protected: date | None = None


@dataclass
class Past:
    """What is known of one record."""

    record: Any
    owners: list[tuple[datetime, int | None]] = field(default_factory=list)
    first_owner: int | None = None
    moments: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    sold: list[tuple[date, Decimal]] = field(default_factory=list)
    changes: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    """What was there before each change of a field by which a record is spared."""
    nights: list[tuple[date, bool]] = field(default_factory=list)
    """From which night on it was spared, or not."""

    def follow(self, spares: Sequence[Condition], names: Sequence[str]) -> None:
        """Find out from when to when the record was spared, from what it is back to what it was."""
        facts = {name: getattr(self.record, name) for name in names}
        after: date | None = None
        for at, before in reversed(self.changes):
            if day_of(at) != after:
                after = day_of(at)
                self.nights.append((after + timedelta(days=1), _holds(spares, facts)))
            facts.update(before)
        self.nights.append((date.min, _holds(spares, facts)))
        self.nights.reverse()

    def free(self, day: date) -> date:
        """The first night from `day` on in which nothing spares the record; never: the last day there is."""
        for place, (since, spared) in enumerate(self.nights):
            until = self.nights[place + 1][0] if place + 1 < len(self.nights) else date.max
            if not spared and day < until:
                return max(day, since)
        return date.max

    def stints(self, accounts: Collection[int], protect_days: int | None) -> Iterator[Stint]:
        """The times of its owners; whoever got it out of a pool was protected for some days."""
        at, owner, before = self.record.created_at, self.first_owner, None
        for when, other in self.owners:
            yield Stint(owner, at, when, _protected(at, before, accounts, protect_days))
            at, owner, before = when, other, owner
        # What was moved in has no log of former owners: who had it before is not known, since when this one has it is.
        at = max(at, self.record.owned_since or at)
        yield Stint(owner, at, None, _protected(at, before, accounts, protect_days))


def _holds(spares: Sequence[Condition], facts: dict[str, Any]) -> bool:
    then = SimpleNamespace(**facts)
    return any(condition.holds(then) for condition in spares)


def _protected(at: datetime, before: int | None, accounts: Collection[int], days: int | None) -> date | None:
    return day_of(at + timedelta(days=days)) if days and before in accounts else None


def replay(
    entity: Entity,
    pool: Pool,
    *,
    first: date | None = None,
    last: date | None = None,
    report: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[Loss]:
    """Every loss in the nights from the first to the last (the past year), had the rules of `pool` been switched on.

    The pool need not be saved: its numbers are those that are tried.
    """
    last = last or today()
    first = first or last - timedelta(days=PAST)
    known, pooling = seas(), poolings()[entity.label]
    rule, pools = Rule(pool, pooling), known.of_entity(entity.label)
    rows = entity.model._base_manager.filter(deleted_at__isnull=True, archived_at__isnull=True)
    rows = rows.filter(home_q(pool, pools, pooling, known))
    spares = []
    for condition in rule.spares:
        if condition.reads and not set(condition.reads) & set(entity.settled):
            spares.append(condition)
        else:
            rows = rows.exclude(condition.q)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        for past in _read_past(entity, pooling, keys[start : start + CHUNK], start_of(first), rule, spares):
            yield from _losses(past, rule, first, last, known.by_account)
        report(min(start + CHUNK, len(keys)), len(keys))


def _read_past(
    entity: Entity, pooling: Pooling, keys: Sequence[int], since: datetime, rule: Rule, spares: Sequence[Condition]
) -> Iterable[Past]:
    """The history of some records, by a query for each of its sources."""
    names = sorted({name for condition in spares for name in condition.reads})
    clocks = [(key, name) for key, __, name in rule.clocks()]
    facts = ("owner", "created_at", "owned_since", "dealt_at", *(name for __, name in clocks))
    rows = entity.model._base_manager.filter(pk__in=keys).only("pk", *facts, *names)
    found = {row.pk: Past(row, first_owner=row.owner_id) for row in rows}
    _read_changes(entity, pooling, found, names)
    for past in found.values():
        past.follow(spares, names)
        # The last of each is known by the record itself, also where the log begins later.
        for clock, name in {*clocks, (DEAL, "dealt_at")}:
            if at := getattr(past.record, name):
                past.moments[clock].append(at)
    # A clock may have begun long before the first night.
    earliest = since - timedelta(days=max([*rule.pool.limits, 1]))
    for source in pooling.contacts:
        for key, at in source(keys, earliest):
            if key in found:
                found[key].moments[FOLLOW].append(at)
    for sales in pooling.revenue:
        for key, on, amount in sales(keys, day_of(since)):
            if key in found:
                found[key].sold.append((on, amount))
    return found.values()


def _read_changes(entity: Entity, pooling: Pooling, found: dict[int, Past], names: Sequence[str]) -> None:
    rows = Change.objects.filter(entity=entity.label, record_id__in=list(found)).order_by("id")
    rows = rows.filter(action__in=("change", "undo"))
    owned: set[int] = set()
    for key, at, diff in rows.values_list("record_id", "at", "diff").iterator(chunk_size=2000):
        past = found[key]
        if before := {name: diff[name][0] for name in names if name in diff}:
            past.changes.append((at, before))
        if "owner" in diff:
            was, after = diff["owner"]
            if key not in owned:
                owned.add(key)
                past.first_owner = was
            past.owners.append((at, after))
        if pooling.stage and pooling.stage in diff:
            for fact in pooling.steps_of(*diff[pooling.stage]):
                past.moments[STAGE if fact == "advanced_at" else DEAL].append(at)


def _losses(past: Past, rule: Rule, first: date, last: date, accounts: Collection[int]) -> Iterator[Loss]:
    """The nights in which the rule would have taken the record from one of its owners."""
    for stint in past.stints(accounts, rule.pool.protect_days):
        if stint.owner is None or stint.owner in accounts:
            continue
        end = min(day_of(stint.until), last) if stint.until else last
        found = min(
            (
                (day, key)
                for key, days, __ in rule.clocks()
                if (day := _first_gap(past, past.moments[key], stint, days, first)) <= end
            ),
            default=None,
        )
        if found is not None:
            later = (day_of(at) for at in sorted(past.moments[DEAL]))
            deal_on = next((on for on in later if found[0] <= on <= end), None)
            revenue = sum((amount for on, amount in past.sold if found[0] <= on <= end), Decimal(0))
            yield Loss(past.record.pk, stint.owner, found[0], found[1], deal_on, revenue)


def _first_gap(past: Past, moments: Sequence[datetime], stint: Stint, days: int, first: date) -> date:
    """The first night in which the clock has run out, nothing has started it anew before and nothing spares."""
    inside = sorted(at for at in moments if at > stint.since and (stint.until is None or at < stint.until))
    points = [stint.since, *inside]
    for at, after in zip(points, [*inside, None], strict=True):
        day = max(day_of(at) + timedelta(days=days), first)
        if stint.protected is not None:
            day = max(day, stint.protected + timedelta(days=1))
        day = past.free(day)
        if after is None or day <= day_of(after):
            break
    return day
