"""What the measurements need to know of a company: who sells how much, and what can be searched for.

Run by `python -m bench.facts` with the environment of the company; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haike.site.settings")
django.setup()

from haike.catalog.models import Product  # noqa: E402
from haike.chinese.pinyin import initials  # noqa: E402
from haike.customers.models import Customer  # noqa: E402
from haike.kernel.entity import entity_of  # noqa: E402
from haike.people.models import User  # noqa: E402

WANTED = {"seller": 0.005, "manager": 0.1}
"""The share of all customers that a typical seller and a typical manager see."""


MANY = 100_000
"""Customers of a bulk act."""


def reach(user: Any, counts: dict[int | None, int]) -> int:
    """How many customers somebody sees."""
    scope = entity_of(Customer).policy.scope(user)
    return sum(counts.values()) if scope.everything else sum(counts.get(owner, 0) for owner in scope.owner_ids)


def describe(user: Any) -> dict[str, Any]:
    """A person with the records and words of his own that are measured."""
    rows = Customer.objects.visible_to(user, "edit")
    some = list(
        rows.order_by("-created_at").exclude(phone="", mobile="").values("id", "name", "phone", "mobile")[100:140]
    )
    names = [each["name"] for each in some if len(each["name"]) > 8]
    numbers = [(each["mobile"] or each["phone"]).replace("-", "") for each in some]
    return {
        "username": user.username,
        "ids": [each["id"] for each in some],
        # From the middle of a name: a brand and the beginning of a trade.
        "pieces": [name[3:6] for name in names],
        "phones": [number[4:9] for number in numbers if len(number) > 9],
        "pinyin": [initials(name[2:7]) for name in names if "（" not in name],
    }


def _many(sellers: list[Any], counts: dict[int | None, int]) -> dict[str, Any]:
    """Sellers who have a hundred thousand customers together, or nearly all, and somebody else to take them."""
    ordered = sorted((user.pk for __, ___, user in sellers), key=lambda pk: -counts.get(pk, 0))
    owners, rows = list[int](), 0
    for pk in ordered[:-1]:
        if rows < MANY:
            owners.append(pk)
            rows += counts.get(pk, 0)
    return {"owners": owners, "rows": rows, "heir": ordered[-1]}


def facts() -> dict[str, Any]:
    """Everybody who is measured."""
    counts: dict[int | None, int] = {}
    owned = Customer.objects.live().order_by().values_list("owner_id")
    for owner in User.objects.live().values_list("pk", flat=True):
        counts[owner] = owned.filter(owner_id=owner).count()
    total = Customer.objects.live().count()
    counts[None] = total - sum(counts.values())
    found = {"boss": {**describe(User.objects.get(username="boss")), "sees": total}}
    people: dict[str, list[Any]] = {"seller": [], "manager": []}
    for user in User.objects.live().filter(is_active=True):
        keys = {role.key for role in user.roles.all()}
        for kind, key in (("seller", "sales"), ("manager", "manager")):
            if key in keys:
                people[kind].append((abs(reach(user, counts) - WANTED[kind] * total), user.pk, user))
    for kind, some in people.items():
        user = min(some)[2]
        found[kind] = {**describe(user), "sees": reach(user, counts)}
    products = list(Product.objects.live().filter(on_sale=True).order_by("pk").values_list("pk", flat=True)[:50])
    return {"people": found, "customers": total, "many": _many(people["seller"], counts), "products": products}


if __name__ == "__main__":
    json.dump(facts(), sys.stdout)
