"""What documents store, held against what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.currency import OWN
from haike.kernel.entity import Label
from haike.kernel.period import today
from haike.money.check.books import NOUGHT, Books, add, coins
from haike.money.check.finding import Finding, stored
from haike.money.check.lines import check_lines
from haike.money.invoice.record import Invoice
from haike.money.payment.record import Allocation, Payment
from haike.money.plan.record import PaymentPlan
from haike.sales.contract.record import Contract, Delivery
from haike.sales.opportunity.record import OpportunityLine
from haike.sales.order.record import CANCELLED, Order, OrderLine
from haike.sales.quote.record import Quote, QuoteLine

Check = Callable[[Books], Iterator[Finding]]


def quotes(books: Books) -> Iterator[Finding]:
    """Quotes with their lines."""
    for quote in books.quotes.values():
        yield from check_lines(QuoteLine, quote, books.quote_lines.get(quote.id, []))
        yield from _worth(books, Quote, quote, quote.total, quote.quoted_on)


def chances(books: Books) -> Iterator[Finding]:
    """Opportunities with their products."""
    for chance in books.chances.values():
        yield from check_lines(OpportunityLine, chance, books.chance_lines[chance.id], "amount")


def orders(books: Books) -> Iterator[Finding]:
    """Orders with their lines, what has gone out and what was paid."""
    for order in books.orders.values():
        lines = books.order_lines.get(order.id, [])
        yield from check_lines(OrderLine, order, lines)
        out = books.delivered(order.id)
        for line in lines:
            yield from stored(OrderLine, line, {"delivered": out[line.key]}, f"{order.number} / {line.key}")
        some, due = [(line.quantity, out[line.key]) for line in lines], books.due(order)
        shipping = "none"
        if any(gone for _ordered, gone in some):
            shipping = "done" if all(gone >= ordered for ordered, gone in some) else "part"
        plans, _invoices = books.of("order", order.id)
        received = sum((books.received(plan) for plan in plans), NOUGHT)
        payment = "part" if received > 0 else "none"
        if received >= due:
            payment = "over" if received > due else "paid"
        if order.state == CANCELLED and payment == "paid":
            payment = ""
        yield from stored(Order, order, {"due": due, "shipping": shipping, "received": received, "payment": payment})
        if order.state in ("signed", "closed"):
            yield from _worth(books, Order, order, order.total, order.signed_on)


def contracts(books: Books) -> Iterator[Finding]:
    """Contracts with their deliveries and what was paid."""
    for contract in books.contracts.values():
        parts = books.deliveries.get(contract.id, [])
        done = [each for each in parts if each.delivered_on is not None]
        state = "nothing" if not done else "all" if len(done) == len(parts) else "part"
        plans, _invoices = books.of("contract", contract.id)
        received = sum((books.received(plan) for plan in plans), NOUGHT)
        plain = {"delivered": add(done, "amount"), "delivery_state": state, "received": received}
        yield from stored(Contract, contract, plain)
        yield from _worth(books, Contract, contract, contract.amount, contract.signed_on)
        yield from _numbers(Delivery, parts, contract.number)


def sources(books: Books) -> Iterator[Finding]:
    """What contracts and orders keep of their plans, payments and invoices."""
    for name, model, rows in (("order", Order, books.orders), ("contract", Contract, books.contracts)):
        for source in rows.values():
            plans, invoices = books.of(name, source.id)
            worth = sum((add(books.on_plan.get(plan.id, ()), "worth") for plan in plans), NOUGHT)
            plain = {"planned": add(plans, "amount"), "received_worth": worth, "invoiced": add(invoices, "amount")}
            yield from stored(model, source, plain)
            yield from _numbers(PaymentPlan, plans, source.number)
            for each in (*plans, *invoices):
                if (each.customer_id, each.currency) != (source.customer_id, source.currency):
                    yield Finding(each.number, _("Customer"), each.customer_id, source.customer_id)


def plans(books: Books) -> Iterator[Finding]:
    """What was received on payment plans."""
    for plan in books.plans.values():
        still_open = books.still_open(plan)
        state = "paid" if still_open <= 0 else "open" if still_open == plan.amount else "part"
        plain = {"received": books.received(plan), "off": books.off(plan), "open": still_open, "state": state}
        part = coins(plan.worth * still_open / plan.amount, OWN())
        yield from stored(PaymentPlan, plan, {**plain, "open_worth": part})
        yield from _worth(books, PaymentPlan, plan, plan.amount, plan.due_on)
        if still_open < 0:
            yield Finding(f"{PaymentPlan._meta.verbose_name} {plan.number}", _("Paid too much"), -still_open, NOUGHT)


def payments(books: Books) -> Iterator[Finding]:
    """How payments were used, and what of them is prepaid."""
    for paid in books.payments.values():
        own = add(books.of_payment.get(paid.id, ()), "taken")
        rest = books.rest(paid)
        used = own if paid.refund_of_id else books.taken(paid)
        yield from stored(Payment, paid, {"used": used, "refunded": books.back(paid), "rest": rest})
        yield from _worth(books, Payment, paid, paid.amount, paid.on)
        if rest < 0:
            yield Finding(f"{Payment._meta.verbose_name} {paid.number}", _("Spread more than was paid"), -rest, NOUGHT)
        if paid.refund_of_id and paid.refund_of_id not in books.payments:
            yield Finding(f"{Payment._meta.verbose_name} {paid.number}", _("Pays back"), paid.refund_of_id, None)


def allocations(books: Books) -> Iterator[Finding]:
    """Whether what lies on plans is one and the same money there and in the payment."""
    for row in books.allocations:
        paid, plan = books.payments.get(row.payment_id), books.plans.get(row.plan_id)
        if paid is None or plan is None:
            yield Finding(f"{Allocation._meta.verbose_name} {row.id}", _("Payment"), row.payment_id, None)
            continue
        name = f"{paid.number} → {plan.number}"
        plain: dict[str, Any] = {"currency": plan.currency, "paid_in": paid.currency}
        if plan.currency == paid.currency:
            plain["taken"] = row.amount
        if paid.refund_of_id is None and (worth := books.worth(row.amount, row, paid.on)) is not None:
            plain["worth"] = worth
        yield from stored(Allocation, row, plain, name)
        if paid.customer_id != plan.customer_id:
            yield Finding(f"{Allocation._meta.verbose_name} {name}", _("Customer"), paid.customer_id, plan.customer_id)


def invoices(books: Books) -> Iterator[Finding]:
    """What invoices are worth, and whether those of one contract or order are numbered once."""
    for row in books.invoices:
        yield from _worth(books, Invoice, row, row.amount, row.issued_on)
    for name, rows in (("order", books.orders), ("contract", books.contracts)):
        some: dict[int, list[Any]] = {}
        for row in books.invoices:
            if (key := getattr(row, f"{name}_id")) is not None:
                some.setdefault(key, []).append(row)
        for key, mine in some.items():
            if key in rows:
                yield from _numbers(Invoice, mine, rows[key].number)


def bought(books: Books) -> Iterator[Finding]:
    """What customers have bought in all, this year, and when last."""
    sold: dict[int, list[tuple[date, Decimal]]] = {}
    for order in books.orders.values():
        if order.state in ("signed", "closed") and order.signed_on is not None:
            worth = order.worth
            if order.state == "closed" and order.total:
                worth = coins(order.worth * books.due(order) / order.total, "CNY")
            sold.setdefault(order.customer_id, []).append((order.signed_on, worth))
    names = ("id", "number", "bought_on", "bought_year", "bought_total")
    rows: Any = Customer._base_manager.filter(deleted_at__isnull=True).order_by("pk").values_list(*names, named=True)
    for row in rows.iterator(chunk_size=5000):
        mine, year = sold.get(row.id, []), today().year
        plain = {
            "bought_on": max((day for day, _worth in mine), default=None),
            "bought_year": sum((worth for day, worth in mine if day.year == year), NOUGHT),
            "bought_total": sum((worth for _day, worth in mine), NOUGHT),
        }
        yield from stored(Customer, row, plain)


def _worth(books: Books, model: Any, row: Any, amount: Decimal, day: Any) -> Iterator[Finding]:
    if (worth := books.worth(amount, row, day)) is not None:
        yield from stored(model, row, {"worth": worth})


def _numbers(model: Any, rows: Iterable[Any], number: str) -> Iterator[Finding]:
    """A number within a contract or order is given once."""
    for instalment, times in Counter(row.instalment for row in rows).items():
        if times > 1:
            yield Finding(f"{number} / {instalment}", model._meta.verbose_name, times, 1)


DOCUMENTS: dict[Label, Check] = {
    _("Opportunities"): chances,
    _("Quotes"): quotes,
    _("Orders and shipments"): orders,
    _("Contracts and deliveries"): contracts,
    _("Sums of contracts and orders"): sources,
    _("Payment plans"): plans,
    _("Payments"): payments,
    _("Payments on plans"): allocations,
    _("Invoices"): invoices,
    _("What customers have bought"): bought,
}
