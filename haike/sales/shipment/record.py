"""The tables of shipments, of their lines, and of corrections of what those cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.fields import Quantity, UnitPrice
from haike.catalog.lines.record import PENDING
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText, Phone, Pick
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.refused import Refused
from haike.sales.shipment.field import ShippedLines
from haike.sales.shipment.open import fill_in

SHIPPED, SIGNED_FOR = "shipped", "signed"
STATES = {
    SHIPPED: pgettext_lazy("shipment", "Shipped"),
    SIGNED_FOR: pgettext_lazy("shipment", "Signed for"),
}


class Shipment(Record):
    """One delivery of a signed order. The customer is that of the order; where it goes is written down once."""

    number = AutoNumber("FH{yyyy}{mm}-{0000}", _("Number"))
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, verbose_name=pgettext_lazy("sale", "Order"), related_name="shipments",
        db_index=False,
    )  # fmt: skip
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="+", editable=False,
        db_index=False,
    )  # fmt: skip
    shipped_on = models.DateField(_("Shipped on"), default=today)
    carrier = Pick("carrier", _("Carrier"), blank=True)
    waybill = models.CharField(_("Waybill number"), max_length=60, blank=True, default="")
    receiver = models.CharField(_("Receiver"), max_length=60, blank=True, default="")
    phone = Phone(_("Receiver's phone"))
    address = models.CharField(_("Address of delivery"), max_length=300, blank=True, default="")
    state = models.CharField(_("State"), max_length=8, choices=list(STATES.items()), default=SHIPPED, editable=False)
    signed_for_on = models.DateField(_("Signed for on"), null=True, blank=True, editable=False)
    signed_for_by = models.CharField(_("Signed for by"), max_length=60, blank=True, default="", editable=False)
    visit_on = models.DateField(_("After-sale visit due on"), null=True, blank=True, editable=False)
    visited_on = models.DateField(_("After-sale visit made on"), null=True, blank=True, editable=False)
    remark = LongText(_("Remark"))
    lines = ShippedLines("sales.ShipmentLine", _("What is shipped"))

    class Meta:
        verbose_name = _("Shipment")
        verbose_name_plural = _("Shipments")
        indexes = [
            *hot_indexes("shipment", "shipped_on", "created_at"),
            filter_index("shipment", "state", "carrier", "shipped_on"),
            models.Index(fields=["order", "-id"], name="shipment_order"),
            models.Index(fields=["customer", "-shipped_on", "-id"], name="shipment_customer"),
            models.Index(
                fields=["visit_on"], name="shipment_visit", condition=Q(visit_on__isnull=False, visited_on__isnull=True)
            ),
            models.Index(fields=["waybill"], name="shipment_waybill", condition=~Q(waybill="")),
        ]

    def __str__(self) -> str:
        return self.number

    def prepare(self) -> None:
        self.customer_id = self.order.customer_id
        if self.state == SHIPPED:
            self.signed_for_on, self.signed_for_by = None, ""
        elif self.signed_for_on is None:
            self.signed_for_on = today()
        if PENDING in self.__dict__:
            fill_in(self)

    def clean(self) -> None:
        said: dict[str, Any] = {}
        signed_for: date | None = self.signed_for_on
        if self.shipped_on > today():
            said["shipped_on"] = _("This day lies in the future.")
        if signed_for is not None and signed_for > today():
            said["signed_for_on"] = _("This day lies in the future.")
        elif signed_for is not None and signed_for < self.shipped_on:
            said["signed_for_on"] = _("Nobody signs for goods before they are shipped.")
        if said:
            raise Refused(fields=said)


class ShipmentLine(models.Model):
    """How much of one line of the order went out, in the unit of that line.

    `key` is the key of the order's line; name, unit and product are as they were then. `cost` is what one unit cost
    when it was shipped, in the currency of the order; it stays whatever the product costs later.
    """

    document = models.ForeignKey(Shipment, models.CASCADE, related_name="rows", db_index=False)
    key = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    order_line = models.ForeignKey(
        "sales.OrderLine", models.SET_NULL, verbose_name=_("Line of an order"), null=True, related_name="+"
    )
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), null=True, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=200)
    unit = models.CharField(_("Unit"), max_length=20, blank=True, default="")
    quantity = Quantity(_("Quantity"), default=Decimal(0))
    cost = UnitPrice(_("Cost price"), null=True, blank=True)
    commission_rate = models.DecimalField(_("Commission (%)"), max_digits=5, decimal_places=2, null=True, blank=True)
    warranty_until = models.DateField(_("Warranty until"), null=True, blank=True)

    class Meta:
        verbose_name = _("Line of a shipment")
        verbose_name_plural = _("Lines of shipments")
        constraints = [
            models.UniqueConstraint(fields=["document", "key"], name="shipment_line_key"),
            models.CheckConstraint(name="shipment_line_quantity", condition=Q(quantity__gt=0)),
        ]
        indexes = [
            models.Index(
                fields=["warranty_until"], name="shipment_line_warranty", condition=Q(warranty_until__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name


class CostCorrection(models.Model):
    """One correction of what a shipped line cost; written once, read by those who may see costs."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(ShipmentLine, models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    before = UnitPrice(_("Before"), null=True)
    after = UnitPrice(_("After"))
    reason = models.TextField(_("Reason"))

    class Meta:
        verbose_name = _("Correction of a cost")

    def __str__(self) -> str:
        return f"{self.line}: {self.after}"
