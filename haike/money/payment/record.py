"""The tables of payments and of their spreading over plans."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText, Money, Pick
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.money.document import MoneyDocument
from haike.people.currency.record import currency_choices
from haike.people.currency.worth import Worth, value
from haike.refused import Refused


class Payment(MoneyDocument):
    """What a customer paid on a day. `rest` is what is on no plan and was not paid back: the customer's prepaid money.

    One that pays back has a negative amount and names the payment that it pays back.
    """

    number = AutoNumber("SK{yyyy}{mm}-{0000}", _("Number"))
    plan = models.ForeignKey(
        "money.PaymentPlan", models.PROTECT, verbose_name=_("Instalment"), null=True, blank=True, related_name="+",
        db_index=False,
        help_text=_("Without one it goes to what is due first under the contract or order; the rest is prepaid."),
    )  # fmt: skip
    amount = Money(_("Amount"), currency="currency", default=None)
    on = models.DateField(_("Paid on"), default=today)
    manner = Pick("manner_of_payment", _("Manner of payment"), blank=True)
    kind = Pick("payment_kind", _("Kind"), blank=True)
    payer = models.CharField(_("Payer"), max_length=120, blank=True, default="")
    reference = models.CharField(_("Bank reference"), max_length=80, blank=True, default="")
    remark = LongText(_("Remark"))
    refund_of = models.ForeignKey(
        "money.Payment", models.PROTECT, verbose_name=_("Pays back"), null=True, blank=True, editable=False,
        related_name="refunds", db_index=False,
    )  # fmt: skip
    worth = Worth("amount", "on")
    used = Money(_("On plans"), currency="currency", editable=False)
    refunded = Money(_("Paid back"), currency="currency", editable=False)
    rest = Money(_("Prepaid"), currency="currency", editable=False)

    class Meta:
        verbose_name = _("Payment")
        verbose_name_plural = _("Payments")
        indexes = [
            *hot_indexes("payment", "on", "created_at", "amount"),
            filter_index("payment", "on", "manner", "kind"),
            models.Index(fields=["customer", "-on"], name="payment_customer"),
            models.Index(fields=["contract", "-on"], name="payment_contract"),
            models.Index(fields=["order", "-on"], name="payment_order", condition=Q(order__isnull=False)),
            models.Index(fields=["plan"], name="payment_plan_named", condition=Q(plan__isnull=False)),
            models.Index(fields=["refund_of"], name="payment_refund_of", condition=Q(refund_of__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="payment_within",
                condition=Q(refund_of__isnull=False, amount__lt=0, rest=0)
                | Q(refund_of__isnull=True, amount__gt=0, rest__gte=0, rest__lte=F("amount")),
            )
        ]

    def __str__(self) -> str:
        return self.number

    def prepare(self) -> None:
        super().prepare()
        if self.amount is None:
            return
        value(self)
        if self.refund_of_id is None:
            self.rest = self.amount - self.used - self.refunded

    def clean(self) -> None:
        super().clean()
        if self.on > today():
            raise Refused(fields={"on": _("This day lies in the future.")})
        if self.refund_of_id is None and self.amount <= 0:
            raise Refused(fields={"amount": _("A payment is more than 0. To pay money back, open the payment.")})
        if self.rest < 0:
            raise Refused(fields={"amount": _("More of this payment is on plans or was paid back.")})


class Allocation(Record):
    """So much of a payment is for this plan: `amount` in the plan's currency takes `taken` of the payment's.

    `off` is what was rounded off with it. A refund's are negative.
    """

    payment = models.ForeignKey(
        "money.Payment", models.PROTECT, verbose_name=_("Payment"), related_name="allocations", db_index=False
    )
    plan = models.ForeignKey(
        "money.PaymentPlan", models.PROTECT, verbose_name=_("Payment plan"), related_name="allocations", db_index=False
    )
    amount = Money(_("Amount"), currency="currency", default=None)
    off = Money(_("Rounded off"), currency="currency")
    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices, editable=False)
    taken = Money(_("Taken from the payment"), currency="paid_in", editable=False)
    paid_in = models.CharField(_("Paid in"), max_length=3, choices=currency_choices, editable=False)
    worth = Money(_("Amount in own currency"), editable=False)

    class Meta:
        verbose_name = _("Payment on a plan")
        verbose_name_plural = _("Payments on plans")
        indexes = [
            *hot_indexes("allocation", "created_at"),
            models.Index(fields=["payment"], name="allocation_payment"),
            models.Index(fields=["plan"], name="allocation_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.plan}"
