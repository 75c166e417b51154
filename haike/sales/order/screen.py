"""How orders are shown, found and written."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.catalog.lines.compare import compared
from haike.catalog.lines.history import SOURCES
from haike.catalog.lines.panel import lines_panel
from haike.catalog.lines.record import PricedEntity
from haike.catalog.paper.kinds import Kind, print_by_template
from haike.catalog.paper.views import paper_button
from haike.customers.customer.queries import people_side
from haike.customers.customer.record import Customer
from haike.kernel.currency import money_text
from haike.kernel.entity import Button, Category, Panel, Related, Section, SideGroup, entity_named, entity_of
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.opportunity.record import Opportunity
from haike.sales.order.flow import OrderFlow
from haike.sales.order.progress import NOT_SHIPPED, OVERPAID, OWING, PAID, SHIPPED
from haike.sales.order.record import CANCELLED, CLOSED, DRAFT, SIGNED, STATES, Order
from haike.sales.order.rules import AFTER_SHIPPING, OrderPolicy
from haike.screens.record import next_step

MOST_AMENDMENTS = 100
TAB = ["number", "subject", "total", "received", "state", "shipping", "payment", "signed_on", "owner"]


def _lines(request: HttpRequest, order: Any) -> str:
    return lines_panel(order, request.user)


def _delivery(request: HttpRequest, order: Any) -> str:
    if order.state == DRAFT:
        return ""
    rows = [
        {
            "line": line,
            "ordered": quantity_text(line.quantity),
            "delivered": quantity_text(line.delivered),
            "undelivered": quantity_text(line.undelivered) if order.state == SIGNED else "",
        }
        for line in order.lines
    ]
    user: Any = request.user
    kept = order.shipping != NOT_SHIPPED and not user.grants.may_do(AFTER_SHIPPING)
    return render_to_string("sales/order/delivery.html", {"rows": rows, "open": order.state == SIGNED, "kept": kept})


def _amendments(request: HttpRequest, order: Any) -> str:
    entity, user = entity_of(Order), request.user
    sees = {name for name in entity.looks if entity.right(user, name) in ("edit", "read")}  # type: ignore[arg-type]
    money = "total" in sees
    found = []
    for each in order.amendments.select_related("by").order_by("-number")[:MOST_AMENDMENTS]:
        changes = [
            (entity.looks[name].label, entity.looks[name].from_log(old), entity.looks[name].from_log(new))
            for name, (old, new) in each.diff.items()
            if name in sees and name != "lines"
        ]
        was, now = each.diff.get("lines", ([], [])) if "lines" in sees else ([], [])
        lines = compared(was, now, order.currency)
        sums = (money_text(each.before, order.currency), money_text(each.after, order.currency)) if money else None
        found.append({"row": each, "changes": changes, "sums": sums, "lines": lines})
    return render_to_string("sales/order/amendments.html", {"found": found})


def _unpaid(user: Actor) -> Q:
    return Q(state__in=(SIGNED, CLOSED), payment__in=OWING)


def _this_month(user: Actor) -> Q:
    return Q(state__in=(SIGNED, CLOSED), signed_on__gte=today().replace(day=1), signed_on__lte=today())


def _this_year(user: Actor) -> Q:
    return Q(state__in=(SIGNED, CLOSED), signed_on__gte=today().replace(month=1, day=1), signed_on__lte=today())


def _late(user: Actor) -> Q:
    return Q(state=SIGNED, ships_by__lt=today()) & ~Q(shipping=SHIPPED)


class OrderEntity(PricedEntity):
    """Orders are listed by what is still to be done with them; what follows from other things is never typed."""

    model, flow, policy_class = Order, OrderFlow, OrderPolicy
    slug, icon, title = "orders", "shopping-cart", "number"
    titled_by = ["number", "subject"]
    columns = [
        "number", "subject", "customer", "total", "received", "invoiced", "state", "shipping", "payment", "signed_on",
        "ships_by", "owner", "created_at",
    ]  # fmt: skip
    categories = {
        "draft": Category(_("Drafts"), Q(state=DRAFT)),
        "unpaid": Category(_("Not fully paid"), _unpaid),
        "ship": Category(_("To be shipped"), Q(state=SIGNED) & ~Q(shipping=SHIPPED), sort="ships_by"),
        "late": Category(_("Latest shipping date passed"), _late, sort="ships_by"),
        "month": Category(_("Signed this month"), _this_month),
        "year": Category(_("Signed this year"), _this_year),
        "done": Category(_("Shipped and paid"), Q(state=SIGNED, shipping=SHIPPED, payment__in=(PAID, OVERPAID))),
        "closed": Category(STATES[CLOSED], Q(state=CLOSED)),
        "cancelled": Category(STATES[CANCELLED], Q(state=CANCELLED)),
    }
    sections = [
        Section(
            _("Order"),
            ["number", "subject", "customer", "contact", "opportunity", "quote", "currency", "taxed", "signed_on",
             "ships_by", "pay_manner"],
        ),
        Section(_("Lines"), ["lines", "discount", "by_hand"]),
        Section(
            _("Totals"),
            ["before", "net", "tax", "total", "worth", "due", "planned", "received", "invoiced", "received_worth"],
        ),
        Section(_("Terms"), ["terms", "commission", "remark", "end_reason", "amended", "amend_reason"]),
    ]  # fmt: skip
    facts = ["customer", "total", "received", "ships_by", "owner"]
    badges = ["state", "shipping", "payment"]
    search = ["number", "subject", "customer__name"]
    totals = ["worth", "received_worth"]
    hidden = ["rounding"]
    settled = ["shipping", "payment", "received", "due", "planned", "received_worth", "invoiced"]
    importable = False
    help_page = "orders"
    synonyms = {"number": ("订单号", "订单编号", "order number"), "subject": ("主题", "标题", "订单主题")}
    panels = [
        Panel("lines", _("Lines"), _lines, icon="list-details"),
        Panel("delivery", _("Delivery"), _delivery, icon="truck-delivery"),
        Panel(
            "amendments", _("Amendments"), _amendments, icon="file-diff",
            count=lambda _user, record: record.amended,
        ),
    ]  # fmt: skip

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def remove(self, record: Any, *, by: Actor) -> Any:
        current = Order._base_manager.get(pk=record.pk)
        if current.planned or current.invoiced:
            raise Refused(_("Payments are planned or invoices written for this order. Delete those first."))
        return super().remove(record, by=by)

    def list_buttons(self, user: Actor) -> list[Button]:
        found = [Button(_("Lines of orders"), f"{self.url}lines", "list-details")]
        expenses = entity_named("sales.saleexpense")
        if expenses is not None and expenses.policy.may(user, "view"):
            found.append(Button(expenses.label_plural, expenses.url, "receipt"))
        return found

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        found = next_step(self, record, user, "sign")
        if record.deleted_at is None and record.state == SIGNED:
            if record.shipping != SHIPPED and user.grants.may("sales.shipment", "create"):
                found.append(Button(_("Ship"), f"{self.url_of(record)}ship", "truck-delivery", "drawer", primary=True))
            if self.policy.allows(user, "edit", record):
                found.append(Button(_("Amend"), f"{self.url_of(record)}amend", "file-diff"))
        return [*found, *paper_button(record, user)]


print_by_template(
    Kind("sales.order", _("Sales order"), ("customer", "contact", "signed_on", "ships_by", "pay_manner", "owner"))
)


SOURCES.append((Order, "signed_on"))
entity_of(Customer).tabs.append(Related("sales.order", "customer", columns=TAB))
entity_of(Opportunity).tabs.append(Related("sales.order", "opportunity", columns=TAB))
entity_of(Opportunity).tabs.append(
    Related("sales.quote", "opportunity", columns=["number", "subject", "total", "state", "valid_until", "owner"])
)
