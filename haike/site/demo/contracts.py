"""The contracts of the sample company, with deliveries, instalments, payments and invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from haike.sales.contract.record import ACTIVE, ALL, CANCELLED, CLOSED, DRAFT, NOTHING, PART
from haike.sales.models import Contract, Delivery
from haike.site.demo.books import Books
from haike.site.demo.dues import NOUGHT, Dues, Terms

SOLD = (
    ("标签耗材年度供应合同", "frame", "标签耗材", 4),
    ("条码打印设备采购合同", "sale", "条码打印设备", 2),
    ("打印设备年度维保合同", "maintenance", "维保服务", 4),
    ("仓库条码系统实施合同", "project", "系统实施", 3),
)
"""Subject, kind, what is delivered and in how many parts."""
WHAT = {"标签耗材": "标签", "条码打印设备": "条码打印机"}
"""A word of the products of which they are; services are none."""
AMOUNTS = (18_000, 36_000, 48_500, 64_800, 96_000, 128_000, 215_600, 380_000)
FATES = ("active", "active", "closed", "draft", "ending", "overdue", "closed", "active", "active", "cancelled")


class SampleContracts:
    """Writes contracts with all that follows into the books."""

    def __init__(self, books: Books, dues: Dues, terms: Terms, products: Sequence[Any]) -> None:
        self.books, self.dues, self.terms, self.chance = books, dues, terms, books.chance
        known = {
            content: next((each.pk for each in products if word in each.name), None) for content, word in WHAT.items()
        }
        self.products: dict[str, int | None] = known

    def contract(self, customer: Any, place: int) -> None:
        """One contract in the state that is in turn."""
        fate, today = FATES[place % len(FATES)], self.dues.today
        ages = {"closed": (280, 364), "draft": (0, 12), "overdue": (90, 170), "ending": (338, 360)}.get(fate, (10, 250))
        day = today - timedelta(days=self.chance.number(*ages))
        subject, kind, content, parts = self.chance.pick(SOLD)
        amount = Decimal(self.chance.pick(AMOUNTS)) + Decimal("0.00")
        signed = fate != "draft"
        state = {"draft": DRAFT, "closed": CLOSED, "cancelled": CANCELLED}.get(fate, ACTIVE)
        made: Contract = self.books.add(
            Contract, customer, day, customer=customer, contact_id=customer.main_contact_id, subject=subject, kind=kind,
            amount=amount, worth=amount, currency=self.dues.own, state=state, signer_id=customer.owner_id,
            signed_on=day if signed else None, starts_on=day, ends_on=day + timedelta(days=364),
            payment_terms="预付 30%，到货验收 60%，质保金 10%。",
        )  # fmt: skip
        if state in (ACTIVE, CLOSED):
            self._deliver(made, day, content, parts, whole=state == CLOSED)
            self._pay(made, day, late=fate == "overdue")

    def _deliver(self, contract: Contract, day: date, content: str, parts: int, *, whole: bool) -> None:
        share, done = (contract.amount / parts).quantize(Decimal("0.01")), 0
        for number in range(1, parts + 1):
            last = number == parts
            amount = contract.amount - share * (parts - 1) if last else share
            due = day + timedelta(days=14 + 240 // parts * (number - 1))
            on = due + timedelta(days=self.chance.number(-3, 6))
            there = whole or on <= self.dues.today
            self.books.add(
                Delivery, contract.customer, day, contract=contract, instalment=number,
                product_id=self.products.get(content),
                content=f"{content}第{number}批",
                amount=amount, worth=amount, currency=self.dues.own, due_on=due,
                delivered_on=min(on, self.dues.today) if there else None,
            )  # fmt: skip
            if there:
                contract.delivered, done = contract.delivered + amount, done + 1
        contract.delivery_state = ALL if done == parts else PART if done else NOTHING

    def _pay(self, contract: Contract, day: date, *, late: bool) -> None:
        for place, plan in enumerate(self.dues.plan(contract, self.terms, day)):
            on = max(plan.due_on + timedelta(days=self.chance.number(-2, 15)), day)
            if on > self.dues.today or (late and place):
                continue
            paid = self.dues.pay(contract, plan, on, plan.amount)
            self.dues.invoice(contract, paid.on, plan.amount)
        if contract.received == NOUGHT:
            self.dues.invoice(contract, self.dues.today, contract.amount, issued=False)
