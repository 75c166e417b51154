"""Which documents are printed by templates, and which columns their lines may show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entity_named
from haike.papers.panel import PANEL


@dataclass(frozen=True)
class Kind:
    """A kind of document on paper: its title without a template, and the fields that stand below the title.

    `more` are placeholders beside those that all kinds have, with what they stand for; `more_facts(document, user)`
    gives their texts, as far as the user may read them.
    """

    entity: str
    title: str | Promise
    facts: Sequence[str]
    more: Mapping[str, str | Promise] = field(default_factory=dict)
    more_facts: Callable[[Any, Any], Mapping[str, str]] | None = None


KINDS: dict[str, Kind] = {}
COLUMNS: dict[str, str | Promise] = {
    "place": _("No."),
    "number": _("Product number"),
    "name": _("Product or name"),
    "spec": _("Specification"),
    "brand": _("Brand"),
    "unit": _("Unit"),
    "quantity": _("Quantity"),
    "list_price": _("List price"),
    "discount": _("Discount (%)"),
    "price": _("Price"),
    "amount": _("Amount"),
    "tax_rate": _("Tax (%)"),
    "tax": _("Tax"),
    "remark": _("Remark"),
}
USUAL = ("place", "name", "spec", "unit", "quantity", "price", "amount", "remark")
"""The columns without a template."""


def print_by_template(kind: Kind) -> Kind:
    """Let the records of an entity be printed by templates; rooms below say so once for each of theirs."""
    KINDS[kind.entity] = kind
    return kind


def add_sent() -> None:
    """What was sent of a document is a tab of its page; the rooms below have named their kinds by now."""
    for label in KINDS:
        entity = entity_named(label)
        if isinstance(entity, Entity):
            entity.panels.append(PANEL)


def kind_choices() -> list[tuple[str, Any]]:
    """The kinds by the names of their entities."""
    found = [(label, entity_named(label)) for label in KINDS]
    return [(label, entity.name) for label, entity in found if isinstance(entity, Entity)]
