"""Paths of categories as people write them: "鞋/靴子", "Shoes > Boots"."""

from __future__ import annotations

from haike.catalog.category.record import DIVIDERS
from haike.sheets.values import clean_text


def names_of(text: str) -> list[str]:
    """The names of a path, from the top down."""
    for divider in DIVIDERS[1:]:
        text = text.replace(divider, DIVIDERS[0])
    return [name for part in text.split(DIVIDERS[0]) if (name := clean_text(part))]
