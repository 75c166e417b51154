"""What is left of orders after goods, expenses and commission, in the company's own currency, to the coin.

Revenue without tax and cost are those of what was shipped (`shipment/margins.py`); shipped lines without a cost are in
no figure. The commission of an order is what was typed there, else the rate of each product, or the usual one, of the
revenue. Expenses are those that hang on the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.currency import CURRENCIES, OWN, money_text
from haike.kernel.option import option
from haike.sales.expense.record import SaleExpense
from haike.sales.shipment.margin import Margin, margin_of
from haike.sales.shipment.margins import own
from haike.sales.shipment.record import ShipmentLine

NOUGHT = Decimal(0)
COMMISSION = option(
    "commission.per_mille", 0, _("Usual commission (‰ of the price without tax)"), group=_("Commission"),
    help=_("15 is 1.5 %. A product may have a rate of its own; an order may have an amount."), most=1000,
)  # fmt: skip


@dataclass(frozen=True)
class Net:
    """Revenue, cost, expenses and commission of a line, an order or a customer; sums are taken by `+`."""

    revenue: Decimal = NOUGHT
    cost: Decimal = NOUGHT
    expenses: Decimal = NOUGHT
    commission: Decimal = NOUGHT
    unknown: int = 0

    def __add__(self, other: Net) -> Net:
        return Net(
            self.revenue + other.revenue, self.cost + other.cost, self.expenses + other.expenses,
            self.commission + other.commission, self.unknown + other.unknown,
        )  # fmt: skip

    @property
    def gross(self) -> Decimal:
        """Revenue without the cost of the goods."""
        return self.revenue - self.cost

    @property
    def left(self) -> Decimal:
        """What stays after expenses and commission."""
        return self.gross - self.expenses - self.commission

    def share(self, of: str) -> str:
        """`gross` or `left` in percent of the revenue; empty without any."""
        return f"{getattr(self, of) * 100 / self.revenue:.1f}%" if self.revenue else ""

    def texts(self) -> dict[str, str]:
        """The amounts and rates as people read them."""
        code = OWN()
        names = ("revenue", "cost", "gross", "expenses", "commission", "left")
        rates = {f"{of}_rate": self.share(of) for of in ("gross", "left")}
        return {name: money_text(getattr(self, name), code) for name in names} | rates


@dataclass(frozen=True)
class NetLine:
    """One product of an order with its part of everything."""

    name: str
    net: Net


def expenses_of(field: str, keys: Iterable[int]) -> dict[int, Decimal]:
    """The expenses of orders or contracts by key. Not added up by the database: SQLite reckons in binary fractions."""
    found: dict[int, Decimal] = {}
    rows: Any = SaleExpense.objects.live().filter(**{f"{field}__in": list(keys)})
    for key, amount in rows.order_by().values_list(field, "amount"):
        found[key] = found.get(key, NOUGHT) + amount
    return found


def lines_of(orders: Sequence[Any]) -> dict[int, list[NetLine]]:
    """The lines of what was shipped of orders by the keys of these, expenses and commission shared out by revenue.

    What lies on an order of which nothing was shipped yet stands on a line of its own without a name.
    """
    rows: Any = ShipmentLine.objects.filter(
        document__order__in=[order.pk for order in orders], document__deleted_at__isnull=True
    )
    shipped: dict[int, list[Any]] = {}
    for line in rows.select_related("order_line", "document").order_by("id"):
        shipped.setdefault(line.document.order_id, []).append(line)
    spent = expenses_of("order", [order.pk for order in orders])
    return {
        order.pk: _lines(order, shipped.get(order.pk, []), spent.get(order.pk, NOUGHT))
        for order in orders
        if order.pk in shipped or order.pk in spent or order.commission
    }


def _lines(order: Any, shipped: list[Any], expenses: Decimal) -> list[NetLine]:
    margins = [margin_of(line, order.currency) for line in shipped]
    whole = own(sum(margins, Margin()), order)
    usual = Decimal(COMMISSION()) / 10
    keys = list(dict.fromkeys(line.key for line in shipped))
    parts = {key: Margin() for key in keys}
    rated = dict.fromkeys(keys, NOUGHT)
    for line, margin in zip(shipped, margins, strict=True):
        parts[line.key] += margin
        rated[line.key] += margin.net * (usual if line.commission_rate is None else line.commission_rate)
    revenues = spread(whole.net, [parts[key].net for key in keys])
    costs = spread(whole.cost, [parts[key].cost for key in keys])
    plain = sum((parts[key].net for key in keys), NOUGHT)
    foreign = whole.net / plain if plain else Decimal(1)
    earned = coin(sum(rated.values(), NOUGHT) * foreign / 100) if order.commission is None else order.commission
    weights = [rated[key] for key in keys] if order.commission is None else revenues
    commissions, share = spread(earned, weights), spread(expenses, revenues)
    names = {line.key: line.name for line in shipped}
    found = [
        NetLine(names[key], Net(revenues[at], costs[at], share[at], commissions[at], parts[key].unknown))
        for at, key in enumerate(keys)
    ]
    return found or [NetLine("", Net(expenses=expenses, commission=earned))]


def coin(amount: Decimal) -> Decimal:
    """Rounded to the least coin of the company's own currency."""
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[OWN()].places), ROUND_HALF_UP)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount in parts by their weights, each to the coin, that add up to it; evenly where nothing weighs."""
    if not weights:
        return []
    whole = sum(weights, NOUGHT)
    fair = list(weights) if whole else [Decimal(1)] * len(weights)
    whole = whole or Decimal(len(weights))
    found, run, given = [], NOUGHT, NOUGHT
    for weight in fair:
        run += weight
        upto = coin(amount * run / whole)
        found.append(upto - given)
        given = upto
    return found


def total(lines: Iterable[NetLine]) -> Net:
    """The sum of lines."""
    return sum((line.net for line in lines), Net())


def totals(found: Mapping[int, Iterable[NetLine]]) -> dict[int, Net]:
    """The sums by order."""
    return {key: total(lines) for key, lines in found.items()}
