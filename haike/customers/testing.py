"""Customers and contacts for tests."""

from __future__ import annotations

from typing import Any

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.people.user.record import User


def make_customer(by: User, name: str = "深圳市海蓝科技有限公司", **values: Any) -> Customer:
    """A customer that belongs to the one who makes it."""
    made: Customer = entity_of(Customer).create(by=by, name=name, **values)
    return made


def make_contact(by: User, customer: Customer, name: str = "王小明", **values: Any) -> Contact:
    """A contact at a customer."""
    made: Contact = entity_of(Contact).create(by=by, customer=customer, name=name, **values)
    return made
