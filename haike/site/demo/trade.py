"""The year of the sample company: who buys how often, all documents of it, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from haike.catalog.models import Product
from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today as present_day
from haike.money.debt import settle_all_debts
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan, PlanTemplate
from haike.sales.models import Contract, Delivery, Order, OrderLine, Quote, SaleExpense, Shipment
from haike.sales.order.record import CLOSED, SIGNED
from haike.sales.value.settle import settle_bought, settle_groups
from haike.site.demo.books import Books
from haike.site.demo.chance import Chance
from haike.site.demo.contracts import SampleContracts
from haike.site.demo.dues import Dues, terms_of
from haike.site.demo.orders import SampleOrders, fates_and_days

SHARE, LEAST, MOST = 0.15, 12, 20_000
"""Orders of a year per customer; a small company has so many, or one for every fourth customer; a large one no more."""
BUYERS = ("signed", "repeat", "paused")
CHUNK = 500
Note = dict[str, list[int]]


def number_of_orders(customers: int) -> int:
    """How many orders a sample company with so many customers has in a year."""
    return min(max(int(customers * SHARE), min(LEAST, customers // 4)), MOST)


def open_books(orders: int, *, seed: int) -> Books:
    """Set keys aside for so many orders and what belongs to them; in the caller's transaction."""
    contracts = contracts_for(orders)
    money = 2 * orders + 3 * contracts
    return Books(
        {
            Quote: 2 * orders + 2, Order: orders, OrderLine: 4 * orders, Shipment: orders, Contract: contracts,
            SaleExpense: orders,
            Delivery: 4 * contracts, PaymentPlan: money, Payment: money + 2 * orders, Allocation: money + orders,
            Invoice: money + contracts,
        },
        Chance(seed + 11),
    )  # fmt: skip


def contracts_for(orders: int) -> int:
    """How many contracts go with so many orders."""
    return (orders + 4) // 5


def ranges_of(books: Books) -> Note:
    """The keys that were set aside: first and count by model."""
    keyed = {model: keys for model, keys in books.ranges.items() if hasattr(model, "_haike_entity")}
    return {entity_of(model).label: list(keys) for model, keys in keyed.items()}


def write_trade(
    books: Books, customers: range, orders: int, templates: dict[str, int],
    report: Callable[[int, int], None] = lambda *_: None,
) -> None:  # fmt: skip
    """Write so many orders, and quotes and contracts in proportion; a company without products gets none."""
    buyers, products = _buyers(customers, orders), _products()
    if not buyers or not products:
        return
    chance = books.chance
    dues = Dues(books, present_day())
    terms = {name: terms_of(PlanTemplate._base_manager.get(pk=key)) for name, key in templates.items()}
    selling = SampleOrders(books, dues, terms, products)
    agreeing = SampleContracts(books, dues, terms["contract"], products)
    for place, (fate, day) in enumerate(fates_and_days(orders, dues.today, chance)):
        customer = _buyer(buyers, day, chance)
        selling.order(customer, fate, day)
        if place % 25 == 3:
            dues.pay_ahead(customer, day, Decimal(5000))
        if place % 5 == 0:
            agreeing.contract(_buyer(buyers, day, chance), place // 5)
        if place % 2 == 0:
            selling.open_quote(chance.pick(buyers), place // 2)
        if (place + 1) % CHUNK == 0 or place + 1 == orders:
            books.write()
            report(place + 1, orders)
    bought = Order._base_manager.filter(pk__gte=books.ranges[Order][0], state__in=(SIGNED, CLOSED))
    with transaction.atomic():
        settle_bought(bought.values_list("customer_id", flat=True))
    settle_all_debts.call()
    settle_groups()


def _buyers(customers: range, orders: int) -> list[Any]:
    """Those who buy: fewer than there are orders, for most come again."""
    some = Customer._base_manager.filter(pk__gte=customers.start, pk__lt=customers.stop, owner__isnull=False)
    rows = some.filter(pool=None, deleted_at=None, archived_at=None).select_related("main_contact").order_by("pk")
    most = max(8, orders // 2)
    return list(rows.filter(stage__in=BUYERS)[:most]) or list(rows.exclude(stage="stopped")[:most])


def _buyer(buyers: Sequence[Any], day: date, chance: Chance) -> Any:
    """A few buy often; nobody long before he was known, where that can be."""
    for _turn in range(6):
        found = buyers[int(len(buyers) * chance.random() ** 1.8)]
        if timezone.localtime(found.created_at).date() <= day + timedelta(days=3):
            break
    return found


def _products() -> list[Any]:
    rows: Any = Product.objects.live().filter(Q(on_sale=True), price__gt=0, archived_at=None)
    return list(rows.order_by("pk")[:500])
