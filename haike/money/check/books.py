"""All live documents as plain rows, read once, and what follows from them by adding up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from haike.catalog.lines.arithmetic import WHOLE as WHOLE_PRICE
from haike.kernel.currency import CURRENCIES, OWN
from haike.money.invoice.record import Invoice
from haike.money.payment.record import Allocation, Payment
from haike.money.plan.record import PaymentPlan
from haike.people.currency.record import ExchangeRate
from haike.sales.contract.record import Contract, Delivery
from haike.sales.opportunity.record import Opportunity, OpportunityLine
from haike.sales.order.record import Order, OrderLine
from haike.sales.quote.record import Quote, QuoteLine
from haike.sales.shipment.record import Shipment, ShipmentLine

NOUGHT = Decimal(0)
LINES = (
    "id", "document_id", "key", "quantity", "list_price", "discount", "price", "amount", "tax_rate", "gift", "fixed",
    "total", "net", "tax", "cost", "product_id", "unit",
)  # fmt: skip
WHOLE = (
    "id",
    "number",
    "customer_id",
    "owner_id",
    "department_id",
    "currency",
    "changed_at",
    "created_at",
    "archived_at",
)
PRICED = ("taxed", "discount", "by_hand", "rounding", "before", "net", "tax", "total", "state")
MONEY = (*WHOLE, "contract_id", "order_id", "amount")
SUMS = ("planned", "received", "received_worth", "invoiced", "worth", "state", "signed_on")


def by(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    """Rows by one of their columns."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def add(rows: Iterable[Any], name: str) -> Decimal:
    """The sum of a column."""
    whole = NOUGHT
    for row in rows:
        whole += getattr(row, name)
    return whole


def coins(amount: Decimal, currency: str) -> Decimal:
    """Rounded to the smallest coin of a currency, halves away from nought."""
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[currency].places), ROUND_HALF_UP)


def _rows(model: Any, *names: str, **where: Any) -> list[Any]:
    """Rows that lie in no recycle bin, as tuples with names."""
    found = model._base_manager.filter(**where).order_by("pk").values_list(*names, named=True)
    return list(found.iterator(chunk_size=5000))


def _live(model: Any, *names: str) -> list[Any]:
    return _rows(model, *names, deleted_at__isnull=True)


class Books:
    """Every kind of document is read when it is first asked for; the answer is what was true at that moment."""

    @cached_property
    def orders(self) -> dict[int, Any]:
        """Orders by key."""
        names = (*WHOLE, *PRICED, "shipping", "payment", "due", *SUMS)
        return {row.id: row for row in _live(Order, *dict.fromkeys(names))}

    @cached_property
    def quotes(self) -> dict[int, Any]:
        """Quotes by key."""
        return {row.id: row for row in _live(Quote, *WHOLE, *PRICED, "worth", "quoted_on")}

    @cached_property
    def chances(self) -> dict[int, Any]:
        """Opportunities with products by key, as documents without a discount on the whole."""
        names = ("id", "number", "currency", "amount", "rounding", "taxed")
        rows = _live(Opportunity, *names)
        plain = {"discount": WHOLE_PRICE, "by_hand": None}
        return {row.id: SimpleNamespace(**row._asdict(), **plain) for row in rows if row.id in self.chance_lines}

    @cached_property
    def chance_lines(self) -> dict[int, list[Any]]:
        """Products by opportunity."""
        return by(_rows(OpportunityLine, *LINES), "document_id")

    @cached_property
    def contracts(self) -> dict[int, Any]:
        """Contracts by key."""
        return {row.id: row for row in _live(Contract, *WHOLE, "amount", "delivered", "delivery_state", *SUMS)}

    @cached_property
    def order_lines(self) -> dict[int, list[Any]]:
        """Lines by order."""
        return by(_rows(OrderLine, *LINES, "delivered"), "document_id")

    @cached_property
    def quote_lines(self) -> dict[int, list[Any]]:
        """Lines by quote."""
        return by(_rows(QuoteLine, *LINES), "document_id")

    @cached_property
    def shipments(self) -> dict[int, Any]:
        """Shipments by key."""
        return {row.id: row for row in _live(Shipment, "id", "number", "order_id", "customer_id", "shipped_on")}

    @cached_property
    def shipped(self) -> dict[int, list[Any]]:
        """What live shipments hold, by order."""
        found: dict[int, list[Any]] = defaultdict(list)
        for row in _rows(ShipmentLine, "id", "document_id", "key", "order_line_id", "quantity", "cost"):
            if row.document_id in self.shipments:
                found[self.shipments[row.document_id].order_id].append(row)
        return found

    @cached_property
    def deliveries(self) -> dict[int, list[Any]]:
        """Deliveries by contract."""
        return by(_live(Delivery, "id", "contract_id", "instalment", "amount", "delivered_on"), "contract_id")

    @cached_property
    def plans(self) -> dict[int, Any]:
        """Payment plans by key."""
        names = (*MONEY, "due_on", "received", "off", "open", "worth", "open_worth", "state", "instalment")
        return {row.id: row for row in _live(PaymentPlan, *names)}

    @cached_property
    def payments(self) -> dict[int, Any]:
        """Payments, and what was paid back, by key."""
        names = (*MONEY, "on", "refund_of_id", "worth", "used", "refunded", "rest")
        return {row.id: row for row in _live(Payment, *names)}

    @cached_property
    def allocations(self) -> list[Any]:
        """What of payments lies on plans."""
        names = ("id", "payment_id", "plan_id", "amount", "off", "taken", "worth", "currency", "paid_in", "changed_at")
        return _live(Allocation, *names)

    @cached_property
    def on_plan(self) -> dict[int, list[Any]]:
        """Allocations by plan."""
        return by(self.allocations, "plan_id")

    @cached_property
    def of_payment(self) -> dict[int, list[Any]]:
        """Allocations by payment."""
        return by(self.allocations, "payment_id")

    @cached_property
    def refunds(self) -> dict[int, list[Any]]:
        """What was paid back, by the payment."""
        return by((row for row in self.payments.values() if row.refund_of_id), "refund_of_id")

    @cached_property
    def invoices(self) -> list[Any]:
        """Invoices."""
        return _live(Invoice, *MONEY, "state", "instalment", "issued_on", "worth")

    def of(self, name: str, key: int) -> tuple[list[Any], list[Any]]:
        """The plans and the issued invoices of a contract or an order."""
        return self._plans_of[name].get(key, []), self._invoices_of[name].get(key, [])

    @cached_property
    def _plans_of(self) -> dict[str, dict[Any, list[Any]]]:
        return {name: by(self.plans.values(), f"{name}_id") for name in ("contract", "order")}

    @cached_property
    def _invoices_of(self) -> dict[str, dict[Any, list[Any]]]:
        issued = [row for row in self.invoices if row.state == "issued"]
        return {name: by(issued, f"{name}_id") for name in ("contract", "order")}

    # -- what follows from the documents ------------------------------------------------------------------------------

    def received(self, plan: Any) -> Decimal:
        """What of payments lies on a plan."""
        return add(self.on_plan.get(plan.id, ()), "amount")

    def off(self, plan: Any) -> Decimal:
        """What was rounded off on a plan."""
        return add(self.on_plan.get(plan.id, ()), "off")

    def still_open(self, plan: Any) -> Decimal:
        """What of a plan is not paid."""
        return Decimal(plan.amount) - self.received(plan) - self.off(plan)

    def back(self, payment: Any) -> Decimal:
        """What of a payment was paid back."""
        return -add(self.refunds.get(payment.id, ()), "amount")

    def taken(self, payment: Any) -> Decimal:
        """What of a payment lies on plans, less what was taken back from them."""
        family = [payment, *self.refunds.get(payment.id, ())]
        return sum((add(self.of_payment.get(each.id, ()), "taken") for each in family), NOUGHT)

    def rest(self, payment: Any) -> Decimal:
        """What of a payment is the customer's prepaid money."""
        if payment.refund_of_id is not None:
            return NOUGHT
        return Decimal(payment.amount) - self.back(payment) - self.taken(payment)

    def delivered(self, order: int) -> dict[int, Decimal]:
        """How much has gone out of each line of an order, by the line's key."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for row in self.shipped.get(order, ()):
            found[row.key] += row.quantity
        return found

    def gone_out(self, order: Any) -> Decimal:
        """What the part of an order costs that has gone out."""
        out, whole = self.delivered(order.id), NOUGHT
        for line in self.order_lines.get(order.id, ()):
            whole += coins(line.total * out[line.key] / line.quantity, order.currency)
        return whole

    def due(self, order: Any) -> Decimal:
        """What is to be paid for an order in all."""
        if order.state == "cancelled":
            return NOUGHT
        return self.gone_out(order) if order.state == "closed" else Decimal(order.total)

    def asked(self, name: str, source: Any) -> Decimal:
        """What is to be paid for a contract or an order in all."""
        return self.due(source) if name == "order" else Decimal(source.amount)

    def in_force(self, name: str, key: int | None) -> Any:
        """The contract or order where it is there, signed and not cancelled."""
        source = (self.orders if name == "order" else self.contracts).get(key or 0)
        return source if source is not None and source.state in ("signed", "active", "closed") else None

    # -- currencies ---------------------------------------------------------------------------------------------------

    @cached_property
    def _rates(self) -> dict[str, list[Any]]:
        names = ("currency", "base", "on", "rate", "changed_at", "deleted_at")
        found = by(_rows(ExchangeRate, *names, base=OWN()), "currency")
        return {code: sorted(some, key=lambda row: row.on) for code, some in found.items()}

    def worth(self, amount: Decimal, row: Any, day: Any) -> Decimal | None:
        """An amount of a document in the company's own currency by the rate of a day.

        None where that cannot be told any more, because a rate was entered or changed after the document.
        """
        if row.currency == OWN():
            return amount
        known = [each for each in self._rates.get(row.currency, ()) if day is not None and each.on <= day]
        if any(each.changed_at > row.changed_at or each.deleted_at is not None for each in known) or not known:
            return None
        return coins(amount * known[-1].rate, OWN())
