"""A record of every entity, made with as little as its declaration demands.

The contract tests walk all registered entities; a new one is tested without a line here, as long as its required
fields can be filled by kind.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from haike.customers.models import Customer
from haike.kernel.dictionary import words_of
from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import ChoiceLook, Look, PersonLook, PickLook, ReferenceLook
from haike.money.models import Payment, PaymentPlan
from haike.sales.testing import make_signed_order

_serial = count(1)


def value_for(look: Look, by: Any) -> Any:
    """A plausible value for one field."""
    number = next(_serial)
    if look.example:
        return look.parse(look.example, by)
    if isinstance(look, PersonLook):
        return by
    if isinstance(look, ReferenceLook):
        entity = look.entity
        if entity is None or look.multiple:
            return []
        # What somebody may not make, such as a price class, he takes from what is there.
        may = entity.policy.may(by, "create")
        return make(entity, by=by) if may else entity.model.objects.visible_to(by).first()
    if isinstance(look, PickLook) and not look.multiple:
        return next(iter(words_of(look.field.dictionary)), None)
    if isinstance(look, ChoiceLook) and not look.multiple:
        return next(iter(look.options()), None)
    kinds: dict[str, Any] = {
        "number": 1 + number % 90,
        "money": number,
        # Long over, however many samples were made before (some thousand in a run): a day of signing never lies in
        # the future.
        "date": date(2001, 1, 1) + timedelta(days=number),
        "datetime": timezone.now(),
        "yesno": True,
        "phone": f"138{number:08}",
        "email": f"sample{number}@example.com",
        "url": "https://example.com/",
        "region": "",
        "choices": [],
        "longtext": f"样例文字 {number}",
    }
    return kinds.get(look.kind, f"样例{number}" if look.name != "username" else f"sample{number}")


def money_about(entity: Entity, by: Any) -> dict[str, Any]:
    """Documents of money are about somebody: a plan and the payment on it about the same customer."""
    customer = {"customer": make(entity_of(Customer), by=by)}
    if entity.label != "money.allocation":
        return customer
    return {
        **{name: make_of(model, by, customer) for name, model in (("payment", Payment), ("plan", PaymentPlan))},
        "amount": Decimal(1), "off": Decimal(0),
    }  # fmt: skip


def make_of(model: Any, by: Any, values: dict[str, Any]) -> Any:
    """A record with these values."""
    entity = entity_of(model)
    return entity.create(by=by, **{**sample_values(entity, by), **values})


def sample_values(entity: Entity, by: Any) -> dict[str, Any]:
    """The required fields and what the title is made of."""
    shipped = (
        {"order": make_signed_order(by, make(entity_of(Customer), by=by))}
        if entity.label in ("sales.shipment", "sales.saleexpense")
        else {}
    )
    found = shipped | {
        name: value_for(look, by)
        for name, look in entity.editable_by(by).items()
        if name not in shipped and (look.required or name == entity.title or name in entity.titled_by)
    }
    if entity.label.startswith("money.") and entity.label != "money.plantemplate":
        found |= money_about(entity, by)
    if entity.label == "handover.keeperrule":
        found["people"] = [by]
    # One of three lists of people must be filled, and no single one of them is required.
    if entity.label == "pools.territory":
        found["sellers"] = [by]
    if entity.label == "pools.assignmentrule":
        # A rule leads to somebody.
        return {**found, "people": [by], "how": "turn", "pool": None}
    return {**found, "managers": [by]} if entity.label == "pools.pool" else found


def make(entity: Entity, *, by: Any) -> Any:
    """A record through the same door as form, import and API."""
    return entity.create(by=by, **sample_values(entity, by))
