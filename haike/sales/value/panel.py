"""The panel of a customer's page: what was bought, product by product, and how the groups have gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import Max
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import Label, Panel, entity_of
from haike.kernel.period import today
from haike.sales.expense.customer import nets_for, total_for
from haike.sales.expense.net import Net
from haike.sales.order.record import CLOSED, SIGNED, Order, OrderLine
from haike.sales.value.record import COLUMNS, KINDS, GroupStep

MOST_PRODUCTS, MOST_STEPS, MOST_ORDERS = 50, 50, 30
READ = ("edit", "read")


@dataclass(frozen=True)
class Row:
    """One product in one unit and currency: what was ordered in all, and of it this year."""

    name: str
    quantity: str
    this_year: str
    amount: str
    last: date


@dataclass(frozen=True)
class Course:
    """One kind of group with its steps, newest first."""

    label: Label
    now: str
    steps: list[GroupStep]


def products_of(user: Any, customer: Customer) -> list[Row]:
    """By the orders that the reader sees, the product bought last first."""
    entity = entity_of(Order)
    if not entity.policy.may(user, "view") or entity.right(user, "lines") not in READ:
        return []
    seen: Any = Order.objects.visible_to(user).filter(customer=customer.pk, state__in=(SIGNED, CLOSED))
    lines: Any = OrderLine.objects.filter(document__in=seen.values("pk")).order_by()
    group = ("product", "name", "unit", "document__currency")
    newest = lines.values(*group).annotate(last=Max("document__signed_on")).order_by("-last", "name")[:MOST_PRODUCTS]
    wanted = {tuple(row[name] for name in group): row["last"] for row in newest}
    sums = {key: [Decimal(0)] * 3 for key in wanted}
    year = today().year
    # Exact sums of decimals are not for SQLite.
    for *key, day, quantity, total in lines.values_list(*group, "document__signed_on", "quantity", "total").iterator():
        if (found := sums.get(tuple(key))) is not None:
            found[0] += quantity
            found[1] += quantity if day.year == year else 0
            found[2] += total
    return [_row(key, sums[key], last) for key, last in wanted.items()]


def _row(key: tuple[Any, ...], sums: list[Decimal], last: date) -> Row:
    _product, name, unit, currency = key
    quantity, this_year, total = sums
    return Row(
        name, f"{quantity_text(quantity)}{unit}", f"{quantity_text(this_year)}{unit}", money_text(total, currency), last
    )  # fmt: skip


def courses_of(user: Any, customer: Customer) -> list[Course]:
    """How the groups have gone that the reader may see."""
    entity = entity_of(Customer)
    kinds = [kind for kind in KINDS if entity.right(user, COLUMNS[kind]) in READ]
    steps = list(GroupStep.objects.filter(customer=customer.pk, kind__in=kinds).order_by("-id")[:MOST_STEPS])
    return [
        Course(KINDS[kind], getattr(customer, COLUMNS[kind]), [step for step in steps if step.kind == kind])
        for kind in kinds
    ]


def render(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel."""
    user = cast(Any, request.user)
    nets = nets_for(user, customer.pk)
    whole, contracts = total_for(nets, user, customer.pk)
    context = {
        "products": products_of(user, customer),
        "courses": courses_of(user, customer),
        "margins": [(order, entity_of(Order).url_of(order), net.texts()) for order, net in nets[:MOST_ORDERS]],
        "contracts": Net(expenses=contracts).texts() if contracts else None,
        "margin": whole,
        "whole": whole.texts(),
        "more_margins": max(len(nets) - MOST_ORDERS, 0),
    }
    return render_to_string("sales/bought.html", context, request=request)


def add_panel() -> None:
    """Put it on the page of customers."""
    entity_of(Customer).panels.append(Panel("bought", _("Purchases"), render, icon="shopping-bag"))
