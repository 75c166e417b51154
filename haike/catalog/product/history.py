"""The price history of a product: every change of its prices, from the change log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.catalog.product.record import Product, ProductPrice
from haike.kernel.currency import Amount
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.screens.actor import name_of

NAMES = ("price", "floor_price", "cost_price")
MOST = 100
"""Rows shown, the newest; the change log holds them all."""


@dataclass(frozen=True)
class Step:
    """One change of one price: when, by whom, of which price, from what to what."""

    at: Any
    who: str
    label: str
    before: str
    after: str


def render(request: HttpRequest, product: Product) -> SafeString:
    """The panel."""
    steps = steps_of(product, cast(Any, request.user))
    return SafeString(render_to_string("catalog/history.html", {"steps": steps, "most": MOST}, request=request))


def steps_of(product: Product, user: Any) -> list[Step]:
    """The changes that this user may see, the newest first."""
    products, prices = entity_of(Product), entity_of(ProductPrice)
    seen = [name for name in NAMES if products.right(user, name) in ("read", "edit")]
    listed: dict[int, Any] = {}
    if prices.policy.may(user, "view") and prices.right(user, "price") in ("read", "edit"):
        rows = ProductPrice._base_manager.filter(product=product.pk).select_related("price_class", "unit")
        listed = {row.pk: row for row in rows}
    mine = Q(entity=products.label, record_id=product.pk, diff__has_any_keys=seen)
    theirs = Q(entity=prices.label, record_id__in=list(listed), diff__has_key="price")
    found: list[Step] = []
    for change in Change.objects.filter(mine | theirs).order_by("-id")[:MOST]:
        who = name_of(change.by_name)
        if change.entity == prices.label:
            row = listed[change.record_id]
            label = " · ".join(map(str, filter(None, (row.price_class, row.unit, _from(row)))))
            found.append(_step(change, who, label, prices.looks["price"], "price", row.currency))
            continue
        for name in seen:
            if name in change.diff:
                look = products.looks[name]
                found.append(_step(change, who, str(look.label), look, name, ""))
    return found


def _from(row: ProductPrice) -> str:
    return f"≥ {entity_of(ProductPrice).looks['min_quantity'].text(row.min_quantity)}" if row.min_quantity else ""


def _step(change: Change, who: str, label: str, look: Any, name: str, currency: str) -> Step:
    before, after = (
        look.text(None if value is None else Amount.of(value, currency) if currency else look.from_stored(value))
        for value in change.diff[name]
    )
    return Step(change.at, who, label, before, after)
