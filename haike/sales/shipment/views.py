"""Acts on shipments: shipping an order, its note on paper, correcting what a line cost."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.catalog.policy import COST
from haike.chinese.phone import display
from haike.customers.paper.letter import sender
from haike.exchange.exported import trace
from haike.kernel.currency import money_text
from haike.kernel.entity import Section, entity_of
from haike.kernel.look import look_for
from haike.kernel.period import today
from haike.people.pages import ask
from haike.refused import Refused
from haike.sales.order.record import SIGNED, Order
from haike.sales.shipment.actions import CORRECT, addressee, correct_cost
from haike.sales.shipment.margin import share_of
from haike.sales.shipment.open import everything_open
from haike.sales.shipment.record import CostCorrection, Shipment, ShipmentLine
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import Typed
from haike.screens.table import EntityWords

ASKED = ("lines", "shipped_on", "carrier", "waybill", "receiver", "phone", "address", "remark")


def ship_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ship what is left of an order, or some of it."""
    user, entity = cast(Any, request.user), entity_of(Shipment)
    order = find_record(entity_of(Order), user, pk)
    if not entity.policy.may(user, "create"):
        raise Http404
    if order.state != SIGNED:
        return refused_page(request, Refused(_("Only a signed order is shipped.")))
    lines = everything_open(order, ShipmentLine)
    if not lines:
        return refused_page(request, Refused(_("Everything of this order has been shipped.")))
    able = entity.editable_by(user)

    def act(typed: Typed) -> HttpResponse:
        made = entity.create(by=user, order=order, **typed.values)
        told = _("Shipment %(number)s of order %(order)s is under way.")
        return done(request, told % {"number": made.number, "order": order.number}, entity.url_of(made), record=made)

    return ask(
        request,
        {name: able[name] for name in ASKED if name in able},
        act,
        title=_("Ship order %(number)s") % {"number": order.number},
        back_url=entity_of(Order).url_of(order),
        start={"lines": lines, "shipped_on": today(), **addressee(order, user)},
        button=_("Ship"),
        sections=[Section("", ["lines"]), Section(_("Delivery"), list(ASKED[1:]))],
        entity=EntityWords.of(entity),
    )


def note_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The delivery note, with amounts where they are asked for and the reader may see them; a POST notes that it is
    printed."""
    user, entity = cast(Any, request.user), entity_of(Shipment)
    shipment = find_record(entity, user, pk, action="print", joins=["order", "customer"])
    order, orders = shipment.order, entity_of(Order)
    may = orders.right(user, "total") in ("read", "edit") and orders.right(user, "lines") in ("read", "edit")
    priced = may and request.GET.get("amounts") == "1"
    printed = request.method == "POST"
    lines = list(ShipmentLine.objects.filter(document=pk).select_related("order_line", "product").order_by("position"))
    shares = [share_of(line, "total", order.currency) for line in lines]
    context = {
        "shipment": shipment,
        "order": order,
        "back": entity.url_of(shipment),
        "entity": entity,
        "sender": sender(),
        "carrier": entity.looks["carrier"].text(shipment.carrier),
        "phone": display(shipment.phone) if shipment.phone else "",
        "priced": priced,
        "may_price": may,
        "rows": [
            (line, quantity_text(line.quantity), money_text(share, order.currency))
            for line, share in zip(lines, shares, strict=True)
        ],
        "total": money_text(sum(shares), order.currency),
        "export": trace(user, entity.label, "print", words=shipment.number, rows=1) if printed else None,
    }
    return render(request, "sales/shipment/note.html", context)


def cost_view(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Correct what a shipped line cost."""
    user, entity = cast(Any, request.user), entity_of(Shipment)
    shipment = find_record(entity, user, pk)
    row = ShipmentLine.objects.filter(document=shipment.pk, pk=line).first()
    if row is None or not user.grants.may_do(COST) or not user.grants.may_do(CORRECT):
        raise Http404
    looks = {
        "cost": look_for(cast(Any, ShipmentLine._meta.get_field("cost"))),
        "reason": look_for(cast(Any, CostCorrection._meta.get_field("reason"))),
    }

    def act(typed: Typed) -> HttpResponse:
        correct_cost(row, cost=typed.values.get("cost"), reason=typed.values.get("reason") or "", by=user)
        return done(request, _("The cost of “%(name)s” is corrected.") % {"name": row.name}, entity.url_of(shipment))

    return ask(
        request,
        looks,
        act,
        title=_("Correct what “%(name)s” cost") % {"name": row.name},
        back_url=entity.url_of(shipment),
        start={"cost": row.cost, "reason": ""},
        entity=EntityWords.of(entity),
    )
