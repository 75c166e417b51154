"""Storing what customers have bought, with each order; and their groups, every night.

Signed orders count with their amount in the company's own currency on the day of the order; of one that was closed
early, what was delivered.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import F, FloatField, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.customers.customer.record import Customer
from haike.customers.customer.sea import SEAS
from haike.find.stretches import stretches
from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import Entity
from haike.kernel.option import option
from haike.kernel.period import today
from haike.kernel.record import Record, writer
from haike.sales.order.record import CLOSED, SIGNED, Order, OrderLine
from haike.sales.value.grouping import Bought, by_orders, by_profit
from haike.sales.value.record import COLUMNS, ORDERS, PROFIT, GroupStep

GROUP = _("Customers")
MONTHS = option(
    "bought.months", 12, _("Months whose orders make the customers' groups"), group=GROUP, least=1, most=120
)
SHARES = [
    option("bought.share_a", 50, _("Group A brings this share of the profit (%)"), group=GROUP, least=1, most=100),
    option("bought.share_b", 80, _("Groups A and B together (%)"), group=GROUP, least=1, most=100),
    option("bought.share_c", 95, _("Groups A to C together (%)"), group=GROUP, least=1, most=100),
]
WATCHED = {"state", "customer", "signed_on", "worth", "due", "lines", "total", "currency"}
STORED = ("bought_on", "bought_year", "bought_total")
NOUGHT, CENT = Decimal(0), Decimal("0.01")
CHUNK = 2_000
BREATH = 0.01
"""Seconds between two transactions, in which those who wait have their turn."""


def worth_of(state: str, worth: Decimal, due: Decimal, total: Decimal) -> Decimal:
    """What an order counts, in own currency."""
    if state != CLOSED or not total:
        return worth
    return (worth * due / total).quantize(CENT, rounding=ROUND_HALF_UP)


def _sold() -> Any:
    return Order._base_manager.filter(
        deleted_at__isnull=True, state__in=(SIGNED, CLOSED), signed_on__isnull=False
    ).order_by()


def _revenue(keys: Sequence[int], since: date) -> Iterator[tuple[int, date, Decimal]]:
    rows = _sold().filter(customer__in=keys, signed_on__gte=since)
    for key, day, state, *sums in rows.values_list("customer_id", "signed_on", "state", "worth", "due", "total"):
        yield key, day, worth_of(state, *sums)


SEAS.revenue.append(_revenue)


def settle_bought(keys: Iterable[int]) -> int:
    """Work out and store what these customers have bought; returns how many changed."""
    some = sorted(set(keys))
    facts: dict[int, tuple[date | None, Decimal, Decimal]] = dict.fromkeys(some, (None, NOUGHT, NOUGHT))
    year = today().year
    rows = _sold().filter(customer__in=some)
    for key, day, state, *sums in rows.values_list("customer_id", "signed_on", "state", "worth", "due", "total"):
        last, this_year, total = facts[key]
        worth = worth_of(state, *sums)
        facts[key] = (
            day if last is None else max(last, day), this_year + (worth if day.year == year else 0), total + worth,
        )  # fmt: skip
    before = {row[0]: row[1:] for row in Customer._base_manager.filter(pk__in=some).values_list("pk", *STORED)}
    changed = {key: value for key, value in facts.items() if key in before and before[key] != value}
    with writer():
        for key, value in changed.items():
            Customer._base_manager.filter(pk=key).update(**dict(zip(STORED, value, strict=True)))
    return len(changed)


def follower(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Settle the customers of orders that were just written."""
    if entity.model is not Order or (touched is not None and not touched & WATCHED):
        return
    orders: Sequence[Any] = records
    # A draft counts nothing, unless it has just become one.
    moved = touched is not None and "state" in touched
    keys = {order.customer_id for order in orders if moved or order.state in (SIGNED, CLOSED)}
    if keys:
        settle_bought(keys)


def bought_since(day: date) -> Iterator[tuple[int, Bought]]:
    """What each customer has ordered from a day on. Costs are those of the lines; what has none counts whole."""
    rows = _sold().filter(signed_on__gte=day).order_by("customer_id", "id")
    names = ("customer_id", "id", "signed_on", "state", "worth", "due", "total", "net")
    for key, some in groupby(_with_costs(rows.values_list(*names).iterator(CHUNK)), key=itemgetter(0)):
        orders = list(some)
        amount, profit = 0.0, 0.0
        for _key, _pk, _day, state, worth, due, total, net, cost in orders:
            counted = float(worth_of(state, worth, due, total))
            amount += counted
            # Tax is no profit; costs are in the order's currency, as its total is.
            profit += counted * (float(net) - cost) / float(total) if total else 0.0
        yield key, Bought(max(order[2] for order in orders), len(orders), amount, profit)


def _with_costs(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows of orders, each with what its lines cost: a query for many, not for each customer."""
    while chunk := list(islice(rows, CHUNK)):
        costs = _costs([row[1] for row in chunk])
        yield from ((*row, costs.get(row[1], 0.0)) for row in chunk)


def _costs(orders: Sequence[int]) -> dict[int, float]:
    rows: Any = OrderLine.objects.filter(document__in=orders, cost__isnull=False).order_by().values_list("document_id")
    # Floats are exact enough to sort customers by; no sum of money is shown from here.
    found: dict[int, float] = dict(
        rows.annotate(sum=Sum(Cast(F("cost"), FloatField()) * Cast(F("quantity"), FloatField())))
    )
    return found


def settle_groups() -> int:
    """Group all customers anew and write down who changed; returns how many did."""
    bought = dict(bought_since(today() - timedelta(days=int(MONTHS()) * 365 // 12)))
    shares = [share() / 100 for share in SHARES]
    wanted = {PROFIT: by_profit(bought, shares), ORDERS: by_orders(bought)}
    changed: set[int] = set()
    for kind, letters in wanted.items():
        column = COLUMNS[kind]
        grouped: Any = Customer._base_manager.exclude(**{column: ""}).values_list("pk", column)
        before = dict(grouped.iterator(CHUNK))
        moves = {key: letter for key, letter in letters.items() if before.get(key, "") != letter}
        moves |= dict.fromkeys(before.keys() - letters.keys(), "")
        changed |= moves.keys()
        _store(kind, moves)
    return len(changed)


def _store(kind: str, moves: dict[int, str]) -> None:
    alike: dict[str, list[int]] = defaultdict(list)
    for key, letter in moves.items():
        alike[letter].append(key)
    for letter, keys in alike.items():
        for at in range(0, len(keys), CHUNK):
            some = keys[at : at + CHUNK]
            with transaction.atomic(), writer():
                Customer._base_manager.filter(pk__in=some).update(**{COLUMNS[kind]: letter})
                steps = [GroupStep(customer_id=key, kind=kind, on=today(), group=letter) for key in some]
                GroupStep.objects.bulk_create(steps, batch_size=500)
            time.sleep(BREATH)


@cron("40 3 * * *", name="sales.group-customers")
@job(title=_("Group customers by profit and by orders"), attempts=3, timeout=7200, slow=True)
def group_customers() -> dict[str, int]:
    """What was bought first: on the first of January nobody has bought anything this year yet."""
    rows: Any = Customer.objects.live().filter(pk__in=_sold().values("customer_id"))
    number, done = rows.count(), 0
    for keys in stretches(rows, CHUNK):
        with transaction.atomic():
            settle_bought(keys)
        done += len(keys)
        progress.report(done, number)
        time.sleep(BREATH)
    return {"customers": done, "changed": settle_groups()}
