"""Groups of companies: who belongs to whom, and sums over all that belong to a customer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import DEEPEST, Customer
from haike.find.prepared import Counted
from haike.kernel.policy import Actor
from haike.kernel.record import entity_policy

MOST_MEMBERS = 500


@dataclass
class Member:
    """A customer in the tree of its group; `depth` 0 is the one looked at."""

    customer: Customer
    depth: int
    sums: list[Decimal] = field(default_factory=list)


@dataclass(frozen=True)
class RollUp:
    """An amount that is added up over a group: `amounts(customers, user)` gives it by the customer's key."""

    label: str | Promise
    amounts: Callable[[Sequence[Customer], Actor], dict[int, Decimal]]


def _column(name: str) -> Callable[[Sequence[Customer], Actor], dict[int, Decimal]]:
    def amounts(customers: Sequence[Customer], user: Actor) -> dict[int, Decimal]:
        right = Customer._haike_entity.right(user, name)  # type: ignore[attr-defined]
        return {customer.pk: getattr(customer, name) for customer in customers} if right in ("read", "edit") else {}

    return amounts


ROLL_UPS: list[RollUp] = [
    RollUp(_("Credit limit"), _column("credit_limit")),
    RollUp(_("Debt"), _column("debt")),
]
"""What is added up; rooms below append theirs (contracts, payments)."""


def members(top: Customer, user: Actor) -> list[Member]:
    """The customer and all below it that the user sees, each under its parent, with sums of itself and those below."""
    below: dict[int, list[Customer]] = {}
    level, count = [top.pk], 1
    for __ in range(DEEPEST):
        rows = list(
            Customer.objects.visible_to(user)
            .filter(parent__in=level)
            .order_by("name_pinyin", "id")[: MOST_MEMBERS - count]
        )
        if not rows:
            break
        for row in rows:
            below.setdefault(row.parent_id, []).append(row)
        level, count = [row.pk for row in rows], count + len(rows)
    found: list[Member] = []

    def walk(customer: Customer, depth: int) -> None:
        found.append(Member(customer, depth))
        for child in below.get(customer.pk, []):
            walk(child, depth + 1)

    walk(top, 0)
    add_up(found, user)
    return found


def add_up(tree: list[Member], user: Actor) -> None:
    """Give each member of a tree, parents before children, the sums of itself and all below it."""
    customers = [member.customer for member in tree]
    for roll_up in ROLL_UPS:
        own = roll_up.amounts(customers, user)
        for member in tree:
            member.sums.append(own.get(member.customer.pk, Decimal(0)))
        # The tree lists parents before children, so going backwards each sum is complete when it is handed up.
        by_key = {member.customer.pk: member for member in tree}
        for member in reversed(tree):
            above = member.customer.parent_id
            if member.depth and above is not None:
                by_key[above].sums[-1] += member.sums[-1]


def belonging(user: Actor) -> Counted:
    """How many customers belong to one directly."""
    return Counted(
        ("below", entity_policy(Customer).key(user)), partial(Customer.objects.visible_to, user), "parent_id"
    )
