"""The product tree and the rights by product group, kept in the process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from haike.catalog.access.record import ProductAccess
from haike.catalog.category.record import ProductCategory
from haike.kernel.log import listeners
from haike.kernel.policy import WRITES, Actor
from haike.kernel.versioned import Versioned, bump
from haike.people.grants import RoleGrants

VERSION = "catalog"


@dataclass(frozen=True)
class Rule:
    """One right by product group: the roles and users (keys) it is about, and the keys of all categories it opens."""

    roles: frozenset[int]
    users: frozenset[int]
    sees: frozenset[int]
    edits: frozenset[int]


@dataclass(frozen=True, eq=False)
class Tree:
    """The live categories in the order of the tree, and the rules."""

    categories: tuple[ProductCategory, ...]
    rules: tuple[Rule, ...]
    names: dict[int, str]
    """The whole path of each category by its key: "Shoes/Boots"."""

    def below(self, keys: Iterable[int]) -> frozenset[int]:
        """The keys of these categories and of all below them."""
        tops = {f"/{key}/" for key in keys}
        return frozenset(each.pk for each in self.categories if any(top in each.path for top in tops))

    def limit(self, user: Actor, action: str) -> tuple[int, ...] | None:
        """The categories in whose products somebody may act so; None is all of them and those without a category."""
        if user.pk is None or not isinstance(user.grants, RoleGrants):
            return None
        found = [rule for rule in self.rules if user.pk in rule.users]
        if not found:
            by_role = {role: [rule for rule in self.rules if role in rule.roles] for role in user.grants.role_ids}
            # The widest of his roles counts, as everywhere.
            if not all(by_role.values()):
                return None
            found = [rule for rules in by_role.values() for rule in rules]
            if not found:
                return None
        writes = action in WRITES or action in ("create", "import")
        return tuple(sorted({key for rule in found for key in (rule.edits if writes else rule.sees)}))


def _read() -> Tree:
    rows = list(ProductCategory.objects.live().order_by("position", "id"))
    children: dict[int | None, list[ProductCategory]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[ProductCategory] = []
    names: dict[int, str] = {}
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        names[row.pk] = f"{names[row.parent_id]}/{row.name}" if row.parent_id else row.name
        waiting += reversed(children.get(row.pk, []))
    plain = Tree(tuple(ordered), (), names)
    rules = []
    for access in ProductAccess.objects.live().prefetch_related("roles", "users", "sees", "edits"):
        roles, users, sees, edits = (
            frozenset(each.pk for each in some.all())
            for some in (access.roles, access.users, access.sees, access.edits)
        )
        rules.append(Rule(roles, users, plain.below(sees | edits), plain.below(edits)))
    return Tree(tuple(ordered), tuple(rules), names)


tree: Versioned[Tree] = Versioned(VERSION, _read)


def note_change(label: str, action: str, rows: Any) -> None:
    """Tell every process that the tree or the rights in it have changed; called for every row of the change log."""
    if label in (ProductCategory._meta.label_lower, ProductAccess._meta.label_lower):
        bump(VERSION)


listeners.append(note_change)
