"""What a shipment holds, on its page: quantities, and cost and margin for those who may see them."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.catalog.fields import quantity_text
from haike.catalog.policy import COST
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.sales.shipment.actions import CORRECT
from haike.sales.shipment.margin import margin_of, total
from haike.sales.shipment.record import CostCorrection, Shipment, ShipmentLine

MOST_CORRECTIONS = 50
MOST_WARRANTIES = 100


def shipped_panel(shipment: Shipment, user: Any) -> SafeString:
    """The table of lines, and below it who corrected which cost."""
    sees, code = user.grants.may_do(COST), shipment.order.currency
    lines = list(ShipmentLine.objects.filter(document=shipment.pk).select_related("order_line").order_by("position"))
    margins = [margin_of(line, code) for line in lines] if sees else []
    rows = [
        {
            "line": line,
            "quantity": quantity_text(line.quantity),
            "cost": money_text(line.cost, code) if sees and line.cost is not None else "",
            "margin": margins[place].text(code) if sees else "",
        }
        for place, line in enumerate(lines)
    ]
    corrections: Any = CostCorrection.objects.none()
    if sees:
        corrections = CostCorrection.objects.filter(line__document=shipment.pk).select_related("line", "by")
    context = {
        "rows": rows,
        "warranty": any(line.warranty_until for line in lines),
        "day": today(),
        "sees_cost": sees,
        "may_correct": sees and user.grants.may_do(CORRECT) and shipment.deleted_at is None,
        "url": entity_of(Shipment).url_of(shipment),
        "margin": total(margins).text(code) if sees else "",
        "corrections": [
            (each, money_text(each.before, code) if each.before is not None else "—", money_text(each.after, code))
            for each in corrections.order_by("-id")[:MOST_CORRECTIONS]
        ],
    }
    return render_to_string("sales/shipment/lines.html", context)


def warranty_panel(request: HttpRequest, customer: Any) -> SafeString:
    """On the customer's page: what was shipped to him with a warranty, what holds first, of shipments one sees."""
    user, entity = cast(Any, request.user), entity_of(Shipment)
    rows: list[Any] = []
    if entity.policy.may(user, "view") and entity.right(user, "lines") in ("read", "edit"):
        seen: Any = Shipment.objects.visible_to(user).filter(customer=customer.pk)
        lines = ShipmentLine.objects.filter(document__in=seen.order_by(), warranty_until__isnull=False)
        rows = list(lines.select_related("document").order_by("-warranty_until", "-id")[:MOST_WARRANTIES])
    context = {
        "rows": [(line, quantity_text(line.quantity), entity.url_of(line.document)) for line in rows],
        "day": today(),
        "most": MOST_WARRANTIES if len(rows) == MOST_WARRANTIES else 0,
        "all_url": f"/shipments/lines?customer={customer.pk}&warranty=holds",
    }
    return render_to_string("sales/shipment/warranty.html", context, request=request)
