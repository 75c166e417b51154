"""What is left of a contract after goods, expenses and commission, in the company's own currency, to the coin.

The goods are the lines of its quote: their part of the contract's amount, without tax, is the revenue, and what they
cost when the quote was written the cost; lines without a cost are in no figure. A contract without a quote is a
service: its amount is the revenue, and all it costs are its expenses. The rest is as with orders (`net.py`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.people.currency.rates import convert
from haike.sales.contract.record import Contract
from haike.sales.expense.net import COMMISSION, NOUGHT, Net, NetLine, coin, expenses_of, spread
from haike.sales.quote.record import Quote, QuoteLine
from haike.sales.shipment.margins import may_see

READ = ("read", "edit")


def may_see_contract(user: Actor) -> bool:
    """Whether somebody may see what is left of contracts."""
    return may_see(user) and entity_of(Contract).right(user, "amount") in READ


def names_lines(user: Actor, contract: Contract) -> bool:
    """Whether the reader of a contract may read of its quote, too, what was offered."""
    quote, entity = contract.quote, entity_of(Quote)
    reads = entity.policy.may(user, "view") and all(entity.right(user, name) in READ for name in ("lines", "net"))
    return quote is not None and quote.deleted_at is None and reads and entity.policy.allows(user, "view", quote)


def lines_of_contract(contract: Contract) -> list[NetLine]:
    """The lines of a contract, expenses and commission shared out by revenue; one with its subject for a service."""
    spent = expenses_of("contract", [contract.pk]).get(contract.pk, NOUGHT)
    usual, quote = Decimal(COMMISSION()) / 10, contract.quote
    lines: list[Any] = []
    if quote is not None:
        lines = list(QuoteLine.objects.filter(document=quote.pk).select_related("product").order_by("position"))
    if quote is None or not lines or not quote.total:
        earned = coin(contract.worth * usual / 100)
        return [NetLine(contract.subject, Net(revenue=contract.worth, expenses=spent, commission=earned))]
    known = [line.net if line.cost is not None else NOUGHT for line in lines]
    revenues = spread(coin(sum(known, NOUGHT) * contract.worth / quote.total), known)
    each = [(line.cost or NOUGHT) * line.quantity for line in lines]
    costs = spread(_own(sum(each, NOUGHT), contract, quote), each)
    rates = [usual if line.product is None or line.product.commission_rate is None else line.product.commission_rate
             for line in lines]  # fmt: skip
    rated = [revenue * rate / 100 for revenue, rate in zip(revenues, rates, strict=True)]
    commissions, shares = spread(coin(sum(rated, NOUGHT)), rated), spread(spent, revenues)
    return [
        NetLine(line.name, Net(revenues[at], costs[at], shares[at], commissions[at], int(line.cost is None)))
        for at, line in enumerate(lines)
    ]


def _own(cost: Decimal, contract: Contract, quote: Quote) -> Decimal:
    """A sum of the quote in the company's own currency, at the rate of the contract where both are in one currency."""
    if quote.currency == contract.currency and contract.amount:
        return coin(cost * contract.worth / contract.amount)
    return convert(cost, quote.currency, on=contract.signed_on)
