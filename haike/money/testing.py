"""Contracts, orders and money for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from haike.kernel.entity import entity_of
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.sales.contract.record import ACTIVE, Contract
from haike.sales.order.record import SIGNED, Order
from haike.sales.testing import make_order


def make_contract(by: Any, customer: Any, amount: str = "10000", **values: Any) -> Contract:
    """A contract in force."""
    subject = values.pop("subject", "设备采购合同")
    entity = entity_of(Contract)
    made = entity.create(by=by, customer=customer, subject=subject, amount=Decimal(amount), **values)
    signed: Contract = entity.change(made, by=by, state=ACTIVE, signed_on=values.get("signed_on") or date(2026, 1, 5))
    return signed


def make_signed_order(by: Any, customer: Any, amount: str = "10000", **values: Any) -> Order:
    """A signed order of one line."""
    made = make_order(by, customer, {"name": "冷凝机组", "quantity": "1", "price": amount, "tax_rate": "0"}, **values)
    signed: Order = entity_of(Order).change(made, by=by, state=SIGNED)
    return signed


def make_plan(by: Any, amount: str, **values: Any) -> PaymentPlan:
    """A planned payment."""
    made: PaymentPlan = entity_of(PaymentPlan).create(by=by, amount=Decimal(amount), **values)
    return made


def make_payment(by: Any, amount: str, **values: Any) -> Payment:
    """A payment of today."""
    made: Payment = entity_of(Payment).create(by=by, amount=Decimal(amount), **values)
    return made
