"""The tables of orders, their lines and their amendments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.fields import Quantity
from haike.catalog.lines.field import Lines, read_lines
from haike.catalog.lines.record import PENDING, DocumentLine, PricedDocument
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText, Money, Pick
from haike.kernel.period import today
from haike.people.currency.worth import InOwn, Worth, value
from haike.refused import Refused
from haike.sales.order.progress import (
    NO_PAYMENT,
    NOT_SHIPPED,
    OWING,
    PAID,
    PAYMENTS,
    SHIPPINGS,
    UNPAID,
    payable,
    payment_of,
    shipping_of,
)

DRAFT, SIGNED, CLOSED, CANCELLED = "draft", "signed", "closed", "cancelled"
STATES = {
    DRAFT: _("Draft"),
    SIGNED: pgettext_lazy("order", "Signed"),
    CLOSED: pgettext_lazy("order", "Closed early"),
    CANCELLED: pgettext_lazy("order", "Cancelled"),
}


class Order(PricedDocument):
    """What a customer has bought. `shipping`, `payment`, `due` and `worth` follow from what happened.

    `received` is what has come in for it, `due` what is to be paid in all: of an order that was closed early only
    what was delivered. `worth` is the total in the company's own currency on the day of the order.
    """

    number = AutoNumber("DD{yyyy}{mm}-{0000}", _("Number"))
    subject = models.CharField(_("Subject"), max_length=120)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="orders", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", models.SET_NULL, verbose_name=_("Contact person"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    opportunity = models.ForeignKey(
        "sales.Opportunity", models.SET_NULL, verbose_name=_("Opportunity"), null=True, blank=True,
        related_name="orders", db_index=False,
    )  # fmt: skip
    quote = models.ForeignKey(
        "sales.Quote", models.SET_NULL, verbose_name=_("Quote"), null=True, blank=True, editable=False,
        related_name="orders", db_index=False,
    )  # fmt: skip
    state = models.CharField(_("State"), max_length=10, choices=list(STATES.items()), default=DRAFT, editable=False)
    signed_on = models.DateField(
        _("Signed on"), null=True, blank=True, help_text=_("Left empty, it is the day on which the order is signed.")
    )
    ships_by = models.DateField(_("Latest shipping date"), null=True, blank=True)
    pay_manner = Pick("order_pay_manner", _("Manner of payment"), blank=True)
    terms = LongText(_("Terms of payment and delivery"))
    remark = LongText(_("Remark"))
    end_reason = models.TextField(_("Reason for the end"), blank=True, default="", editable=False, max_length=500)
    shipping = models.CharField(
        _("Shipping"), max_length=8, choices=list(SHIPPINGS.items()), default=NOT_SHIPPED, editable=False
    )
    payment = models.CharField(
        _("Payment"), max_length=8, choices=list(PAYMENTS.items()), default=UNPAID, blank=True, editable=False
    )
    received = Money(_("Received"), currency="currency", editable=False)
    due = Money(_("To be paid"), currency="currency", editable=False)
    planned = Money(_("Planned"), currency="currency", editable=False)
    received_worth = InOwn(_("Received in own currency"), of="received")
    invoiced = Money(_("Invoiced"), currency="currency", editable=False)
    worth = Worth("total", "signed_on")
    commission = Money(
        _("Commission"), null=True, blank=True, default=None, validators=[MinValueValidator(0)],
        help_text=_("In own currency. Empty: by the rates of the products and of the settings."),
    )  # fmt: skip
    amended = models.PositiveSmallIntegerField(_("Amendments"), default=0, editable=False)
    amend_reason = models.TextField(
        _("Reason of the amendment"), blank=True, default="", editable=False, max_length=500
    )
    lines = Lines("sales.OrderLine", _("Lines"))
    paid_now = False
    """Whether it became paid by what is being written."""

    class Meta:
        verbose_name = pgettext_lazy("sale", "Order")
        verbose_name_plural = pgettext_lazy("sale", "Orders")
        indexes = [
            *hot_indexes("order", "created_at", "signed_on", "ships_by", "worth"),
            filter_index("order", "state", "shipping", "payment", "signed_on"),
            models.Index(fields=["customer", "-signed_on", "-id"], name="order_customer"),
            models.Index(fields=["contact"], name="order_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["opportunity"], name="order_opportunity", condition=Q(opportunity__isnull=False)),
            models.Index(fields=["quote"], name="order_quote", condition=Q(quote__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def prepare(self) -> None:
        if PENDING in self.__dict__ and not self._state.adding:
            self._keep_delivered()
        super().prepare()
        if self.state == SIGNED and self.signed_on is None:
            self.signed_on = today()
        if PENDING in self.__dict__ or self.state == CLOSED or self.shipping == NOT_SHIPPED:
            self.derive()
        else:
            self.derive_payment()
        value(self)

    def derive(self) -> None:
        """Work out the states that follow from lines and payments."""
        some = [(line.quantity, line.delivered) for line in self.lines] if self.pk or PENDING in self.__dict__ else []
        self.shipping = shipping_of(some)
        self.derive_payment()

    def derive_payment(self) -> None:
        """Work out what is to be paid and whether it is."""
        self.due = self.total
        if self.state == CLOSED:
            delivered = [(line.total, line.quantity, line.delivered) for line in self.lines]
            self.due = payable(delivered, self.rule.places)
        elif self.state == CANCELLED:
            self.due = Decimal(0)
        owing, self.payment = self.payment in OWING, payment_of(self.due, self.received)
        self.paid_now = self.paid_now or (owing and self.payment not in OWING and self.received > 0)
        if self.state == CANCELLED and self.payment == PAID:
            # Nothing is due and nothing was paid: that says neither.
            self.payment = NO_PAYMENT

    def _keep_delivered(self) -> None:
        """Lines that somebody writes do not say what was delivered; that stays, and they stay above it."""
        field: Any = Order._meta.get_field("lines")
        before: dict[Any, Any] = {line.key: line for line in read_lines(field, [self]).get(self.pk, [])}
        said = []
        lines: list[Any] = self.lines
        for line in lines:
            old = before.pop(line.key, None)
            line.delivered = old.delivered if old is not None else Decimal(0)
            if old is None or not old.delivered:
                continue
            if line.quantity < old.delivered or (line.product_id, line.unit) != (old.product_id, old.unit):
                said.append(line.name)
        said += [line.name for line in before.values() if line.delivered]
        if said:
            no = _("What has been delivered stays in the order: %(names)s.") % {"names": ", ".join(said[:5])}
            raise Refused(fields={"lines": no})

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.contact_id and self.contact is not None and self.contact.customer_id != self.customer_id:
            said["contact"] = _("This contact belongs to another customer.")
        if self.opportunity_id and self.opportunity is not None and self.opportunity.customer_id != self.customer_id:
            said["opportunity"] = _("This opportunity is with another customer.")
        if self.state in (CLOSED, CANCELLED) and not self.end_reason.strip():
            said["end_reason"] = _("Say why the order ends.")
        if said:
            raise Refused(fields=said)


class OrderLine(DocumentLine):
    """A line of an order. `delivered` is how much of it has gone out, in the unit of the line."""

    document = models.ForeignKey("sales.Order", models.CASCADE, related_name="rows", db_index=False)
    delivered = Quantity(_("Delivered"), default=Decimal(0))

    class Meta:
        verbose_name = _("Line of an order")
        verbose_name_plural = _("Lines of orders")
        constraints = [
            models.UniqueConstraint(fields=["document", "key"], name="order_line_key"),
            models.CheckConstraint(
                name="order_line_delivered", condition=Q(delivered__gte=0, delivered__lte=F("quantity"))
            ),
        ]
        indexes = [models.Index(fields=["document", "position"], name="order_line_position")]

    @property
    def undelivered(self) -> Decimal:
        """How much is still to go out."""
        return self.quantity - self.delivered


class Amendment(models.Model):
    """One change of a signed order, numbered within it; written once. `diff` is as in the change log."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="amendments", db_index=False)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.TextField()
    diff = models.JSONField()
    before = models.DecimalField(max_digits=15, decimal_places=2)
    after = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        verbose_name = _("Amendment of an order")
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="order_amendment_number")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.number}"
