"""The page of the forecast, and what it says on the page of an opportunity."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.digits import whole
from haike.kernel.currency import money_text
from haike.kernel.entity import Label, entity_of
from haike.sales.opportunity.forecast.read import GROUPS, MONTH, QUARTER, Forecast, Line, outlook, read_forecast, spans
from haike.sales.opportunity.funnel_page import percent
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.report import Asked, Span

READS = ("worth", "probability", "closes_on", "stage_since", "owner")
"""Who may not read these sees no forecast."""
UNITS: dict[str, Label] = {MONTH: gettext_lazy("By month"), QUARTER: gettext_lazy("By quarter")}
WAYS: dict[str, Label] = {
    "owner": gettext_lazy("By owner"), "department": gettext_lazy("By department"),
    "pipeline": gettext_lazy("By pipeline"),
}  # fmt: skip
MOST_ROWS = 50


def rounded(amount: float) -> str:
    """An estimate in whole units of the own currency; cents would promise more than it knows."""
    return money_text(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP)).removesuffix(".00")


def may_forecast(user: Any) -> bool:
    """Whether this reader is shown the forecast."""
    entity = entity_of(Opportunity)
    return all(entity.right(user, name) in ("edit", "read") for name in READS)


def _range(pair: tuple[float, float]) -> str:
    return f"{rounded(pair[0])} – {rounded(pair[1])}"


def row_of(line: Line) -> dict[str, str]:
    """The texts of a row."""
    return {
        "won": rounded(line.won), "number": f"{line.number:,}", "worth": rounded(line.worth),
        "said": rounded(line.by_probability), "said_range": _range(line.range_said),
        "history": rounded(line.by_history), "history_range": _range(line.range_history),
        "open": rounded(line.open.mean), "fresh": rounded(line.fresh.mean),
    }  # fmt: skip


def named(span: Span, unit: str) -> str:
    """A period as people call it."""
    if unit == MONTH:
        return date_format(span.first, "YEAR_MONTH_FORMAT")
    return _("Q%(quarter)s %(year)s") % {"year": span.first.year, "quarter": (span.first.month + 2) // 3}


def forecast_view(request: HttpRequest) -> HttpResponse:
    """What the open opportunities bring, by month or quarter."""
    user = cast(Any, request.user)
    asked = Asked(user, request.GET, every=True)
    if not may_forecast(user):
        raise Http404
    unit = request.GET.get("unit", "") if request.GET.get("unit") in UNITS else MONTH
    by = request.GET.get("by", "") if request.GET.get("by") in WAYS else "owner"
    periods = spans(unit, timezone.localdate())
    at = whole(request.GET.get("at")) or 0
    at = at if 0 <= at < len(periods) else 0
    found = read_forecast(asked, periods, at, by)
    names = {
        "owner": asked.people, "department": asked.departments,
        "pipeline": {each.pk: str(each) for each in asked.pipelines},
    }[by]  # fmt: skip
    groups = sorted(found.groups.items(), key=lambda pair: -pair[1].by_history)[:MOST_ROWS]
    most = max([line.by_history for line in found.lines] + [line.range_history[1] for line in found.lines] + [1.0])
    state = {"unit": unit if unit != MONTH else "", "by": by if by != "owner" else "", "at": at or ""}
    query = {name: f"?{asked.query(period='', compare='', **{**state, name: ''})}" for name in state}
    context = {
        "asked": asked, "title": _("Forecast"), "unit": unit, "by": by, "at": at, "found": found,
        "units": [(label, key, key == unit) for key, label in UNITS.items()],
        "ways": [(label, key, key == by) for key, label in WAYS.items() if key in GROUPS],
        "query": query,
        "chosen": named(periods[at], unit),
        "rows": [
            {
                **row_of(line), "label": named(span, unit), "place": place, "current": place == at,
                "width": round(100 * line.by_history / most), "won_width": round(100 * line.won / most),
                "low": round(100 * line.range_history[0] / most), "high": round(100 * line.range_history[1] / most),
            }
            for place, (span, line) in enumerate(zip(periods, found.lines, strict=True))
        ],
        "groups": [{**row_of(line), "label": names.get(cast(int, key), "")} for key, line in groups],
        "border": _border(asked, found),
        "lifted": rounded(found.lines[at].by_history + sum(each.lift for each in found.border)),
    }  # fmt: skip
    return render(request, "sales/opportunity/forecast.html", context)


def _border(asked: Asked, found: Forecast) -> list[dict[str, Any]]:
    rows = asked.rows().filter(pk__in=[each.key for each in found.border]).select_related("customer", "stage", "owner")
    known = {row.pk: row for row in rows}
    return [
        {
            "record": known[each.key], "url": entity_of(Opportunity).url_of(known[each.key]),
            "amount": rounded(float(known[each.key].worth)), "chance": percent(each.chance), "lift": rounded(each.lift),
        }
        for each in found.border
        if each.key in known
    ]  # fmt: skip


def said_of(user: Any, opportunity: Any) -> dict[str, Any] | None:
    """What is foretold of an opportunity, for its page; None for readers who may not know."""
    if opportunity.state != OPEN or not may_forecast(user):
        return None
    found = outlook(opportunity)
    return {
        "month": percent(found.month), "ever": percent(found.ever), "day": found.day,
        "later": found.day is not None and opportunity.closes_on is not None and found.day > opportunity.closes_on,
    }  # fmt: skip
