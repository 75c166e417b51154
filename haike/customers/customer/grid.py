"""Many customers at once, each with the contact in its line: the grid of customers."""

from __future__ import annotations

import copy
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.contact.record import Contact
from haike.customers.customer.actions import CONTACT, quick_create
from haike.customers.customer.record import Customer
from haike.exchange.grid.declare import Grid, declare_grid
from haike.kernel.entity import entity_of
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.screens.form import demanded_names

COLUMNS = [
    "name",
    f"{CONTACT}name",
    f"{CONTACT}post",
    f"{CONTACT}mobile",
    "phone",
    "region",
    "address",
    "source",
    "remark",
]


def grid_looks(user: Actor) -> dict[str, Look]:
    """The columns that the user may fill in."""
    customers, contacts = entity_of(Customer).editable_by(user), entity_of(Contact).editable_by(user)
    found = {}
    for column in [*COLUMNS, *(name for name in demanded_names(entity_of(Customer)) if name not in COLUMNS)]:
        name = column.removeprefix(CONTACT)
        looks = contacts if column.startswith(CONTACT) else customers
        if name in looks and not looks[name].by_file:
            found[column] = copy.copy(looks[name])
    if f"{CONTACT}name" in found:
        found[f"{CONTACT}name"].label = _("Contact person")
        found[f"{CONTACT}name"].required = False
    return found


def make(*, by: Actor, values: dict[str, Any]) -> Customer:
    """The customer of a line with its contact."""
    person = {name.removeprefix(CONTACT): value for name, value in values.items() if name.startswith(CONTACT)}
    own = {name: value for name, value in values.items() if not name.startswith(CONTACT)}
    return quick_create(by=by, contact=person, **own)


declare_grid(Grid("customers.customer", _("Several customers"), COLUMNS, looks=grid_looks, make=make))
