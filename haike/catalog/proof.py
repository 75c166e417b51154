"""What rights by product group mean, said a second time for the check of rights, row by row.

The rules share no line with `haike.catalog.access.held` and `haike.catalog.policy`.
"""

from __future__ import annotations

from typing import Any

from haike.catalog.access.record import ProductAccess
from haike.people.proof.oracle import CHANGING, KEPT, RULES, Oracle
from haike.screens.module import is_off


def _rules_about(oracle: Oracle, user: int) -> list[ProductAccess] | None:
    """The rules that narrow somebody, None where he sees all: his own, or else those of each of his roles."""
    if "product access" not in oracle.memory:
        oracle.memory["product access"] = list(ProductAccess._base_manager.filter(deleted_at=None))
    rules = oracle.memory["product access"]
    own = [rule for rule in rules if rule.users.filter(pk=user).exists()]
    if own:
        return own
    found: list[ProductAccess] = []
    for role in oracle.roles_of(user):
        his = [rule for rule in rules if rule.roles.filter(pk=role.pk).exists()]
        if not his:
            return None
        found += his
    return found or None


def _lies_in(category: Any, rule: ProductAccess, action: str) -> bool:
    """Whether a category is one of those that a rule opens for an act, or lies below one."""
    opened = {each.pk for each in rule.edits.all()}
    if action not in CHANGING:
        opened |= {each.pk for each in rule.sees.all()}
    while category is not None:
        if category.pk in opened:
            return True
        category = category.parent
    return False


def _narrowed(oracle: Oracle, user: int, action: str, category: Any, usual: bool) -> bool:
    rules = _rules_about(oracle, user) if usual else None
    return usual and (rules is None or any(_lies_in(category, rule, action) for rule in rules))


def product_of_his_group(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Who is narrowed to some categories sees and changes only what lies in them."""
    return _narrowed(oracle, user, action, record.category, usual)


def part_of_his_group(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """A unit or price goes with its product."""
    return _narrowed(oracle, user, action, record.product.category, usual)


def branch_of_his(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Nobody hands a category on or shares it; one sees and changes one's own branches."""
    return action not in ("transfer", "share", "approve") and _narrowed(oracle, user, action, record, usual)


def _kept_by(oracle: Oracle, user: int, action: str, record: Any, grant: str) -> bool:
    alive = record.deleted_at is None and oracle.works_here(user) and not is_off(record._meta.label_lower)
    return alive and action not in ("transfer", "share", "approve") and oracle.does(user, grant)


def kept_by_who_keeps_roles(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """These rights are for those who edit roles, whatever else their roles say."""
    return _kept_by(oracle, user, action, record, "roles")


def kept_by_who_keeps_prices(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Everybody knows the price classes; a grant says who sets them up."""
    return usual if action == "view" else _kept_by(oracle, user, action, record, "prices")


RULES["catalog.product"] = product_of_his_group
RULES["catalog.productunit"] = part_of_his_group
RULES["catalog.productprice"] = part_of_his_group
RULES["catalog.productcategory"] = branch_of_his
KEPT["catalog.productaccess"] = "roles"
RULES["catalog.productaccess"] = kept_by_who_keeps_roles


def template_of_who_sets_them_up(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Everybody prints by the templates; a grant says who sets them up."""
    return usual if action == "view" else _kept_by(oracle, user, action, record, "edit_templates")


RULES["catalog.printtemplate"] = template_of_who_sets_them_up
RULES["customers.priceclass"] = kept_by_who_keeps_prices
