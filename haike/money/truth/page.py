"""The truth line of a period by seller, department or customer, down to each document."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from haike.customers.customer.queries import days_within
from haike.customers.customer.record import Customer
from haike.digits import whole
from haike.kernel.currency import OWN
from haike.kernel.entity import entity_of
from haike.kernel.period import PERIOD_LABELS
from haike.money.source import SOURCES
from haike.money.truth.gaps import summed
from haike.money.truth.panel import NAMES, documents, figures, in_force_for, reads
from haike.money.truth.sums import Sums, totals
from haike.people.grants import organisation

OFFERED = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")
EVER = "ever"
BY = ("owner", "department", "customer")
MOST_ROWS = 100
NOBODY = 0
"""The key of those documents that have no owner or no department, in the address."""


def truth_view(request: HttpRequest) -> HttpResponse:
    """Contracts and orders signed in a period: what was agreed, went out, was invoiced and came in."""
    user: Any = request.user
    seen = [name for name in SOURCES if reads(user, name)]
    if not seen:
        raise Http404
    ways = [by for by in BY if all(entity_of(SOURCES[name]).right(user, by) in ("read", "edit") for name in seen)]
    by = request.GET.get("by") if request.GET.get("by") in ways else ways[0] if ways else "customer"
    period = request.GET.get("period") if request.GET.get("period") in (*OFFERED, EVER) else "this_year"
    rows = {name: in_force_for(user, name) for name in SOURCES}
    if period != EVER:
        rows = {name: some.filter(days_within("signed_on", str(period))) for name, some in rows.items()}
    found = totals(rows["contract"], rows["order"], str(by))
    chosen = whole(request.GET.get("of"))
    of = {chosen or None} & found.keys() if chosen is not None else set()
    whole_of = sum((found[key] for key in of) if of else found.values(), Sums())
    largest = sorted(found.items(), key=lambda pair: (-pair[1].agreed, pair[0] or 0))[:MOST_ROWS]
    labels, currency = _labels(str(by), [key for key, _sums in largest] + list(of)), OWN()
    words = {"owner": _("By owner"), "department": _("By department"), "customer": _("By customer")}
    asked = {"period": period, "by": by}
    context: dict[str, Any] = {
        "title": _("Truth line"),
        "periods": [(key, PERIOD_LABELS[key], key == period) for key in OFFERED]
        + [(EVER, _("all time"), period == EVER)],
        "ways": [(words[each], f"?{urlencode({**asked, 'by': each})}", each == by) for each in ways],
        "by": by,
        "head": {"owner": _("Owner"), "department": _("Department"), "customer": _("Customer")}[str(by)],
        "figures": figures(whole_of, currency, NAMES),
        "gaps": summed(whole_of, currency),
        "even": not whole_of.loose,
        "documents": whole_of.documents,
    }
    if of:
        key = next(iter(of))
        mine = {
            name: some.filter(**({str(by): key} if key else {f"{by}__isnull": True})) for name, some in rows.items()
        }
        context |= {
            "chosen": labels.get(key, "—"),
            "back": f"?{urlencode(asked)}",
            "rows": documents(mine, all_of_them=True, most=MOST_ROWS),
        }
        context["more"] = whole_of.documents - len(context["rows"])
    else:
        context["rows"] = [_row(labels.get(key, "—"), sums, currency, key, asked) for key, sums in largest]
        context["more"] = len(found) - len(largest)
    return render(request, "money/truth/page.html", context)


def _row(label: str, sums: Sums, currency: str, key: int | None, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": label,
        "url": f"?{urlencode({**asked, 'of': key or NOBODY})}",
        "figures": figures(sums, currency, NAMES),
        "text": " ".join(gap.text for gap in summed(sums, currency)),
    }


def _labels(by: str, keys: list[Any]) -> dict[Any, str]:
    some = [key for key in keys if key is not None]
    if by == "customer":
        return {pk: str(each) for pk, each in Customer._base_manager.in_bulk(some).items()}
    known: Any = organisation().users if by == "owner" else organisation().departments
    return {key: str(known[key]) for key in some if key in known}
