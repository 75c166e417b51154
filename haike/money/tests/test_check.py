"""The check of the books: nothing to say of what people did, and it names each sum that was broken."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db.models import F

from haike.catalog.testing import make_product
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.kernel.record import writer
from haike.money.check import chances, reports
from haike.money.check.books import Books
from haike.money.check.chances import CHANCES
from haike.money.check.documents import DOCUMENTS
from haike.money.check.reports import REPORTS
from haike.money.check.run import check_books
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan
from haike.money.payment.actions import pay_back
from haike.money.testing import make_contract, make_payment, make_plan
from haike.people.models import ExchangeRate
from haike.people.testing import Staff
from haike.sales.models import Contract, Delivery, Opportunity, Order, OrderLine, Quote, ShipmentLine
from haike.sales.testing import make_opportunity, make_shipment, make_signed_order
from haike.site.cli import main

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M7", "X9")]


def haike() -> Result:
    return CliRunner().invoke(main, ["money", "check"])


@pytest.fixture
def busy(staff: Staff) -> Any:
    """A customer with a little of everything."""
    boss, customer = staff.boss, make_customer(staff.boss)
    rate = {"currency": "USD", "on": today().replace(year=today().year - 1), "rate": Decimal("7.1")}
    change.create(ExchangeRate, by=System("test"), **rate)
    product = make_product(boss, price=Decimal("333.33"), cost_price=Decimal("200.07"))
    lines = (
        {"product": product.pk, "quantity": "3", "price": "333.33", "tax_rate": "13"},
        {"name": "铜管", "quantity": "7.5", "price": "11.11", "tax_rate": "6"},
    )
    order = make_signed_order(boss, customer, *lines, discount=Decimal("97.5"))
    make_shipment(boss, order, {order.lines[0].key: 2})
    make_signed_order(boss, customer, *lines, currency="USD", by_hand=Decimal("1000"))
    quotes = entity_of(Quote)
    quoted = quotes.looks["lines"].from_json(list(lines), boss)
    quotes.create(by=boss, customer=customer, subject="冷库", lines=quoted, taxed=False)
    contract = make_contract(boss, customer, "1000")
    entity_of(Delivery).create(by=boss, contract=contract, content="安装", amount=Decimal(400), delivered_on=today())
    plan = make_plan(boss, "600.50", contract=contract)
    make_payment(boss, "100", currency="USD", plan=plan)
    paid = make_payment(boss, "700", order=order)
    pay_back(paid, amount=Decimal(50), by=boss)
    make_payment(boss, "30", customer=customer)
    entity_of(Invoice).create(by=boss, order=order, amount=Decimal(300))
    make_opportunity(boss, customer, amount=Decimal(5000), closes_on=today())
    won = make_opportunity(boss, customer, amount=Decimal(700))
    entity_of(Opportunity).change(won, by=boss, state="won")
    return contract


def test_what_people_did_agrees(busy: Any) -> None:
    assert [finding.text() for finding in check_books()] == []
    said = haike()
    assert said.exit_code == 0, said.output
    assert "0" in said.output.splitlines()[-1]


BREAKS: list[tuple[Any, str]] = [
    (Order, "received"), (Order, "planned"), (Order, "due"), (Order, "total"), (Order, "invoiced"), (Order, "worth"),
    (Order, "received_worth"), (OrderLine, "delivered"), (OrderLine, "tax"), (OrderLine, "total"), (Quote, "net"),
    (Contract, "received"), (Contract, "delivered"), (Contract, "planned"), (PaymentPlan, "open"),
    (PaymentPlan, "received"), (Payment, "rest"), (Payment, "used"), (Payment, "worth"), (Allocation, "taken"),
    (Allocation, "worth"), (Customer, "bought_total"), (Invoice, "amount"), (ShipmentLine, "quantity"),
    (Quote, "worth"), (Invoice, "worth"), (PaymentPlan, "worth"), (PaymentPlan, "open_worth"),
]  # fmt: skip


def test_each_broken_sum_is_told_with_its_number(busy: Any, savepoint: Callable[[], Any]) -> None:
    for model, field in BREAKS:
        with savepoint(), writer():
            rows = model._base_manager.exclude(**{field: 0})
            row = rows.filter(state="issued").first() if model is Invoice else rows.order_by("-pk").first()
            # Less by one where the database itself forbids more.
            shift = Decimal(-1) if field in ("delivered", "quantity", "rest", "open") else Decimal("0.01")
            if (model, field) == (OrderLine, "delivered"):
                row = rows.filter(delivered__gt=0).first()
            model._base_manager.filter(pk=row.pk).update(**{field: F(field) + shift})
            books = Books()
            found = [finding.text() for check in DOCUMENTS.values() for finding in check(books)]
            assert found, f"{model.__name__}.{field}"
            if hasattr(row, "number") and model is not Invoice:
                assert any(row.number in text for text in found), f"{model.__name__}.{field}: {found}"
    with writer():
        Contract._base_manager.filter(pk=busy.pk).update(invoiced=Decimal("0.01"))
    said = haike()
    assert said.exit_code == 1
    assert busy.number in said.output


def test_reports_are_held_against_the_documents(busy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books without documents disagree with every report, for each has something to show."""
    books = Books()
    customers = list(reports._dealing(books))
    monkeypatch.setattr(reports, "_dealing", lambda _books: customers)
    monkeypatch.setattr(chances, "_chances", list)
    for name, nothing in {"contracts": {}, "plans": {}, "payments": {}, "allocations": [], "order_lines": {}}.items():
        books.__dict__[name] = nothing
    agree = [check for check in {**REPORTS, **CHANCES}.values() if not list(check(books))]
    assert agree == [reports.grouping]
    books.__dict__["orders"] = {}
    assert list(reports.grouping(books))
