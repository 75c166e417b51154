"""The kinds of record for which groups and rules are offered; rooms below name theirs."""

from __future__ import annotations

from haike.kernel.entity import Entity, Label, entity_named

_offered: list[str] = []


def offer_groups(*labels: str) -> None:
    """Offer groups and rules for these kinds of record."""
    _offered.extend(label for label in labels if label not in _offered)


def offered() -> list[Entity]:
    """The kinds of record, in the order of their rooms."""
    return [entity for label in _offered if (entity := entity_named(label)) is not None]


def is_offered(label: str) -> bool:
    """Whether there are groups of this kind of record."""
    return label in _offered


def entity_choices() -> list[tuple[str, Label]]:
    """For the forms of groups and rules."""
    return [(entity.label, entity.label_plural) for entity in offered()]
