"""What a quote, order or contract begins with that is made from an opportunity."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from haike.digits import whole
from haike.kernel.entity import entity_named, entity_of
from haike.kernel.policy import Actor
from haike.sales.opportunity.record import Opportunity
from haike.sales.quote.actions import copied_lines
from haike.screens.form import BEGINNINGS

CARRIED = {"subject": "title", "customer": "customer", "currency": "currency", "amount": "amount"}


def begun_with(label: str, user: Actor, query: Mapping[str, str]) -> dict[str, Any]:
    """What a document has of the opportunity that its form's address names: customer, subject, amount and products."""
    key, entity, chances = whole(query.get("opportunity")), entity_named(label), entity_of(Opportunity)
    if key is None or entity is None or not chances.policy.may(user, "view"):
        return {}
    rows: Any = Opportunity.objects.visible_to(user)
    found = rows.filter(pk=key).select_related("customer").first()
    if found is None:
        return {}
    readable = {name for name in (*CARRIED.values(), "lines") if chances.right(user, name) in ("edit", "read")}
    values = {name: getattr(found, of) for name, of in CARRIED.items() if of in readable and name in entity.looks}
    if "customer" in values and not entity.looks["customer"].choosable(user).filter(pk=found.customer_id).exists():  # type: ignore[attr-defined]
        del values["customer"]
    if "lines" in entity.looks and "lines" in readable and found.lines:
        model: Any = entity.looks["lines"].field
        values |= {"lines": copied_lines(found.lines, model.line_model), "taxed": found.taxed}
    return values


BEGINNINGS.update({label: partial(begun_with, label) for label in ("sales.quote", "sales.order", "sales.contract")})
