"""What the two lists of lines show: their rows, columns and filters, as far as the reader's rights go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.fields import quantity_text
from haike.catalog.policy import COST
from haike.kernel.currency import OWN, money_text
from haike.kernel.entity import Entity, Label, entity_of
from haike.kernel.look import DateLook, Look, look_for
from haike.kernel.period import today
from haike.people.journal.page import Column, OptionLook, days, plain, words_filter
from haike.sales.order.record import CLOSED, SIGNED, Order, OrderLine
from haike.sales.shipment.margin import margin_of, share_of
from haike.sales.shipment.record import STATES, Shipment, ShipmentLine

OPEN = "open"

WARRANTIES = {
    "holds": pgettext_lazy("warranty", "holds"),
    "ends": pgettext_lazy("warranty", "ends within 30 days"),
    "over": pgettext_lazy("warranty", "over"),
}
SOON = timedelta(days=30)


def warranties() -> dict[str, Q]:
    """The shipped lines by what has become of their warranty."""
    now = today()
    return {
        "holds": Q(warranty_until__gte=now),
        "ends": Q(warranty_until__gte=now, warranty_until__lte=now + SOON),
        "over": Q(warranty_until__lt=now),
    }


@dataclass(frozen=True)
class LineList:
    """One list. `rows` are those that the reader sees of what was asked, `amount` the money of one of them."""

    title: Label
    url: str
    entity: Entity
    looks: dict[str, Look]
    rows: Callable[[dict[str, Any]], QuerySet[Any]]
    columns: list[Column]
    amount: Callable[[Any], Any] | None


def reads(entity: Entity, user: Any, *names: str) -> bool:
    """Whether somebody may read these fields."""
    return all(entity.right(user, name) in ("read", "edit") for name in names)


def lines_of_orders(user: Any) -> LineList:
    """What was ordered, line by line; drafts and what was cancelled is not."""
    entity = entity_of(Order)
    _demand(entity, user)
    priced = reads(entity, user, "total")

    def rows(asked: dict[str, Any]) -> QuerySet[Any]:
        of: Any = Order.objects.visible_to(user).filter(state__in=(SIGNED, CLOSED))
        where = Q(document__in=of.order_by())
        if asked.get("what") == OPEN:
            where &= Q(document__state=SIGNED, delivered__lt=F("quantity"))
        found = OrderLine.objects.filter(where & _asked(asked, "signed_on"))
        joined = found.select_related("document__customer", "document__owner")
        return joined.order_by("-document__signed_on", "-document_id", "position")

    columns = [
        Column(entity.name, lambda row: _link(entity, row.document), lambda row: row.document.number),
        *_about(entity, user, "signed_on"),
        plain(_("Product or name"), lambda row: row.name, wide=True),
        plain(_("Unit"), lambda row: row.unit),
        quantity(_("Ordered"), lambda row: row.quantity),
        quantity(_("Delivered"), lambda row: row.delivered),
        quantity(_("Undelivered"), lambda row: row.undelivered if row.document.state == SIGNED else None),
    ]
    if priced:
        columns += [
            money(_("Price"), lambda row: (row.document.currency, row.price)),
            money(_("Amount"), lambda row: (row.document.currency, row.total)),
        ]
    what = OptionLook("what", pgettext_lazy("lines", "Which"), {OPEN: str(_("Undelivered only"))})
    looks = {**_looks(entity, user), "what": what}
    amount = (lambda row: (row.document.currency, row.total)) if priced else None
    return LineList(_("Lines of orders"), "/orders/lines", entity, looks, rows, columns, amount)


def lines_of_shipments(user: Any) -> LineList:
    """What was shipped, line by line, with its margin for those who may see costs."""
    entity, orders = entity_of(Shipment), entity_of(Order)
    _demand(entity, user)
    priced = reads(orders, user, "total", "lines")

    def rows(asked: dict[str, Any]) -> QuerySet[Any]:
        of: Any = Shipment.objects.visible_to(user)
        where = Q(document__in=of.order_by())
        if asked.get("what"):
            where &= Q(document__state=asked["what"])
        if asked.get("warranty"):
            where &= warranties()[asked["warranty"]]
        found = ShipmentLine.objects.filter(where & _asked(asked, "shipped_on"))
        joins = ("document__customer", "document__owner", "document__order", "order_line")
        return found.select_related(*joins).order_by("-document__shipped_on", "-document_id", "position")

    columns = [
        Column(entity.name, lambda row: _link(entity, row.document), lambda row: row.document.number),
        Column(orders.name, lambda row: _link(orders, row.document.order), lambda row: row.document.order.number),
        *_about(entity, user, "shipped_on"),
        plain(_("Product or name"), lambda row: row.name, wide=True),
        plain(_("Unit"), lambda row: row.unit),
        quantity(_("Quantity"), lambda row: row.quantity),
        plain(_("State"), lambda row: STATES[row.document.state]),
        day(_("Warranty until"), lambda row: row.warranty_until),
    ]
    if priced:
        columns.append(money(_("Amount"), _share))
    if priced and user.grants.may_do(COST):
        columns.append(plain(_("Margin"), _margin))
    what = OptionLook("what", _("State"), {key: str(text) for key, text in STATES.items()})
    warranty = OptionLook("warranty", _("Warranty"), {key: str(text) for key, text in WARRANTIES.items()})
    looks = {**_looks(entity, user), "what": what, "warranty": warranty}
    amount = _share if priced else None
    return LineList(_("Lines of shipments"), "/shipments/lines", entity, looks, rows, columns, amount)


def _share(row: Any) -> tuple[str, Decimal]:
    currency = row.document.order.currency
    return currency, share_of(row, "total", currency)


def _margin(row: Any) -> str:
    currency = row.document.order.currency
    return margin_of(row, currency).text(currency)


def day(label: Label, of: Callable[[Any], Any]) -> Column:
    """A column of days, written as in every list."""
    look = DateLook("day", label)
    return Column(label, lambda row: mark_safe(look.cell(of(row))) if of(row) else "", of)


def quantity(label: Label, of: Callable[[Any], Any]) -> Column:
    """A column of quantities, in a file as numbers."""
    return Column(label, lambda row: quantity_text(of(row)), of, number=True)


def money(label: Label, of: Callable[[Any], tuple[str, Decimal]]) -> Column:
    """A column of (currency, amount), in a file as numbers where they are in the company's own currency."""

    def text(row: Any) -> Any:
        currency, amount = of(row)
        return amount if currency == OWN() else money_text(amount, currency)

    return Column(label, lambda row: money_text(of(row)[1], of(row)[0]), text, number=True)


def _demand(entity: Entity, user: Any) -> None:
    if not entity.policy.may(user, "view") or not reads(entity, user, "lines"):
        raise Http404


def _link(entity: Entity, record: Any) -> Any:
    return format_html('<a href="{}">{}</a>', entity.url_of(record), record.number)


def _about(entity: Entity, user: Any, on: str) -> list[Column]:
    """Customer, day and owner, where the reader may know them."""
    found = [day(entity.looks[on].label, lambda row: getattr(row.document, on))]
    if reads(entity, user, "customer"):
        found.append(plain(entity.looks["customer"].label, lambda row: str(row.document.customer), wide=True))
    if reads(entity, user, "owner"):
        found.append(plain(_("Owner"), lambda row: str(row.document.owner or "")))
    return found


def _looks(entity: Entity, user: Any) -> dict[str, Look]:
    found: dict[str, Look] = {"q": words_filter(_("Name of the product"))}
    fields: dict[str, Any] = {
        "product": OrderLine._meta.get_field("product"),
        **{name: Order._meta.get_field(name) for name in ("customer", "owner") if reads(entity, user, name)},
    }
    for name, each in fields.items():
        found[name] = look_for(each)
        found[name].required = False
    return {**found, **days()}


def _asked(asked: dict[str, Any], on: str) -> Q:
    """The filters that both lists have."""
    where = Q()
    if asked.get("q"):
        where &= Q(name__icontains=asked["q"])
    if asked.get("product"):
        where &= Q(product=asked["product"])
    for name in ("customer", "owner"):
        if asked.get(name):
            where &= Q(**{f"document__{name}": asked[name]})
    if asked.get("since"):
        where &= Q(**{f"document__{on}__gte": asked["since"]})
    return where & Q(**{f"document__{on}__lte": asked["until"]}) if asked.get("until") else where
