"""What reports show of the money, held against the documents: as the reader who sees everything has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.currency import OWN
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.kernel.selection import Selection
from haike.money.ageing.report import BY, Row, read_ageing
from haike.money.check.books import NOUGHT, Books, add, by, coins
from haike.money.check.documents import Check
from haike.money.check.finding import Finding, shown
from haike.money.debt import debt_of
from haike.money.payment.record import Payment
from haike.money.source import IN_FORCE, SOURCES
from haike.money.statement.ledger import read_ledger
from haike.money.truth.sums import Sums, totals
from haike.people.currency.rates import convert
from haike.sales.contract.record import Contract
from haike.sales.lines.lists import lines_of_orders, lines_of_shipments
from haike.sales.order.record import Order
from haike.sales.shipment.margins import margins_for
from haike.sales.value.settle import bought_since

READER = System("check of the books")
YEAR = 365
BUCKETS = ("-", "1-30", "31-60", "61-90", "90+")


def _dealing(books: Books) -> Iterator[Any]:
    """The customers about whom there are documents, and those who are said to owe something."""
    kinds = (books.orders, books.contracts, books.plans, books.payments)
    stands: Any = Customer._base_manager.exclude(opening_debt=0, debt=0, prepaid=0).order_by()
    documents = {row.customer_id for rows in kinds for row in rows.values()}
    keys = sorted(documents.union(stands.values_list("pk", flat=True)))
    for at in range(0, len(keys), 500):
        rows: Any = Customer._base_manager.filter(pk__in=keys[at : at + 500], deleted_at__isnull=True)
        yield from rows.order_by("pk")


def statements(books: Books) -> Iterator[Finding]:
    """Statements of account: what was owed and paid in each month, and the balance at the end."""
    plain = _entries(books)
    opened, rests = _balances(books)
    for customer in _dealing(books):
        said: dict[Any, Decimal] = {}
        closings: dict[str, Decimal] = {}
        for account in read_ledger(customer, READER).accounts(date.min, date.max):
            closings[account.currency] = account.closing
            for month in account.months:
                said[account.currency, f"{month.first:%Y-%m}", "+"] = month.debit
                said[account.currency, f"{month.first:%Y-%m}", "-"] = month.credit
        name, mine = f"{_('Statement of account')} {customer}", plain.get(customer.pk, {})
        if customer.opening_debt:
            mine = {**mine, (OWN(), f"{date.min:%Y-%m}", "+"): customer.opening_debt}
        yield from shown(name, said, mine)
        due = {code: amount - rests[customer.pk][code] for code, amount in opened[customer.pk].items()}
        due |= {code: -amount for code, amount in rests[customer.pk].items() if code not in due}
        due[OWN()] = due.get(OWN(), NOUGHT) + customer.opening_debt
        yield from shown(name, closings, due)


def _entries(books: Books) -> dict[int, dict[Any, Decimal]]:
    """By customer what each month adds to the debt and takes off it."""
    found: dict[int, dict[Any, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for name, rows in (("order", books.orders), ("contract", books.contracts)):
        for source in rows.values():
            plans, _invoices = books.of(name, source.id)
            left = books.asked(name, source) - add(plans, "amount")
            if books.in_force(name, source.id) and left > 0:
                day = source.signed_on or timezone.localtime(source.created_at).date()
                found[source.customer_id][source.currency, f"{day:%Y-%m}", "+"] += left
    for plan in books.plans.values():
        owed = plan.amount if _owed(books, plan) else books.received(plan) + books.off(plan)
        found[plan.customer_id][plan.currency, f"{plan.due_on:%Y-%m}", "+"] += owed
    for paid in books.payments.values():
        month, mine = f"{paid.on:%Y-%m}", found[paid.customer_id]
        mine[paid.currency, month, "-"] += paid.amount
        for row in books.of_payment.get(paid.id, ()):
            mine[row.currency, month, "-"] += row.off
            if row.currency != row.paid_in:
                mine[row.paid_in, month, "-"] -= row.taken
                mine[row.currency, month, "-"] += row.amount
    return found


def _owed(books: Books, plan: Any) -> bool:
    if plan.order_id is not None:
        return books.in_force("order", plan.order_id) is not None
    return plan.contract_id is None or books.in_force("contract", plan.contract_id) is not None


def _balances(books: Books) -> tuple[Any, Any]:
    """By customer and currency what is open, planned or not, and what is prepaid."""
    opened: Any = defaultdict(lambda: defaultdict(Decimal))
    rests: Any = defaultdict(lambda: defaultdict(Decimal))
    for name, rows in (("order", books.orders), ("contract", books.contracts)):
        for source in rows.values():
            if books.in_force(name, source.id):
                left = books.asked(name, source) - add(books.of(name, source.id)[0], "amount")
                opened[source.customer_id][source.currency] += max(left, NOUGHT)
    for plan in books.plans.values():
        if _owed(books, plan):
            opened[plan.customer_id][plan.currency] += books.still_open(plan)
    for paid in books.payments.values():
        rests[paid.customer_id][paid.currency] += books.rest(paid)
    return opened, rests


def ageing(books: Books) -> Iterator[Finding]:
    """What is open by how late it is, for each customer and owner."""
    for way in BY:
        plain: dict[Any, Decimal] = defaultdict(Decimal)
        for plan in books.plans.values():
            still_open = books.still_open(plan)
            # Drafts and what was cancelled owe nothing.
            keys = [(name, key) for name in SOURCES if (key := getattr(plan, f"{name}_id")) is not None]
            owed = all(books.in_force(name, key) for name, key in keys)
            if still_open > 0 and plan.archived_at is None and owed:
                days = (today() - plan.due_on).days
                bucket = BUCKETS[(days > 0) + (days > 30) + (days > 60) + (days > 90)]
                plain[getattr(plan, f"{way}_id"), bucket] += convert(still_open, plan.currency)
        rows, whole = read_ageing(READER, way)
        said = {(key, bucket): row.sums[at] for key, row in rows.items() for at, bucket in enumerate(BUCKETS)}
        yield from shown(_("Ageing"), said, plain)
        yield from shown(_("Ageing"), {way: _total(rows)}, {way: whole.total})


def _total(rows: dict[Any, Row]) -> Decimal:
    return sum((row.total for row in rows.values()), NOUGHT)


def truth(books: Books) -> Iterator[Finding]:
    """The truth line by owner, department, customer and of each document."""
    for way in ("owner", "department", "customer", "id"):
        plain: dict[Any, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        said: dict[Any, Sums] = {}
        queries = {name: model._base_manager.filter(deleted_at__isnull=True) for name, model in SOURCES.items()}
        rows = {name: some.filter(state__in=IN_FORCE[name]) for name, some in queries.items()}
        for name, some in (("order", books.orders), ("contract", books.contracts)):
            none = {each: model._base_manager.none() for each, model in SOURCES.items()} | {name: rows[name]}
            for key, sums in totals(none["contract"], none["order"], way).items():
                said[name, key] = sums
            for source in some.values():
                if books.in_force(name, source.id):
                    key = source.id if way == "id" else getattr(source, f"{way}_id")
                    for what, amount in _truth_of(books, name, source).items():
                        plain[name, key][what] += amount
        for whose in {**plain, **said}:
            line = said.get(whose, Sums())
            amounts = {what: getattr(line, what) for what in plain[whose]}
            yield from shown(f"{_('Truth line')} {way} {whose}", amounts, plain[whose])


def _truth_of(books: Books, name: str, source: Any) -> dict[str, Decimal]:
    plans, invoices = books.of(name, source.id)
    agreed = books.asked(name, source)
    if name == "order":
        shipped, whole = books.gone_out(source), source.total
    else:
        done = [each for each in books.deliveries.get(source.id, ()) if each.delivered_on is not None]
        shipped, whole = add(done, "amount"), source.amount
    found = {
        "contracted" if name == "contract" else "ordered": agreed, "shipped": shipped,
        "invoiced": add(invoices, "amount"),
        "received": sum((books.received(plan) for plan in plans), NOUGHT),
        "off": sum((books.off(plan) for plan in plans), NOUGHT),
    }  # fmt: skip
    if source.currency == OWN() or not whole:
        return found
    return {what: coins(amount * source.worth / whole, OWN()) for what, amount in found.items()}


def margins(books: Books) -> Iterator[Finding]:
    """The margin of what was shipped, order by order."""
    for customer in _dealing(books):
        for each in margins_for(READER, customer.pk):
            order = each.order
            lines = {line.key: line for line in books.order_lines.get(order.pk, ())}
            net = cost = NOUGHT
            for row in books.shipped.get(order.pk, ()):
                line = lines.get(row.key)
                if row.cost is not None and line is not None:
                    net += coins(line.net * row.quantity / line.quantity, order.currency)
                    cost += coins(row.cost * row.quantity, order.currency)
            said = {"net": each.margin.net, "cost": each.margin.cost, "left": each.margin.left}
            yield from shown(f"{_('Margin')} {order.number}", said, {"net": net, "cost": cost, "left": net - cost})


def debts(books: Books) -> Iterator[Finding]:
    """What each customer owes and has prepaid, as it is stored and as credit limits are held by it."""
    opened, rests = _balances(books)
    for customer in _dealing(books):
        prepaid = sum((convert(amount, code) for code, amount in rests[customer.pk].items()), NOUGHT)
        mine: dict[str, Decimal] = defaultdict(Decimal)
        for sums, sign in ((opened, 1), (rests, -1)):
            for code, amount in sums[customer.pk].items():
                mine[code] += sign * amount
        owed = sum((convert(amount, code) for code, amount in mine.items()), customer.opening_debt)
        said = {"debt": customer.debt, "prepaid": customer.prepaid, "limit": debt_of(customer)}
        yield from shown(f"{_('Debt')} {customer}", said, {"debt": owed, "prepaid": prepaid, "limit": owed})


def lists(books: Books) -> Iterator[Finding]:
    """The totals under lists, and the lists of lines."""
    for model, rows in ((Order, books.orders), (Contract, books.contracts), (Payment, books.payments)):
        entity, active = entity_of(model), [row for row in rows.values() if row.archived_at is None]
        said = Selection.from_query(entity, READER, {}).sums()
        yield from shown(entity.name, said, {name: add(active, name) for name in said})
    for listed, lines in ((lines_of_orders(READER), _ordered(books)), (lines_of_shipments(READER), _shipped(books))):
        found: dict[str, Decimal] = defaultdict(Decimal)
        for line in listed.rows({}).iterator(chunk_size=2000):
            assert listed.amount is not None
            currency, amount = listed.amount(line)
            found[currency] += amount
        yield from shown(listed.title, found, lines)


def _ordered(books: Books) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for order in books.orders.values():
        if books.in_force("order", order.id):
            found[order.currency] += add(books.order_lines.get(order.id, ()), "total")
    return found


def _shipped(books: Books) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for key, rows in books.shipped.items():
        if (order := books.orders.get(key)) is not None:
            lines = {line.key: line for line in books.order_lines.get(key, ())}
            for row in rows:
                # Of a line that the order does not have any more nothing is left.
                if (line := lines.get(row.key)) is not None:
                    found[order.currency] += coins(line.total * row.quantity / line.quantity, order.currency)
    return found


def grouping(books: Books) -> Iterator[Finding]:
    """From what the groups of customers are made: number, last day and amount of the orders of a year."""
    since = today() - timedelta(days=YEAR)
    sold = [row for row in books.orders.values() if row.state in ("signed", "closed") and row.signed_on is not None]
    mine = by((row for row in sold if row.signed_on >= since), "customer_id")
    said = dict(bought_since(since))
    for key in {**mine, **said}:
        rows, one = mine.get(key, []), said.get(key)
        amounts = [coins(row.worth * books.due(row) / row.total, "CNY") if row.total else row.worth for row in rows]
        plain = {"orders": len(rows), "last": max((row.signed_on for row in rows), default=None)}
        plain["amount"] = sum(amounts, NOUGHT)
        shows = {"orders": one.orders, "last": one.last, "amount": coins(Decimal(one.amount), "CNY")} if one else {}
        yield from shown(f"{Customer._meta.verbose_name} {key}", shows, plain)


REPORTS: dict[Any, Check] = {
    _("Statement of account"): statements,
    _("Ageing"): ageing,
    _("Truth line"): truth,
    _("Margin"): margins,
    _("Debt"): debts,
    _("Totals of lists"): lists,
    _("Groups of customers"): grouping,
}
