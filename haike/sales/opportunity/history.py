"""The history of an opportunity: written with every change in the same transaction, and replayed on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from haike.find.newest import newest_of
from haike.find.prepared import Counted, Tally
from haike.kernel.currency import money_text
from haike.kernel.entity import Entity
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.sales.opportunity.record import OPEN, STATES, Opportunity, StageMove
from haike.sales.opportunity.task import TaskTick

TOLD = frozenset({"stage", "probability", "stage_note", "state"})
"""A change of these is a row of the history."""
DAY = timedelta(days=1)
SLIP = timedelta(minutes=10)
"""Who is back in his stage within this time has slipped: his stay there goes on."""
MOST = 200
"""So many rows, the newest, are shown; an opportunity has a dozen."""


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Write the moves of opportunities just saved."""
    if entity.model is not Opportunity or (touched is not None and not touched & TOLD):
        return
    write_moves(records, at=timezone.now(), fresh=touched is None)


def write_moves(records: Sequence[Any], *, at: datetime, fresh: bool = False) -> None:
    """A row for each opportunity that differs from the last row about it, and since when it is in its stage."""
    before = {} if fresh else last_moves([record.pk for record in records])
    rows, moved = [], []
    for record in records:
        last = before.get(record.pk)
        row = next_move(record, last, at)
        if row is None:
            continue
        rows.append(row)
        if last is not None and row.since == at:
            record.stage_since = at
            moved.append(record.pk)
        elif last is not None and row.since != last.since:
            record.stage_since = row.since
            Opportunity._base_manager.filter(pk=record.pk).update(stage_since=row.since)
    StageMove._base_manager.bulk_create(rows, batch_size=500)
    for start in range(0, len(moved), 500):
        Opportunity._base_manager.filter(pk__in=moved[start : start + 500]).update(stage_since=at)


def last_moves(keys: Sequence[int]) -> dict[int, StageMove]:
    """The newest row about each of these opportunities."""
    return newest_of(StageMove, "opportunity", keys)


def next_move(record: Any, last: StageMove | None, at: datetime) -> StageMove | None:
    """The row that follows on the last one; None where nothing that is told has changed."""
    row = StageMove(
        opportunity_id=record.pk, at=at, by_id=record.changed_by_id, to_stage_id=record.stage_id,
        to_state=record.state, to_probability=record.probability or 0, note=record.stage_note,
        amount=record.amount, currency=record.currency, worth=record.worth, since=at,
    )  # fmt: skip
    if last is None:
        row.since = record.stage_since
        return row
    row.from_stage_id, row.from_state, row.from_probability = last.to_stage_id, last.to_state, last.to_probability
    closed = last.to_state != row.to_state
    same = row.from_stage_id == row.to_stage_id
    if same and not closed and last.to_probability == row.to_probability and last.note == row.note:
        return None
    if same and not (closed and row.to_state == OPEN):
        row.since = last.since
    if not same or closed:
        row.days = days_between(last.since, at)
    back = not same and row.from_state == last.from_state == row.to_state == OPEN
    if back and last.from_stage_id == row.to_stage_id and at - last.at <= SLIP:
        row.since = last.at - float(last.days) * DAY
    return row


def days_between(start: datetime, end: datetime) -> Decimal:
    """Days and parts of them, never less than none."""
    return max(Decimal((end - start) / DAY).quantize(Decimal("0.001")), Decimal(0))


@dataclass(frozen=True)
class Stay:
    """How long an opportunity was in one stage: a stretch of its time line. `days` may be a part of one."""

    stage: Any
    start: datetime
    days: Decimal
    present: bool
    late: bool


def stays(moves: Sequence[StageMove], state: str, now: datetime) -> list[Stay]:
    """The stretches of a time line, the oldest first; `moves` lie in the order in which they were made."""
    found: list[Stay] = []
    start = stage = None
    for move in moves:
        ends = stage is not None and (move.moved or (move.from_state == OPEN and move.to_state != OPEN))
        if ends and stage is not None and start is not None:
            found.append(_stay(stage, start, move.at, present=False))
            start = stage = None
        if stage is None and move.to_state == OPEN:
            start, stage = move.at if move.from_stage_id else move.since, move.to_stage
    if stage is not None and start is not None:
        found.append(_stay(stage, start, now, present=state == OPEN))
    return found


def _stay(stage: Any, start: datetime, end: datetime, *, present: bool) -> Stay:
    days = days_between(start, end)
    return Stay(stage, start, days, present, bool(stage.days) and days > stage.days)


def panel(request: HttpRequest, opportunity: Any) -> SafeString:
    """The time line: a bar of the stages with their days, below it each change and ticked task, the newest first."""
    rows = StageMove._base_manager.filter(opportunity=opportunity).select_related("from_stage", "to_stage", "by")
    moves = list(rows.order_by("-id")[:MOST])[::-1]
    words = {state: str(label) for state, label in STATES.items()}
    lines: list[dict[str, Any]] = [
        {
            "move": move,
            "amount": money_text(move.amount, move.currency),
            "closed": words[move.to_state] if move.to_state not in (OPEN, move.from_state) else "",
            "reopened": move.to_state == OPEN and move.from_state not in ("", OPEN),
            "note": move.note if at == 0 or move.note != moves[at - 1].note else "",
        }
        for at, move in enumerate(moves)
    ]
    ticks = TaskTick._base_manager.filter(opportunity=opportunity).select_related("stage", "by").order_by("-id")[:MOST]
    lines += [{"tick": tick} for tick in ticks]
    lines.sort(key=lambda line: (line["move"] if "move" in line else line["tick"]).at)
    context = {"stays": stays(moves, opportunity.state, timezone.now()), "lines": lines[::-1]}
    return render_to_string("sales/opportunity/history.html", context, request=request)


def count_moves(user: Actor, opportunity: Any) -> Tally:
    """How many rows the history has."""
    kept = {"moves": StageMove, "ticks": TaskTick}
    return Tally(
        tuple(Counted(key, model._base_manager.all, "opportunity_id") for key, model in kept.items()), opportunity.pk
    )
