"""How shipments are shown, found and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.customers.customer.queries import days_within, people_side
from haike.customers.customer.record import Customer
from haike.kernel.change import FOLLOWERS, GUARDS
from haike.kernel.entity import Button, Category, Entity, Panel, Related, Section, SideGroup, entity_of
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor, Policy
from haike.refused import Refused
from haike.sales.after import terms, visit
from haike.sales.order.progress import NOT_SHIPPED
from haike.sales.order.record import CANCELLED, DRAFT, Order
from haike.sales.shipment import actions, record
from haike.sales.shipment.flow import ShipmentFlow
from haike.sales.shipment.margins import order_figure
from haike.sales.shipment.panel import shipped_panel, warranty_panel
from haike.sales.shipment.record import Shipment

LONG = timedelta(days=7)
"""After so many days somebody asks where the goods are."""
TAB = ["number", "shipped_on", "lines", "carrier", "waybill", "state", "signed_for_on"]


def _panel(request: HttpRequest, shipment: Any) -> str:
    return shipped_panel(shipment, request.user)


class ShipmentPolicy(Policy):
    """Who sees an order sees its shipments, and ships it where his role lets him."""

    through = "order"


class ShipmentEntity(Entity):
    """Shipments are made from their order, listed by what is still under way."""

    model, flow, policy_class = Shipment, ShipmentFlow, ShipmentPolicy
    slug, icon, title = "shipments", "truck-delivery", "number"
    titled_by = ["number"]
    columns = [
        "number", "order", "customer", "lines", "shipped_on", "carrier", "waybill", "state", "signed_for_on",
        "created_at",
    ]  # fmt: skip
    sort = "-shipped_on"
    categories = {
        "under_way": Category(_("Under way"), Q(state=record.SHIPPED)),
        "long": Category(
            _("Under way for a week"), lambda _user: Q(state=record.SHIPPED, shipped_on__lte=today() - LONG)
        ),
        "signed": Category(record.STATES[record.SIGNED_FOR], Q(state=record.SIGNED_FOR)),
        "visit": Category(_("After-sale visit due"), lambda _user: terms.visit_due(), sort="visit_on"),
        "this_month": Category(_("Shipped this month"), lambda _user: days_within("shipped_on", "this_month")),
    }
    sections = [
        Section(
            _("Shipment"),
            ["number", "order", "customer", "shipped_on", "carrier", "waybill", "receiver", "phone", "address", "lines",
             "remark"],
        ),
        Section(pgettext_lazy("shipment", "Signed for"), ["signed_for_on", "signed_for_by", "visit_on", "visited_on"]),
    ]  # fmt: skip
    facts = ["order", "customer", "shipped_on", "carrier", "waybill"]
    badges = ["state"]
    settled = ["visit_on", "visited_on"]
    once = ["order"]
    search = ["number", "waybill", "customer__name"]
    importable = False
    in_create_menu = False
    help_page = "orders"
    synonyms = {"waybill": ("运单号", "快递单号", "物流单号"), "carrier": ("快递公司", "承运商")}
    panels = [Panel("goods", _("What is shipped"), _panel, icon="package")]

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, entity_of(Order).label)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.write_shipment(by=by, batch=batch, **values)

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        return actions.change_shipment(record, by=by, **values)

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.remove_shipment(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.restore_shipment(record, by=by)

    def taken_back(self, records: list[Any]) -> None:
        actions.taken_back(records)

    def list_buttons(self, user: Actor) -> list[Button]:
        return [Button(_("Lines of shipments"), f"{self.url}lines", "list-details")]

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        found = [*visit.buttons(self, record, user)]
        if record.deleted_at is not None or not self.policy.allows(user, "print", record):
            return found
        return [*found, Button(_("Delivery note"), f"{self.url_of(record)}note", "printer")]


def refused_orders(
    entity: Entity, records: Sequence[Any], touched: set[str] | None, by: Actor
) -> Mapping[int, Refused]:
    """An order of which something went out is no draft again and not cancelled, also not by an undo."""
    if entity.model is not Order or touched is None or "state" not in touched:
        return {}
    no = Refused(_("Something of this order has been shipped. Delete the shipments first."))
    bad = (DRAFT, CANCELLED)
    return {i: no for i, order in enumerate(records) if order.state in bad and order.shipping != NOT_SHIPPED}


FOLLOWERS.extend([actions.write_lines, terms.follower])
GUARDS.append(refused_orders)
type(entity_of(Order)).figure_sources.append(order_figure)
entity_of(Order).tabs.append(Related("sales.shipment", "order", columns=TAB))
entity_of(Customer).tabs.append(Related("sales.shipment", "customer", columns=["order", *TAB]))
entity_of(Customer).panels.append(Panel("warranty", _("Warranty"), warranty_panel, icon="shield-check"))
