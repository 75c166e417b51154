"""Which columns a list shows."""

from __future__ import annotations

from typing import Any

from haike.kernel.entity import Entity
from haike.kernel.look import Look


def columns_shown(entity: Entity, user: Any, choice: Any, tab: str = "") -> dict[str, Look]:
    """Columns by name: the user's own choice or the entity's, without hidden ones; the title comes first.

    A tab with an order of its own shows what it is ordered by, beside the title.
    """
    names = list(choice.columns if choice and choice.columns else entity.columns)
    order = entity.categories_for(user)[tab].sort.lstrip("-") if tab else ""
    if order in entity.looks and order not in names:
        names.insert(0, order)
    if entity.title in entity.looks and entity.title in names:
        names.remove(entity.title)
        names.insert(0, entity.title)
    known = [name for name in names if name.split("__")[0] in entity.looks]
    return {name: entity.look_at(name) for name in known if entity.right(user, name) != "hidden"}
