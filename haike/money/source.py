"""What money is for: a contract or an order. Each keeps the sums of its plans, payments and invoices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Label, entity_of
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.contract import record as contracts
from haike.sales.contract.actions import next_instalment
from haike.sales.contract.record import Contract
from haike.sales.order import record as orders
from haike.sales.order.record import Order

Source = Contract | Order
Key = tuple[str, int]
"""The name of the field and the key of the record: ("order", 5)."""
SOURCES: dict[str, type[Source]] = {"contract": Contract, "order": Order}
IN_FORCE = {
    "contract": (contracts.ACTIVE, contracts.CLOSED),
    "order": (orders.SIGNED, orders.CLOSED),
}
DRAFTS = {"contract": contracts.DRAFT, "order": orders.DRAFT}
NOT_THERE: dict[str, Label] = {
    "contract": _("This contract is not there for you."),
    "order": _("This order is not there for you."),
}
NOT_IN_FORCE: dict[str, Label] = {
    "contract": _("This contract is not in force."),
    "order": _("This order is not signed, or was cancelled."),
}


def name_of(source: Source) -> str:
    """The field of a document that names this kind of source."""
    return "contract" if isinstance(source, Contract) else "order"


def key_of(document: Any) -> Key | None:
    """What a plan, payment or invoice is for; None for one about a customer alone."""
    for name in SOURCES:
        if (key := getattr(document, f"{name}_id")) is not None:
            return name, key
    return None


def keys_of(documents: Iterable[Any]) -> list[Key]:
    """What these documents are for, each once and in the order in which everybody locks them."""
    return sorted({key for key in map(key_of, documents) if key is not None})


def source_of(values: Mapping[str, Any]) -> Source | None:
    """What a new document is for; refuses two at once."""
    found = [values[name] for name in SOURCES if values.get(name) is not None]
    if len(found) > 1:
        no = _("This is about a contract or about an order, not about both.")
        raise Refused(fields=dict.fromkeys(SOURCES, no))
    return found[0] if found else None


def about(source: Source) -> dict[str, Any]:
    """What a document about this source says first."""
    return {name_of(source): source}


def begins(source: Source) -> dict[str, Any]:
    """What the form of a new document about this source begins with: keys and the currency."""
    return {"customer": source.customer_id, name_of(source): source.pk, "currency": source.currency}


def amount_of(source: Source) -> Decimal:
    """What is to be paid in all."""
    return source.amount if isinstance(source, Contract) else source.due


def due_unplanned(source: Source) -> date | None:
    """From which day on what nobody has planned is due: of an order from its signing on, of a contract never."""
    return source.signed_on if isinstance(source, Order) else None


def owed() -> Q:
    """Plans that are owed: of what is in force, and those about a customer alone. Not of drafts and cancelled ones."""
    found = Q()
    for name, states in IN_FORCE.items():
        there = Q(**{f"{name}__state__in": states, f"{name}__deleted_at__isnull": True})
        found &= Q(**{f"{name}__isnull": True}) | there
    return found


def in_force(source: Source, *, drafts: bool = False) -> bool:
    """Whether it takes money: it is signed and not cancelled. Plans are made for drafts too."""
    name = name_of(source)
    return source.state in IN_FORCE[name] or (drafts and source.state == DRAFTS[name])


def demand(source: Source, by: Actor, *, drafts: bool = False) -> None:
    """Refuse what the writer does not see and what takes no money."""
    name = name_of(source)
    if not entity_of(type(source)).policy.allows(by, "view", source):
        raise Refused(fields={name: NOT_THERE[name]})
    if not in_force(source, drafts=drafts):
        raise Refused(fields={name: NOT_IN_FORCE[name]})


def number_in(model: Any, values: dict[str, Any]) -> None:
    """Give a new document its number within its source, and the currency of that; within a transaction."""
    source = source_of(values)
    if source is not None:
        values["instalment"] = next_instalment(model, source)
        values["currency"] = source.currency


def locked(key: Key) -> Source:
    """The source as it is now; others who write money of it wait, so within a transaction."""
    name, pk = key
    found: Source = SOURCES[name]._base_manager.select_for_update().get(pk=pk)
    return found
