"""The tables of planned payments and of the templates from which they are made."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.currency import OWN
from haike.kernel.fields import AutoNumber, LongText, Money, Pick
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.money.document import MoneyDocument
from haike.people.currency.rates import to_coin
from haike.people.currency.worth import InOwn, Worth, value
from haike.refused import Refused

OPEN, PART, PAID = "open", "part", "paid"
STATES = {OPEN: _("Unpaid"), PART: _("Partly paid"), PAID: _("Paid")}
CENT = Decimal("0.01")
MOST_PARTS = 60


class PaymentPlan(MoneyDocument):
    """One instalment that a customer owes: `open` is amount − received − rounded off, always.

    `worth` and `open_worth` are amount and open in the company's own currency at the rate of the day when it is due.
    """

    number = AutoNumber("JH{yyyy}{mm}-{0000}", _("Number"))
    instalment = models.PositiveSmallIntegerField(_("Instalment"), default=1, editable=False)
    kind = Pick("payment_kind", _("Kind"), blank=True)
    amount = Money(_("Amount"), currency="currency", default=None, validators=[MinValueValidator(CENT)])
    due_on = models.DateField(_("Due on"), default=today)
    remark = LongText(_("Remark"))
    state = models.CharField(_("State"), max_length=5, choices=list(STATES.items()), default=OPEN, editable=False)
    received = Money(_("Received"), currency="currency", editable=False)
    off = Money(_("Rounded off"), currency="currency", editable=False)
    open = Money(pgettext_lazy("money", "Open"), currency="currency", editable=False)
    worth = Worth("amount", "due_on")
    open_worth = InOwn(_("Open in own currency"), of="open")

    class Meta:
        verbose_name = _("Payment plan")
        verbose_name_plural = _("Payment plans")
        indexes = [
            *hot_indexes("payment_plan", "due_on", "created_at", "amount"),
            filter_index("payment_plan", "state", "due_on"),
            models.Index(fields=["customer", "due_on"], name="payment_plan_customer"),
            models.Index(fields=["contract", "due_on"], name="payment_plan_contract"),
            models.Index(fields=["order", "due_on"], name="payment_plan_order", condition=Q(order__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                # That it adds up is for the code and its tests: SQLite reckons in binary fractions.
                name="payment_plan_within",
                condition=Q(open__gte=0, open__lte=F("amount"), received__gte=0, received__lte=F("amount")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} #{self.instalment}"

    def prepare(self) -> None:
        super().prepare()
        if (source := self.source) is not None:
            self.currency = source.currency
        if self.amount is not None:
            self.open = self.amount - self.received - self.off
            self.state = state_of(self.amount, self.open)
            value(self)
            self.open_worth = self.worth_of(self.open)

    def clean(self) -> None:
        super().clean()
        if self.amount <= 0:
            raise Refused(fields={"amount": _("An amount to be paid is more than 0.")})
        if self.open < 0:
            raise Refused(fields={"amount": _("More than this has been paid already.")})

    def worth_of(self, part: Decimal) -> Decimal:
        """A part of the amount in the company's own currency, at the rate of the whole."""
        return to_coin(self.worth * part / self.amount, OWN()) if self.amount else self.worth


def state_of(amount: Decimal, still_open: Decimal) -> str:
    """The state that follows from the sums."""
    return PAID if still_open <= 0 else OPEN if still_open == amount else PART


class PlanTemplate(Record):
    """How an amount is split: shares in percent that add up to 100, and the days after the first until each is due."""

    name = models.CharField(_("Name"), max_length=60)
    shares = models.CharField(_("Shares in percent"), max_length=300, default="30/60/10", help_text=_("As 30/60/10."))
    days = models.CharField(
        _("Days"),
        max_length=300,
        default="0/30/365",
        help_text=_("Days from the first day until each is due, as 0/30/365."),
    )
    remark = LongText(_("Remark"))

    class Meta:
        verbose_name = _("Template of payment plans")
        verbose_name_plural = _("Templates of payment plans")
        indexes = hot_indexes("plan_template", "created_at")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        shares = numbers_in(self.shares)
        if shares is None or not shares or len(shares) > MOST_PARTS or any(share <= 0 for share in shares):
            raise Refused(fields={"shares": _("Enter shares in percent with / between them, such as 30/60/10.")})
        if sum(shares) != 100:
            raise Refused(fields={"shares": _("The shares add up to %(sum)s and not to 100.") % {"sum": sum(shares)}})
        days = numbers_in(self.days)
        if days is None or len(days) != len(shares) or any(day != int(day) or not 0 <= day <= 36500 for day in days):
            raise Refused(fields={"days": _("Enter as many numbers of days as there are shares, such as 0/30/365.")})


def numbers_in(text: str) -> list[Decimal] | None:
    """The numbers between the strokes; None where one of them is none."""
    found = []
    for part in text.replace("／", "/").split("/"):
        plain = part.strip().removesuffix("%")
        if not plain.replace(".", "", 1).isascii() or not plain.replace(".", "", 1).isdigit() or len(plain) > 10:
            return None
        found.append(Decimal(plain))
    return found
