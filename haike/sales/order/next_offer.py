"""Products to offer a customer next: what customers like him bought and he did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.catalog.price import sellable
from haike.customers.customer.record import Customer
from haike.kernel.entity import Panel, entity_of
from haike.sales.order.record import CLOSED, SIGNED, Order, OrderLine

MOST = 10
LOOKED_AT = 2_000
"""So many of the newest lines say who is alike."""
LEAST_BUYERS = 2
"""What one customer bought is chance."""


@dataclass(frozen=True)
class Next:
    """A product with the sentence why it is worth offering."""

    product: Any
    why: str


def next_products(customer: Any, user: Any) -> list[Next]:
    """What buyers of the same products bought besides; for who has bought nothing yet, what his industry buys.

    Only orders that the user sees count.
    """
    orders = Order.objects.visible_to(user).filter(state__in=(SIGNED, CLOSED))
    lines = OrderLine.objects.filter(document__in=orders.values("pk"), product__isnull=False, gift=False)
    own = set(lines.filter(document__customer=customer.pk).values_list("product", flat=True)[:LOOKED_AT])
    others = lines.exclude(document__customer=customer.pk)
    if own:
        alike = others.filter(product__in=own)
        words = _("%(buyers)s of %(peers)s customers who bought the same products also bought it.")
    elif customer.industry and entity_of(Customer).right(user, "industry") != "hidden":
        alike = others.filter(document__customer__industry=customer.industry)
        words = _("%(buyers)s of %(peers)s buying customers of the same industry bought it.")
    else:
        return []
    peers = set(alike.order_by("-id").values_list("document__customer", flat=True)[:LOOKED_AT])
    if len(peers) < LEAST_BUYERS:
        return []
    counted = dict(
        others.filter(document__customer__in=peers)
        .exclude(product__in=own)
        .values_list("product")
        .annotate(buyers=Count("document__customer", distinct=True))
        .filter(buyers__gte=LEAST_BUYERS)
        .order_by("-buyers", "product")[: 2 * MOST]
    )
    good = sellable(user).in_bulk(list(counted))
    found = [(good[key], buyers) for key, buyers in counted.items() if key in good][:MOST]
    return [Next(product, str(words % {"buyers": buyers, "peers": len(peers)})) for product, buyers in found]


def _panel(request: HttpRequest, customer: Any) -> SafeString:
    user = cast(Any, request.user)
    entity = entity_of(Order)
    if not entity.policy.may(user, "view") or entity.right(user, "lines") not in ("read", "edit"):
        return SafeString()
    rows = next_products(customer, user)
    quote = user.grants.may("sales.quote", "create") and customer.deleted_at is None
    context = {"rows": rows, "quote_url": f"/quotes/new?customer={customer.pk}" if quote else ""}
    return render_to_string("sales/order/next_offer.html", context)


entity_of(Customer).panels.append(Panel("next_offer", _("Products to offer"), _panel, place="last", icon="bulb"))
