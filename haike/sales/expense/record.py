"""The tables of expenses: what all of them say, and those of orders and contracts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import LongText, Money, Pick
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.refused import Refused

CENT = Decimal("0.01")


class Spent(Record):
    """Something that was spent, in the company's own currency. Other rooms say for what."""

    on = models.DateField(_("Date"), default=today)
    kind = Pick("expense_kind", _("Kind"))
    amount = Money(_("Amount"), default=None, validators=[MinValueValidator(CENT)])
    spent_by = models.ForeignKey(
        "people.User", models.SET_NULL, verbose_name=_("Spent by"), null=True, blank=True, related_name="+",
        help_text=_("Left empty, it is you."),
    )  # fmt: skip
    what = models.CharField(_("For what"), max_length=120)
    remark = LongText(_("Remark"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.what

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.amount is None or self.amount <= 0:
            said["amount"] = _("An expense is more than 0.")
        if self.on and self.on > today():
            said["on"] = _("This day lies in the future.")
        if said:
            raise Refused(fields=said)


class SaleExpense(Spent):
    """What was spent for an order or for a contract; the customer is that of either."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="+", editable=False,
        db_index=False,
    )  # fmt: skip
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, verbose_name=pgettext_lazy("sale", "Order"), null=True, blank=True,
        related_name="expenses", db_index=False,
    )  # fmt: skip
    contract = models.ForeignKey(
        "sales.Contract", models.PROTECT, verbose_name=_("Contract"), null=True, blank=True, related_name="expenses",
        db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("Expense")
        verbose_name_plural = _("Expenses")
        indexes = [
            *hot_indexes("sale_expense", "on", "created_at", "amount"),
            filter_index("sale_expense", "kind", "on", "amount"),
            models.Index(fields=["customer", "-on"], name="sale_expense_customer"),
            models.Index(fields=["order"], name="sale_expense_order", condition=Q(order__isnull=False)),
            models.Index(fields=["contract"], name="sale_expense_contract", condition=Q(contract__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="sale_expense_for_one",
                condition=Q(order__isnull=False, contract__isnull=True) | Q(order__isnull=True, contract__isnull=False),
            )
        ]

    @property
    def source(self) -> Any:
        """The order or contract; None where nobody has said it yet."""
        return self.order or self.contract

    def prepare(self) -> None:
        if self.source is not None:
            self.customer_id = self.source.customer_id

    def clean(self) -> None:
        if (self.order is None) == (self.contract is None):
            no = _("An expense is for an order or for a contract: name one of them.")
            raise Refused(fields={"order": no, "contract": no})
        super().clean()
