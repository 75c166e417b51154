"""Whole numbers as addresses and forms send them."""

MOST_DIGITS = 18
"""So many fit into every database's key."""


def whole(text: str | None) -> int | None:
    """The number, or None for what is not made of a few plain digits ("²" and "٣" are digits to Python too)."""
    return int(text) if text and len(text) <= MOST_DIGITS and text.isascii() and text.isdigit() else None
