"""The product tree inside the editor of lines: categories with their products, and packages."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.access.held import tree
from haike.catalog.package.offer import offered_packages
from haike.catalog.price import sellable
from haike.catalog.product.record import Product
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.kernel.selection import Selection
from haike.screens.module import is_off

MOST_SHOWN = 200
"""So many products of a category are shown; further ones are found by a word."""
MOST_LOOKED_AT = 5_000
"""So many of all that search finds are looked through for those of the category."""


def shelf(user: Any) -> dict[str, Any]:
    """The categories that the user sees, the packages offered to him, and where he makes a product, if he may."""
    limit = tree().limit(user, "view")
    categories = [
        {"id": each.pk, "name": each.name, "depth": each.depth}
        for each in tree().categories
        if limit is None or each.pk in limit
    ]
    packages = [
        {
            "id": each.pk,
            "name": each.name,
            "hint": each.remark[:80],
            "price": money_text(each.total, each.currency) if each.priced else str(_("single prices")),
        }
        for each in offered_packages(user)
    ]
    products = entity_of(Product)
    may = products.policy.may(user, "create") and not is_off(products.label)
    return {"categories": categories, "packages": packages, "create_url": f"{products.url}new" if may else ""}


def products_below(user: Any, category: int, words: str) -> list[Any]:
    """The sellable products of a category and of those below it, by name; with words those that search finds."""
    rows = sellable(user).filter(category__in=tree().below([category]))
    if words:
        selection = Selection(entity_of(Product), user, words=words, sort=entity_of(Product).sort)
        rows = rows.filter(pk__in=list(islice(selection.find.ids(), MOST_LOOKED_AT)))
    return list(rows.order_by("name_pinyin", "id")[:MOST_SHOWN])
