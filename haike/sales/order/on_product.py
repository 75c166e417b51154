"""Where a product may be sold next, who was offered it and who bought it: tabs on the product's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, F, Max, Q, Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.catalog.product.record import Product
from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import Category, Panel, entity_of
from haike.sales.opportunity.products import readable
from haike.sales.opportunity.record import OPEN, Opportunity, OpportunityLine
from haike.sales.order.record import CLOSED, SIGNED, Order, OrderLine
from haike.sales.quote.record import REPLACED, Quote, QuoteLine

HOPED = ("customer", "stage", "closes_on", "owner")
MOST = 50
"""So many customers are shown, those with the newest documents."""


@dataclass(frozen=True)
class Row:
    """A customer with all that he was offered or bought in one unit and currency."""

    customer: str
    url: str
    documents: int
    quantity: str
    total: str
    last: Any


def customers_with(product: Product, user: Any, model: Any, lines: Any, day: str, which: Q) -> list[Row]:
    """The customers of documents with this product that the user sees."""
    entity = entity_of(model)
    if not entity.policy.may(user, "view") or entity.right(user, "lines") not in ("read", "edit"):
        return []
    seen = model.objects.visible_to(user).filter(which)
    found = list(
        lines.objects.filter(product=product.pk, document__in=seen.values("pk"))
        .values("document__customer", "document__customer__name", "document__currency", "unit")
        .annotate(documents=Count("document", distinct=True), quantity=Sum("quantity"), worth=Sum("total"))
        .annotate(last=Max(f"document__{day}"))
        .order_by("-last", "document__customer")[:MOST]
    )
    keys = {each["document__customer"] for each in found}
    open_to = set(Customer.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    customers = entity_of(Customer)
    return [
        Row(
            each["document__customer__name"],
            f"{customers.url}{each['document__customer']}/" if each["document__customer"] in open_to else "",
            each["documents"],
            f"{quantity_text(each['quantity'])} {each['unit']}",
            money_text(each["worth"], each["document__currency"]),
            each["last"],
        )
        for each in found
    ]


def _buyers(request: HttpRequest, product: Product) -> SafeString:
    signed = Q(state__in=(SIGNED, CLOSED))
    rows = customers_with(product, cast(Any, request.user), Order, OrderLine, "signed_on", signed)
    return _shown(rows, _("Orders"), _("Nobody has bought this product yet."))


def _interested(request: HttpRequest, product: Product) -> SafeString:
    rows = customers_with(product, cast(Any, request.user), Quote, QuoteLine, "quoted_on", ~Q(state=REPLACED))
    return _shown(rows, _("Quotes"), _("This product has not been offered to anybody yet."))


def _shown(rows: list[Row], heading: Any, nobody: Any) -> SafeString:
    context = {"rows": rows, "heading": heading, "nobody": nobody, "full": len(rows) == MOST, "most": MOST}
    return render_to_string("sales/order/on_product.html", context)


def _hoped(request: HttpRequest, product: Product) -> SafeString:
    """The open opportunities about it that the user sees, what is expected first at the top."""
    user, entity = cast(Any, request.user), entity_of(Opportunity)
    found: list[Any] = []
    if readable(user):
        seen = Opportunity.objects.visible_to(user).filter(state=OPEN, archived_at__isnull=True)
        lines = OpportunityLine.objects.filter(product=product.pk, document__in=seen.order_by().values("pk"))
        joined = lines.select_related("document__customer", "document__stage", "document__owner")
        found = list(joined.order_by(F("document__closes_on").asc(nulls_last=True), "document", "position")[:MOST])
    names = [name for name in HOPED if entity.right(user, name) in ("read", "edit")]
    looks = {name: entity.looks[name] for name in names}
    rows = [
        {
            "title": str(line.document), "url": entity.url_of(line.document),
            "cells": [mark_safe(look.cell(look.get(line.document))) for look in looks.values()],
            "quantity": f"{quantity_text(line.quantity)} {line.unit}",
            "total": money_text(line.total, line.document.currency),
        }
        for line in found
    ]  # fmt: skip
    context = {"rows": rows, "heads": [look.label for look in looks.values()], "full": len(rows) == MOST, "most": MOST}
    return render_to_string("sales/opportunity/on_product.html", context)


entity_of(Product).panels += [
    Panel("hoped", _("Open opportunities"), _hoped, icon="bulb"),
    Panel("interested", _("Customers interested"), _interested, icon="bulb"),
    Panel("buyers", _("Customers who bought"), _buyers, icon="users"),
]


def _never_sold(user: Any) -> Q:
    """On sale, and in no order that was signed."""
    sold = OrderLine.objects.filter(product__isnull=False, document__state__in=(SIGNED, CLOSED))
    return Q(on_sale=True) & ~Q(pk__in=sold.filter(document__deleted_at__isnull=True).values("product"))


entity_of(Product).categories["never_sold"] = Category(_("Never sold"), _never_sold)
