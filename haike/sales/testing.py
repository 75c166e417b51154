"""Leads and opportunities for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from haike.kernel.entity import entity_of
from haike.sales.lead.record import Lead
from haike.sales.opportunity.record import Opportunity
from haike.sales.order.record import SIGNED, Order
from haike.sales.shipment.record import Shipment, ShipmentLine


def make_lead(by: Any, company: str = "东莞市长青五金制品有限公司", **values: Any) -> Lead:
    """A lead that belongs to the one who makes it."""
    made: Lead = entity_of(Lead).create(by=by, company=company, **values)
    return made


def make_opportunity(by: Any, customer: Any, title: str = "冷库设备采购", **values: Any) -> Opportunity:
    """An opportunity that belongs to the one who makes it, in the first stage of the usual pipeline."""
    made: Opportunity = entity_of(Opportunity).create(by=by, customer=customer, title=title, **values)
    return made


def make_order(by: Any, customer: Any, *lines: dict[str, Any], **values: Any) -> Order:
    """A draft order of one line, or of those that are given as for the API."""
    entity = entity_of(Order)
    said = list(lines) or [{"name": "安装调试", "quantity": "2", "price": "100"}]
    typed = entity.looks["lines"].from_json(said, by)
    made: Order = entity.create(by=by, customer=customer, **{"subject": "冷库设备", "lines": typed, **values})
    return made


def make_signed_order(by: Any, customer: Any, *lines: dict[str, Any], **values: Any) -> Order:
    """An order in force."""
    signed: Order = entity_of(Order).change(make_order(by, customer, *lines, **values), by=by, state=SIGNED)
    return signed


def make_shipment(by: Any, order: Order, quantities: dict[int, Any] | None = None, **values: Any) -> Shipment:
    """A shipment of today: of all that is left, or of so much of the lines, by their keys."""
    if quantities is not None:
        values["lines"] = [ShipmentLine(key=key, quantity=Decimal(many)) for key, many in quantities.items()]
    made: Shipment = entity_of(Shipment).create(by=by, order=order, **values)
    return made
