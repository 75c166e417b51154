"""The truth line on the pages of orders, contracts and customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from haike.customers.customer.record import Customer
from haike.kernel.currency import OWN, money_text
from haike.kernel.entity import Panel, entity_of
from haike.money.source import IN_FORCE, SOURCES, Source, in_force, name_of
from haike.money.statement.page import may_state
from haike.money.truth.gaps import gaps_of, summed
from haike.money.truth.sums import Sums, of_contract, of_order, totals
from haike.sales.contract.record import Contract
from haike.sales.order.record import Order
from haike.screens.module import is_off

MOST = 30
"""So many documents that are not settled are named on the page of a customer."""
READ = {
    "contract": ("amount", "delivered", "invoiced", "received"),
    "order": ("total", "due", "lines", "invoiced", "received"),
}
NAMES = ("contracted", "ordered", "shipped", "invoiced", "received")


def reads(user: Any, name: str) -> bool:
    """Whether somebody may read all that the truth line of contracts or of orders tells."""
    entity = entity_of(SOURCES[name])
    if is_off(entity.label):
        return False
    return entity.policy.may(user, "view") and all(entity.right(user, each) in ("read", "edit") for each in READ[name])


def in_force_for(user: Any, name: str) -> QuerySet[Any]:
    """The contracts or orders in force that the reader sees; none where he may not read their amounts."""
    rows: Any = SOURCES[name].objects.visible_to(user).filter(state__in=IN_FORCE[name])
    return rows if reads(user, name) else rows.none()


def sums_of(source: Source) -> Sums:
    """The sums of one contract or order in its currency."""
    return of_order(source) if isinstance(source, Order) else of_contract(source)


def figures(sums: Sums, currency: str, names: Iterable[str]) -> list[dict[str, Any]]:
    """The sums in their order, each with how much of what was agreed it is, in percent."""
    labels = {
        "contracted": _("Contracted"),
        "ordered": pgettext("truth line", "Ordered"),
        "shipped": pgettext("truth line", "Delivered"),
        "invoiced": _("Invoiced"),
        "received": pgettext("truth line", "Received"),
    }
    agreed, found = sums.agreed, []
    for name in names:
        amount = getattr(sums, name)
        part = int(amount * 100 / agreed) if agreed else 0
        share = "" if name in ("contracted", "ordered") or not agreed else f"{part}%"
        found.append({
            "label": labels[name], "amount": money_text(amount, currency), "width": max(0, min(part, 100)),
            "share": share, "even": amount >= agreed,
        })  # fmt: skip
    return found


def _source_panel(request: HttpRequest, source: Any) -> str:
    user: Any = request.user
    name = name_of(source)
    if not in_force(source) or not reads(user, name):
        return render_to_string("money/truth/line.html", {"nothing": True}, request=request)
    sums = sums_of(source)
    names = ["ordered" if name == "order" else "contracted", *NAMES[2:]]
    context = {
        "figures": figures(sums, source.currency, names), "gaps": gaps_of(source, sums, user), "even": sums.even,
    }  # fmt: skip
    return render_to_string("money/truth/line.html", context, request=request)


def _customer_panel(request: HttpRequest, customer: Any) -> str:
    user: Any = request.user
    rows = {name: in_force_for(user, name).filter(customer=customer.pk) for name in SOURCES}
    sums = totals(rows["contract"], rows["order"], "customer").get(customer.pk, Sums())
    stands = _stands(customer, user)
    if not sums.documents:
        return render_to_string("money/truth/line.html", {"nothing": True, **stands}, request=request)
    context = {
        **stands, "figures": figures(sums, OWN(), NAMES), "gaps": summed(sums, OWN()), "even": not sums.loose,
        "loose": documents(rows), "money": OWN(),
    }  # fmt: skip
    return render_to_string("money/truth/line.html", context, request=request)


def _stands(customer: Any, user: Any) -> dict[str, Any]:
    """What the customer owes, where the reader may know; of it what stood before the first document, and prepaid."""
    entity = entity_of(Customer)
    names = [name for name in ("debt", "opening_debt", "prepaid") if entity.right(user, name) in ("read", "edit")]
    parts = [
        f"{entity.looks[name].label} {money_text(amount, OWN())}"
        for name in names
        if (amount := getattr(customer, name))
    ]
    if not parts:
        return {}
    return {"stands": parts, "statement": f"{entity.url_of(customer)}statement" if may_state(user) else ""}


def documents(
    rows: Mapping[str, QuerySet[Any]], *, all_of_them: bool = False, most: int = MOST
) -> list[dict[str, Any]]:
    """The documents that are not settled, or all, the newest first, by a constant number of queries."""
    found: list[dict[str, Any]] = []
    for name, some in rows.items():
        newest = {each.pk: each for each in some.order_by("-id")[:most]}
        none = {other: model.objects.none() for other, model in SOURCES.items()}
        of: dict[str, Any] = {**none, name: some.filter(pk__in=newest)}
        entity = entity_of(SOURCES[name])
        for key, sums in sorted(totals(of["contract"], of["order"], "id").items(), reverse=True):
            if sums.loose or all_of_them:
                told = " ".join(gap.text for gap in summed(sums, OWN()))
                url = f"{entity.url_of(newest[key])}?tab=truth"
                shown = figures(sums, OWN(), NAMES)
                found.append({"label": str(newest[key]), "url": url, "text": told, "figures": shown})
    return found


def add_panels() -> None:
    """The tab on the pages of contracts, orders and customers."""
    for model, draw in ((Contract, _source_panel), (Order, _source_panel), (Customer, _customer_panel)):
        entity_of(model).panels.append(Panel("truth", gettext_lazy("Truth line"), draw, icon="scale"))
