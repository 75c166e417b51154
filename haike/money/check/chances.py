"""Forecast, funnel and the analysis of wins and losses, held against the opportunities and their history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.period import today
from haike.money.check.books import Books, add
from haike.money.check.documents import Check
from haike.money.check.finding import Finding, shown
from haike.money.check.reports import READER
from haike.sales.opportunity.forecast.read import MONTH, QUARTER, read_forecast, spans
from haike.sales.opportunity.funnel import read_funnel, shares
from haike.sales.opportunity.outcome import outcome_of, reasons
from haike.sales.opportunity.record import LOST, OPEN, WON, Opportunity, StageMove
from haike.sales.opportunity.report import Asked, Span

COLUMNS = (
    "id", "state", "worth", "probability", "closes_on", "closed_on", "owner_id", "pipeline_id", "created_at",
    "won_reason", "lost_reason",
)  # fmt: skip


def _chances() -> list[Any]:
    rows: Any = Opportunity._base_manager.filter(deleted_at__isnull=True).order_by("pk")
    return list(rows.values_list(*COLUMNS, named=True).iterator(chunk_size=5000))


def _year() -> Span:
    return Span(date(today().year, 1, 1), date(today().year + 1, 1, 1))


def _decided(span: Span, rows: list[Any]) -> list[Any]:
    return [row for row in rows if row.closed_on is not None and span.first <= row.closed_on < span.after]


def forecast(books: Books) -> Iterator[Finding]:
    """What is won already, and expected by probability, in each month and quarter and of each owner."""
    rows = _chances()
    for unit in (MONTH, QUARTER):
        periods = spans(unit, today())
        found = read_forecast(Asked(READER, {}, every=True), periods, 0, "owner")
        for place, (span, line) in enumerate(zip(periods, found.lines, strict=True)):
            won = [row for row in _decided(span, rows) if row.state == WON]
            hoped = [
                row
                for row in rows
                if row.state == OPEN and row.closes_on is not None and max(span.first, today()) <= row.closes_on
                and row.closes_on < span.after
            ]  # fmt: skip
            said = _coins({"won": line.won, "number": line.number, "worth": line.worth, "said": line.said.mean})
            plain = _coins({
                "won": add(won, "worth"), "number": len(hoped), "worth": add(hoped, "worth"),
                "said": sum((row.worth * row.probability / 100 for row in hoped), Decimal(0)),
            })  # fmt: skip
            yield from shown(f"{_('Forecast')} {span.first:%Y-%m}", said, plain)
            if place == 0:
                of: dict[Any, Decimal] = defaultdict(Decimal)
                for row in won:
                    of[row.owner_id] += row.worth
                groups = _coins({key: group.won for key, group in found.groups.items()})
                yield from shown(f"{_('Forecast')} {span.first:%Y-%m}", groups, _coins(of))


def _coins(amounts: dict[Any, Any]) -> dict[Any, Decimal]:
    return {name: Decimal(amount).quantize(Decimal("0.01")) for name, amount in amounts.items()}


def funnel(books: Books) -> Iterator[Finding]:
    """How far the opportunities of the year have come, by their history; and what each owner has of it."""
    moves: dict[int, list[Any]] = defaultdict(list)
    history: Any = StageMove._base_manager.order_by("pk").values_list("opportunity_id", "to_stage_id", named=True)
    for move in history.iterator(chunk_size=5000):
        moves[move.opportunity_id].append(move.to_stage_id)
    span, every = _year(), _chances()
    for pipeline in Asked(READER, {}).pipelines:
        asked = Asked(READER, {"pipeline": str(pipeline.pk)})
        mine = [row for row in every if row.pipeline_id == pipeline.pk and _begun(row, span)]
        steps = read_funnel(asked, span)
        places = {step.stage.pk: place for place, step in enumerate(steps) if step.stage is not None}
        numbers, amounts = [0] * len(steps), [Decimal(0)] * len(steps)
        for row in mine:
            furthest = max((places.get(stage, 0) for stage in moves[row.id]), default=0)
            for place in range(len(steps) if row.state == WON else furthest + 1):
                numbers[place] += 1
                amounts[place] += row.worth
        for place, step in enumerate(steps):
            name = f"{_('Funnel')} {pipeline} {step.stage or ''}"
            said = {"number": step.number, "amount": step.amount}
            yield from shown(name, said, {"number": numbers[place], "amount": amounts[place]})
        of: dict[Any, Decimal] = defaultdict(Decimal)
        for row in mine:
            of[row.owner_id, "number"] += 1
            of[row.owner_id, row.state] += 1
            if row.state == WON:
                of[row.owner_id, "amount"] += row.worth
        parts = {
            (part.key, what): getattr(part, what)
            for part in shares(asked, span, "owner")
            for what in ("number", "open", "won", "lost", "amount")
        }
        yield from shown(f"{_('Funnel')} {pipeline}", parts, of)


def _begun(row: Any, span: Span) -> bool:
    return span.first <= timezone.localtime(row.created_at).date() < span.after


def outcome(books: Books) -> Iterator[Finding]:
    """Won and lost in the year, and why."""
    span = _year()
    decided = _decided(span, _chances())
    some = {state: [row for row in decided if row.state == state] for state in (WON, LOST)}
    asked = Asked(READER, {}, every=True)
    whole = outcome_of(asked.closed(span))
    said = {
        "won": whole.won, "lost": whole.lost, "won_amount": whole.won_amount, "lost_amount": whole.lost_amount,
    }  # fmt: skip
    plain = {
        "won": len(some[WON]), "lost": len(some[LOST]), "won_amount": add(some[WON], "worth"),
        "lost_amount": add(some[LOST], "worth"),
    }  # fmt: skip
    yield from shown(_("Won and lost"), said, plain)
    for state, name in ((WON, "won_reason"), (LOST, "lost_reason")):
        why: dict[Any, Decimal] = defaultdict(Decimal)
        for row in some[state]:
            why[getattr(row, name) or ""] += row.worth
        found = {each.code: each.amount for each in reasons(asked.closed(span), state)}
        yield from shown(_("Won and lost"), found, why)


CHANCES: dict[Any, Check] = {
    _("Forecast"): forecast,
    _("Funnel"): funnel,
    _("Won and lost"): outcome,
}
