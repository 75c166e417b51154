"""The table of invoices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText, Money, Pick
from haike.kernel.flow import Flow, Label, step
from haike.kernel.period import today
from haike.money.document import MoneyDocument
from haike.people.currency.worth import Worth, value
from haike.refused import Refused

DRAFT, ISSUED, VOID = "draft", "issued", "void"
STATES = {DRAFT: _("To be issued"), ISSUED: _("Issued"), VOID: _("Void")}


class Invoice(MoneyDocument):
    """An invoice to a customer. `buyer` and `tax_number` are those of the customer unless somebody says otherwise."""

    number = AutoNumber("KP{yyyy}{mm}-{0000}", _("Number"))
    code = models.CharField(_("Invoice number"), max_length=40, blank=True, default="")
    instalment = models.PositiveSmallIntegerField(_("Instalment"), default=1, editable=False)
    plan = models.ForeignKey(
        "money.PaymentPlan", models.SET_NULL, verbose_name=_("Payment plan"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    payment = models.ForeignKey(
        "money.Payment", models.SET_NULL, verbose_name=_("Payment"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    kind = Pick("invoice_type", _("Kind"), default="special")
    buyer = models.CharField(_("Name on the invoice"), max_length=120, blank=True, default="")
    tax_number = models.CharField(_("Tax number"), max_length=40, blank=True, default="")
    amount = Money(_("Amount"), currency="currency", default=None)
    issued_on = models.DateField(_("Issued on"), default=today)
    worth = Worth("amount", "issued_on")
    remark = LongText(_("Remark"))
    state = models.CharField(_("State"), max_length=6, choices=list(STATES.items()), default=ISSUED, editable=False)

    class Meta:
        verbose_name = _("Invoice")
        verbose_name_plural = _("Invoices")
        indexes = [
            *hot_indexes("invoice", "issued_on", "created_at", "amount"),
            filter_index("invoice", "state", "kind", "issued_on"),
            models.Index(fields=["customer", "-issued_on"], name="invoice_customer"),
            models.Index(fields=["contract", "-issued_on"], name="invoice_contract"),
            models.Index(fields=["order", "-issued_on"], name="invoice_order", condition=Q(order__isnull=False)),
            models.Index(fields=["plan"], name="invoice_plan", condition=Q(plan__isnull=False)),
            models.Index(fields=["payment"], name="invoice_payment", condition=Q(payment__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    def prepare(self) -> None:
        super().prepare()
        if (source := self.source) is not None:
            self.currency = source.currency
        if self.customer_id is not None:
            self.buyer = self.buyer or self.customer.name
            self.tax_number = self.tax_number or self.customer.tax_number
        value(self)

    def clean(self) -> None:
        super().clean()
        if self.amount <= 0:
            raise Refused(fields={"amount": _("An invoice is about more than 0.")})
        for name in ("plan", "payment"):
            other = getattr(self, name)
            if other is not None and other.customer_id != self.customer_id:
                raise Refused(fields={name: _("This is another customer's.")})


class InvoiceFlow(Flow):
    """An invoice that was asked for is issued; one with a fault becomes void and never comes back."""

    states: ClassVar[dict[str, Label]] = dict(STATES)
    ask = step(ISSUED, to=DRAFT, label=_("Not issued yet"))
    issue = step(DRAFT, to=ISSUED, label=_("Issue"), asks=["code", "issued_on"], announce="invoice.issued")
    make_void = step(DRAFT, ISSUED, to=VOID, label=_("Make void"), announce="invoice.void")
