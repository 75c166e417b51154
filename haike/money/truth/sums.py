"""The sums of the truth line, from what contracts and orders keep of their documents.

They are in one currency: that of the one document, or the company's own at the rate of the day of signing. So what lies
between two of them is never a difference of exchange rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet

from haike.kernel.currency import CURRENCIES, OWN
from haike.money.plan.record import PaymentPlan
from haike.people.currency.rates import convert
from haike.sales.order.progress import NOT_SHIPPED, PARTLY_SHIPPED, payable
from haike.sales.order.record import OrderLine

NOUGHT = Decimal(0)
CHUNK = 500
ORDER = ("id", "signed_on", "currency", "total", "due", "worth", "shipping", "invoiced", "received")
CONTRACT = ("id", "signed_on", "currency", "amount", "worth", "delivered", "invoiced", "received")
Line = tuple[Decimal, Decimal, Decimal]
"""Total, ordered and delivered quantity."""


@dataclass(frozen=True)
class Sums:
    """What was contracted and ordered, and of both together what went out, was invoiced, came in and was rounded off.

    `documents` is how many there are; `loose` how many of them are not settled.
    """

    contracted: Decimal = NOUGHT
    ordered: Decimal = NOUGHT
    shipped: Decimal = NOUGHT
    invoiced: Decimal = NOUGHT
    received: Decimal = NOUGHT
    off: Decimal = NOUGHT
    documents: int = 0
    loose: int = 0

    def __add__(self, other: Sums) -> Sums:
        amounts = (mine + theirs for mine, theirs in zip(self.amounts, other.amounts, strict=True))
        return _with(amounts, self.documents + other.documents, self.loose + other.loose)

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """All amounts in their order."""
        return self.contracted, self.ordered, self.shipped, self.invoiced, self.received, self.off

    @property
    def agreed(self) -> Decimal:
        """What the customer is to get and to pay in all."""
        return self.contracted + self.ordered

    @property
    def to_ship(self) -> Decimal:
        """What was agreed and has not gone out."""
        return self.agreed - self.shipped

    @property
    def to_invoice(self) -> Decimal:
        """What has gone out and was not invoiced."""
        return self.shipped - self.invoiced

    @property
    def to_pay(self) -> Decimal:
        """What was invoiced and neither came in nor was rounded off."""
        return self.invoiced - self.received - self.off

    @property
    def even(self) -> bool:
        """Whether everything agreed went out, was invoiced and came in."""
        return not (self.to_ship or self.to_invoice or self.to_pay)


def of_contract(contract: Any) -> Sums:
    """The sums of one contract in its currency."""
    off = _off(contract=contract.pk).get(contract.pk, NOUGHT)
    amounts = (contract.amount, NOUGHT, contract.delivered, contract.invoiced, contract.received, off)
    return _one(amounts)


def of_order(order: Any) -> Sums:
    """The sums of one order in its currency."""
    lines = [(line.total, line.quantity, line.delivered) for line in order.lines]
    shipped = _shipped(order.shipping, order.total, lines, order.currency)
    off = _off(order=order.pk).get(order.pk, NOUGHT)
    return _one((NOUGHT, order.due, shipped, order.invoiced, order.received, off))


def _one(amounts: Iterable[Decimal]) -> Sums:
    sums = _with(amounts, 1, 0)
    return sums if sums.even else replace(sums, loose=1)


def _with(amounts: Iterable[Decimal], documents: int, loose: int) -> Sums:
    contracted, ordered, shipped, invoiced, received, off = amounts
    return Sums(contracted, ordered, shipped, invoiced, received, off, documents, loose)


def totals(contracts: QuerySet[Any], orders: QuerySet[Any], group: str) -> dict[Any, Sums]:
    """The sums of many documents in force in the company's own currency, by a column such as "owner".

    Two queries for each kind and one for the lines of what went out in part, however many documents there are.
    """
    found: dict[Any, Sums] = {}
    off = _off(contract__in=contracts.order_by().values("pk"))
    for row in contracts.order_by().values(*{*CONTRACT, group}).iterator(chunk_size=CHUNK):
        rest = (row["delivered"], row["invoiced"], row["received"], off.get(row["id"], NOUGHT))
        sums = _own((row["amount"], NOUGHT, *rest), row, row["amount"])
        found[row[group]] = found.get(row[group], Sums()) + sums
    off, lines = _off(order__in=orders.order_by().values("pk")), _lines(orders)
    for row in orders.order_by().values(*{*ORDER, group}).iterator(chunk_size=CHUNK):
        shipped = _shipped(row["shipping"], row["total"], lines.get(row["id"], []), row["currency"])
        rest = (shipped, row["invoiced"], row["received"], off.get(row["id"], NOUGHT))
        sums = _own((NOUGHT, row["due"], *rest), row, row["total"])
        found[row[group]] = found.get(row[group], Sums()) + sums
    return found


def _own(amounts: tuple[Decimal, ...], row: Any, whole: Decimal) -> Sums:
    """The sums of a document at the rate at which the whole of it was valued."""
    own = OWN()
    if row["currency"] == own or not any(amounts):
        return _one(amounts)
    if not whole:
        return _one(convert(each, row["currency"], on=row["signed_on"]) for each in amounts)
    coin = Decimal(1).scaleb(-CURRENCIES[own].places)
    return _one((each * row["worth"] / whole).quantize(coin, ROUND_HALF_UP) for each in amounts)


def _off(**where: Any) -> dict[int, Decimal]:
    """What was rounded off of the payment plans of contracts or of orders, by the keys of those."""
    name = next(iter(where)).partition("__")[0]
    rows: Any = PaymentPlan.objects.live().filter(off__gt=0, **where)
    found: dict[int, Decimal] = {}
    for key, amount in rows.order_by().values_list(name, "off"):
        found[key] = found.get(key, NOUGHT) + amount
    return found


def _lines(orders: QuerySet[Any]) -> dict[int, list[Line]]:
    """The lines of those orders that went out in part."""
    partly = orders.order_by().filter(shipping=PARTLY_SHIPPED).values("pk")
    rows = OrderLine.objects.filter(document__in=partly).values_list("document", "total", "quantity", "delivered")
    found: dict[int, list[Line]] = {}
    for key, total, quantity, delivered in rows.iterator(chunk_size=CHUNK):
        found.setdefault(key, []).append((total, quantity, delivered))
    return found


def _shipped(shipping: str, total: Decimal, lines: Iterable[Line], currency: str) -> Decimal:
    """What the delivered part of an order is worth."""
    if shipping == PARTLY_SHIPPED:
        return payable(lines, CURRENCIES[currency].places)
    return NOUGHT if shipping == NOT_SHIPPED else total
