"""The page on which won and lost opportunities are analysed; every figure leads to the list of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haike.kernel.currency import money_text
from haike.kernel.entity import Label, entity_of
from haike.kernel.filter import Group, Line
from haike.people.grants import organisation
from haike.sales.competitor.record import Competitor
from haike.sales.opportunity.funnel_page import NONE, PRODUCT_HINT, percent
from haike.sales.opportunity.outcome import BY, Outcome, Reason, outcome_of, outcomes, reasons
from haike.sales.opportunity.outcome_parts import PRODUCT, RIVAL, by_product, by_rival, readable
from haike.sales.opportunity.record import LOST, WON, Opportunity
from haike.sales.opportunity.report import BEFORE, Asked, Span

WAYS: dict[str, Label] = {
    "owner": gettext_lazy("By owner"), "department": gettext_lazy("By department"),
    "source": gettext_lazy("By source"), "kind": gettext_lazy("By kind"),
    PRODUCT: gettext_lazy("By product"), RIVAL: gettext_lazy("By competitor"),
    "lost_to": gettext_lazy("By who won instead"), "month": gettext_lazy("By month"),
}  # fmt: skip
HEADS: dict[str, Label] = {
    "owner": gettext_lazy("Owner"), "department": gettext_lazy("Department"), "source": gettext_lazy("Source"),
    "kind": gettext_lazy("Kind"), PRODUCT: gettext_lazy("Product"), RIVAL: gettext_lazy("Competitor"),
    "lost_to": gettext_lazy("Lost to"), "month": gettext_lazy("Month"),
}  # fmt: skip
HINTS: dict[str, Label] = {
    PRODUCT: PRODUCT_HINT,
    RIVAL: gettext_lazy("An opportunity counts for each competitor who was after it, whoever won."),
}
READS = ("closed_on", "won_reason", "lost_reason")
MOST_ROWS = 50


def may_analyse(user: Any) -> bool:
    """Whether this reader may know what was won and lost, and why."""
    entity = entity_of(Opportunity)
    return all(entity.right(user, name) in ("edit", "read") for name in READS)


class Links:
    """Addresses of the list of exactly those opportunities that a figure counts."""

    def __init__(self, asked: Asked, span: Span) -> None:
        self.reads, self.narrowed = asked.reads, asked.product is not None
        self.lines = [_line("closed_on", "between", span.first.isoformat(), span.last.isoformat())]
        if asked.pipeline is not None:
            self.lines.append(_line("pipeline", "one_of", str(asked.pipeline.pk)))
        if asked.owner is not None:
            self.lines.append(_line("owner", "one_of", str(asked.owner)))
        elif asked.department is not None:
            self.lines.append(_line("department", "one_of", *map(str, organisation().subtree([asked.department]))))

    def to(self, state: str, **more: str | None) -> str:
        """Those in this state, with these fields; None asks for an empty one."""
        lines = [*self.lines, _line("state", "one_of", state)]
        for name, value in more.items():
            lines.append(_line(name, OPERATORS.get(name, "one_of"), value) if value else _line(name, "empty"))
        # A list is narrowed to products of opportunities and not of quotes.
        if self.narrowed or not self.reads(*(line.look.path for line in lines)):
            return ""
        return f"{entity_of(Opportunity).url}?{urlencode({'f': Group(tuple(lines)).text()})}"


OPERATORS = {"lost_to": "is"}
"""How a field is compared that is neither a word nor a reference."""


def _line(field: str, op: str, *value: str) -> Line:
    return Line(entity_of(Opportunity).looks[field], op, list(value))


def _by_reason(found: list[Reason], before: list[Reason] | None, state: str, links: Links) -> list[dict[str, Any]]:
    name = "won_reason" if state == WON else "lost_reason"
    look = entity_of(Opportunity).looks[name]
    was = {each.code: each for each in before or ()}
    return [
        {
            "label": look.text(each.code) or _("No reason given"), "number": f"{each.number:,}",
            "amount": money_text(each.amount), "share": percent(each.share), "width": round(100 * each.share),
            "before": percent(was[each.code].share if each.code in was else 0.0) if before else NONE,
            "url": links.to(state, **{name: each.code or None}),
        }
        for each in found
    ]  # fmt: skip


def _month(asked: Asked, first: date) -> Links:
    after = (first + timedelta(days=31)).replace(day=1)
    return Links(asked, Span(max(first, asked.span.first), min(after, asked.span.after)))


def _parts(rows: QuerySet[Any], by: str, user: Any) -> tuple[list[Outcome], dict[Any, str]]:
    """The parts, and the names of those that are no values of a field of opportunities."""
    if by == PRODUCT:
        return by_product(rows, user)
    if by == RIVAL:
        look = entity_of(Competitor).looks["rival"]
        found = by_rival(rows)
        return found, {each.key: look.text(each.key) for each in found}
    return outcomes(rows, by), {}


def _hung(each: Outcome, names: dict[Any, str], was: dict[Any, Outcome]) -> dict[str, Any]:
    """A row of what hangs on opportunities, which no filter of their list asks for."""
    other = was.get(each.key)
    return {"label": names[each.key], **_texts(each), "before": percent(other.rate) if other else NONE}


def _row(each: Outcome, by: str, asked: Asked, links: Links, was: dict[Any, Outcome]) -> dict[str, Any]:
    looks, more = entity_of(Opportunity).looks, {}
    if by == "month":
        label, links = date_format(each.key, "YEAR_MONTH_FORMAT"), _month(asked, each.key)
    else:
        more = {by: None if each.key in (None, "") else str(each.key)}
        named = {"owner": asked.people, "department": asked.departments}.get(by)
        label = named.get(each.key, "") if named is not None else looks[by].text(each.key) if each.key else ""
    other = was.get(each.key)
    return {
        "label": label or NONE, **_texts(each), "before": percent(other.rate) if other else NONE,
        "won_url": links.to(WON, **more) if each.won else "", "lost_url": links.to(LOST, **more) if each.lost else "",
    }  # fmt: skip


def _texts(each: Outcome) -> dict[str, str]:
    return {
        "won": f"{each.won:,}", "lost": f"{each.lost:,}", "rate": percent(each.rate),
        "won_amount": money_text(each.won_amount), "lost_amount": money_text(each.lost_amount),
        "days": NONE if each.days is None else f"{each.days:.0f}",
    }  # fmt: skip


def outcome_view(request: HttpRequest) -> HttpResponse:
    """Why opportunities of a period were won and lost, beside another period."""
    user = cast(Any, request.user)
    query = request.GET if "compare" in request.GET else {**request.GET.dict(), "compare": BEFORE}
    asked = Asked(user, query, every=True)
    if not may_analyse(user):
        raise Http404
    known = {*readable(user), "month", *(key for key in BY if key != "month" and asked.reads(key))}
    ways = {key: label for key, label in WAYS.items() if key in known}
    by = request.GET.get("by", "") if request.GET.get("by") in ways else next(iter(ways))
    rows, other = asked.closed(asked.span), asked.compared
    rows_before = asked.closed(other) if other is not None else None
    links, whole = Links(asked, asked.span), outcome_of(rows)
    before = outcome_of(rows_before) if rows_before is not None else None
    compares = rows_before is not None and by != "month"
    was = {each.key: each for each in _parts(cast(Any, rows_before), by, user)[0]} if compares else {}
    parts, names = _parts(rows, by, user)
    context = {
        "asked": asked, "title": _("Won and lost"), "by": by, "head": HEADS[by],
        "whole": _texts(whole) if whole.won + whole.lost else None,
        "before": _texts(before) if before is not None else None,
        "won_url": links.to(WON), "lost_url": links.to(LOST),
        "reasons": [
            (
                heading,
                _by_reason(
                    reasons(rows, state), reasons(rows_before, state) if rows_before is not None else None, state, links
                ),
            )
            for heading, state in ((_("Why lost"), LOST), (_("Why won"), WON))
        ],
        "ways": [(label, key, key == by) for key, label in ways.items()],
        "rows": [
            _hung(each, names, was) if by in (PRODUCT, RIVAL) else _row(each, by, asked, links, was)
            for each in parts[:MOST_ROWS]
        ],
        "none": _("Neither they nor their quotes have products.") if by == PRODUCT else _("No competitor was named."),
        "hint": HINTS.get(by, ""),
    }  # fmt: skip
    return render(request, "sales/opportunity/outcome.html", context)
