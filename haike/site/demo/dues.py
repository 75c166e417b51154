"""Money of the sample company: payment plans from templates, what was paid of them, and invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from haike.kernel.currency import OWN
from haike.money.invoice.record import DRAFT, ISSUED
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan, PlanTemplate
from haike.money.plan.actions import parts_of
from haike.money.plan.record import numbers_in, state_of
from haike.money.source import Source, about, amount_of
from haike.site.demo.books import Books
from haike.site.demo.chance import spread

NOUGHT = Decimal(0)
MANNERS = spread({"transfer": 78, "draft": 10, "wechat": 6, "alipay": 4, "cash": 2}, 100)
INVOICES = spread({"digital_special": 55, "special": 30, "digital_ordinary": 15}, 100)
TEMPLATES = (
    ("prepaid", "款到发货", "100", "0"),
    ("deposit", "定金三成，货到付清", "30/70", "0/30"),
    ("monthly", "月结 30 天", "100", "30"),
    ("contract", "预付、到货、质保", "30/60/10", "0/60/180"),
)
KINDS = {1: ("delivery",), 2: ("deposit", "final"), 3: ("advance", "progress", "retention")}


@dataclass(frozen=True)
class Terms:
    """How an amount is split: shares in percent and the days from the first on."""

    shares: Sequence[Decimal]
    days: Sequence[int]


def terms_of(template: PlanTemplate) -> Terms:
    """What a template says."""
    return Terms(numbers_in(template.shares) or [], [int(day) for day in numbers_in(template.days) or []])


def key_of_source(source: Source) -> tuple[str, int]:
    """What tells contracts and orders apart without keeping them."""
    return type(source).__name__, source.pk


class Dues:
    """Writes into the books, and keeps the sums that follow in plans, payments and their sources."""

    def __init__(self, books: Books, today: date) -> None:
        self.books, self.today, self.chance, self.own = books, today, books.chance, OWN()
        self._invoices: dict[Any, int] = defaultdict(int)

    def plan(self, source: Source, terms: Terms, start: date) -> list[PaymentPlan]:
        """Plan all of a contract or order."""
        found = []
        parts = parts_of(amount_of(source), terms.shares)
        for place, (part, day) in enumerate(zip(parts, terms.days, strict=True)):
            found.append(self.books.add(
                PaymentPlan, source.customer, start, customer=source.customer, **about(source), instalment=place + 1,
                kind=KINDS[len(parts)][place], amount=part, open=part, worth=part, open_worth=part,
                due_on=start + timedelta(days=day), currency=self.own,
            ))  # fmt: skip
        source.planned += sum(parts, NOUGHT)
        return found

    def pay(self, source: Source, plan: PaymentPlan, on: date, amount: Decimal, *, more: Decimal = NOUGHT) -> Payment:
        """The customer has paid so much of a plan, and `more` in advance."""
        made = self._payment(
            source.customer, on, amount + more, kind=plan.kind, plan=plan, used=amount, rest=more, **about(source)
        )
        self._put_on(source, made, plan, amount, on)
        return made

    def pay_ahead(self, customer: Any, on: date, amount: Decimal) -> Payment:
        """Money for which there is no plan yet."""
        return self._payment(customer, on, amount, kind="advance", rest=amount)

    def pay_back(self, source: Source, paid: Payment, plan: PaymentPlan, on: date, amount: Decimal) -> Payment:
        """So much of a payment on a plan goes back to the customer."""
        made = self._payment(
            source.customer,
            on,
            -amount,
            kind=paid.kind,
            used=-amount,
            refund_of=paid,
            remark="多付款项退回",
            **about(source),
        )
        paid.used, paid.refunded = paid.used - amount, paid.refunded + amount
        self._put_on(source, made, plan, -amount, on)
        return made

    def invoice(self, source: Source, on: date, amount: Decimal, *, issued: bool = True) -> None:
        """An invoice of the whole or a part; one that is not issued yet does not count."""
        customer = source.customer
        key = key_of_source(source)
        self._invoices[key] += 1
        code = f"{self.chance.number(24_0000_0000, 26_9999_9999):010}{self.chance.number(0, 9_999_999_999):010}"
        self.books.add(
            Invoice, customer, on, customer=customer, **about(source), instalment=self._invoices[key],
            kind=self.chance.pick(INVOICES), buyer=customer.name, tax_number=customer.tax_number, amount=amount,
            worth=amount, issued_on=on, code=code if issued else "", state=ISSUED if issued else DRAFT,
            currency=self.own,
        )  # fmt: skip
        if issued:
            source.invoiced += amount

    def _payment(self, customer: Any, on: date, amount: Decimal, **values: Any) -> Payment:
        made: Payment = self.books.add(
            Payment, customer, on, customer=customer, amount=amount, on=on, worth=amount, currency=self.own,
            manner=self.chance.pick(MANNERS), payer=customer.name, **values,
        )  # fmt: skip
        return made

    def _put_on(self, source: Source, payment: Payment, plan: PaymentPlan, amount: Decimal, on: date) -> None:
        self.books.add(
            Allocation, source.customer, on, payment=payment, plan=plan, amount=amount, taken=amount, worth=amount,
            currency=self.own, paid_in=self.own,
        )  # fmt: skip
        plan.received += amount
        plan.open = plan.open_worth = plan.amount - plan.received
        plan.state = state_of(plan.amount, plan.open)
        source.received += amount
        source.received_worth += amount
