"""The tables of contracts and of the deliveries under them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.fields import own_currency
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText, Money, Pick
from haike.kernel.period import today
from haike.kernel.record import Record
from haike.people.currency.record import currency_choices
from haike.people.currency.worth import InOwn, Worth, value
from haike.refused import Refused

DRAFT, ACTIVE, CLOSED, CANCELLED = "draft", "active", "closed", "cancelled"
STATES = {
    DRAFT: _("Draft"),
    ACTIVE: _("In force"),
    CLOSED: pgettext_lazy("contract", "Closed"),
    CANCELLED: _("Cancelled"),
}
NOTHING, PART, ALL = "nothing", "part", "all"
DELIVERED = {NOTHING: _("Nothing delivered"), PART: _("Partly delivered"), ALL: _("All delivered")}

MOST_DAYS = 366
"""A renewal is reminded of so many days before the end at most."""


class Contract(Record):
    """What was agreed with a customer. `worth` is the amount in the company's own currency on the day of signing;
    `planned`, `received` and `invoiced` follow from the documents of money, `delivered` from the deliveries."""

    number = AutoNumber("HT{yyyy}{mm}-{0000}", _("Number"))
    subject = models.CharField(_("Subject"), max_length=120)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="contracts", db_index=False
    )
    opportunity = models.ForeignKey(
        "sales.Opportunity", models.SET_NULL, verbose_name=_("Opportunity"), null=True, blank=True,
        related_name="contracts", db_index=False,
    )  # fmt: skip
    quote = models.ForeignKey(
        "sales.Quote", models.SET_NULL, verbose_name=_("Quote"), null=True, blank=True, related_name="contracts",
        db_index=False,
    )  # fmt: skip
    kind = Pick("contract_kind", _("Kind"), blank=True)
    amount = Money(_("Amount"), currency="currency", validators=[MinValueValidator(0)])
    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices, default=own_currency)
    state = models.CharField(_("State"), max_length=10, choices=list(STATES.items()), default=DRAFT, editable=False)
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)
    starts_on = models.DateField(_("Starts on"), null=True, blank=True)
    ends_on = models.DateField(_("Ends on"), null=True, blank=True)
    signer = models.ForeignKey(
        "people.User", models.SET_NULL, verbose_name=_("Signed for us by"), null=True, blank=True, related_name="+"
    )
    contact = models.ForeignKey(
        "customers.Contact", models.SET_NULL, verbose_name=_("Signed for the customer by"), null=True, blank=True,
        related_name="+", db_index=False,
    )  # fmt: skip
    payment_terms = LongText(_("Payment terms"))
    delivery_place = models.CharField(_("Place of delivery"), max_length=200, blank=True, default="")
    heading = models.CharField(
        _("Heading on paper"), max_length=120, blank=True, default="",
        help_text=_("Stands above the text. Empty: the heading of the print template."),
    )  # fmt: skip
    text = LongText(_("Text of the contract"))
    text_from = models.ForeignKey(
        "sales.ContractTemplate", models.SET_NULL, verbose_name=_("Text made from"), null=True, blank=True,
        editable=False, related_name="+", db_index=False,
    )  # fmt: skip
    remark = LongText(_("Remark"))
    renews = models.ForeignKey(
        "sales.Contract", models.SET_NULL, verbose_name=_("Renews"), null=True, blank=True, editable=False,
        related_name="renewed_by", db_index=False,
    )  # fmt: skip
    remind_days = models.PositiveSmallIntegerField(
        _("Remind of the renewal, days before the end"), null=True, blank=True,
        validators=[MaxValueValidator(MOST_DAYS)],
        help_text=_("Empty: the usual number of the settings."),
    )  # fmt: skip
    renew_from = models.DateField(_("To be renewed from"), null=True, blank=True, editable=False)
    renewal = models.ForeignKey(
        "sales.Opportunity", models.SET_NULL, verbose_name=_("Opportunity of the renewal"), null=True, blank=True,
        editable=False, related_name="+", db_index=False,
    )  # fmt: skip
    worth = Worth("amount", "signed_on")
    planned = Money(_("Planned"), currency="currency", editable=False)
    received = Money(_("Received"), currency="currency", editable=False)
    received_worth = InOwn(_("Received in own currency"), of="received")
    invoiced = Money(_("Invoiced"), currency="currency", editable=False)
    delivered = Money(pgettext_lazy("contract", "Delivered"), currency="currency", editable=False)
    delivery_state = models.CharField(
        pgettext_lazy("contract", "Delivery"),
        max_length=10,
        choices=list(DELIVERED.items()),
        default=NOTHING,
        editable=False,
    )

    class Meta:
        verbose_name = _("Contract")
        verbose_name_plural = _("Contracts")
        indexes = [
            *hot_indexes("contract", "created_at", "signed_on", "ends_on", "amount"),
            filter_index("contract", "state", "kind", "signed_on", "ends_on"),
            models.Index(fields=["customer", "-id"], name="contract_customer"),
            models.Index(fields=["contact"], name="contract_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["opportunity"], name="contract_opportunity", condition=Q(opportunity__isnull=False)),
            models.Index(fields=["quote"], name="contract_quote", condition=Q(quote__isnull=False)),
            models.Index(fields=["renews"], name="contract_renews", condition=Q(renews__isnull=False)),
            models.Index(fields=["renew_from"], name="contract_renew_from", condition=Q(renew_from__isnull=False)),
            models.Index(fields=["text_from"], name="contract_text_from", condition=Q(text_from__isnull=False)),
            models.Index(fields=["renewal"], name="contract_renewal", condition=Q(renewal__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def prepare(self) -> None:
        if self.state == ACTIVE and self.signed_on is None:
            self.signed_on = today()  # who signs and says no other day, signs now
        ends, days = self.ends_on, self.remind_days
        self.renew_from = ends - timedelta(days=days) if ends is not None and days is not None else None
        value(self)

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.amount is not None and self.amount < 0:
            said["amount"] = _("An amount is not below 0.")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            said["ends_on"] = _("The contract would end before it starts.")
        if self.signed_on and self.signed_on > today():
            said["signed_on"] = _("This day lies in the future.")
        if self.contact_id and self.contact is not None and self.contact.customer_id != self.customer_id:
            said["contact"] = _("This contact belongs to another customer.")
        for name in ("opportunity", "quote"):
            source = getattr(self, name)
            if source is not None and source.customer_id != self.customer_id:
                said[name] = _("This is about another customer.")
        if said:
            raise Refused(fields=said)


class Delivery(Record):
    """One instalment of what a contract promises; it is done on the day that it was delivered."""

    contract = models.ForeignKey(
        "sales.Contract", models.PROTECT, verbose_name=_("Contract"), related_name="deliveries", db_index=False
    )
    instalment = models.PositiveSmallIntegerField(_("Instalment"), default=0, editable=False)
    content = models.CharField(_("What is delivered"), max_length=200)
    product = models.ForeignKey(
        "catalog.Product", models.SET_NULL, verbose_name=_("Product"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    amount = Money(_("Worth"), currency="currency", validators=[MinValueValidator(0)])
    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices, editable=False)
    due_on = models.DateField(_("Due on"), default=today)
    delivered_on = models.DateField(_("Delivered on"), null=True, blank=True)
    worth = Worth("amount", "delivered_on", "due_on")
    remark = LongText(_("Remark"))

    class Meta:
        verbose_name = _("Delivery under a contract")
        verbose_name_plural = _("Deliveries under contracts")
        indexes = [
            *hot_indexes("contract_delivery", "due_on", "created_at"),
            models.Index(fields=["contract", "instalment"], name="contract_delivery_of"),
            models.Index(
                fields=["product", "-due_on"], name="contract_delivery_product", condition=Q(product__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instalment}. {self.content}"

    def prepare(self) -> None:
        self.currency = self.contract.currency
        value(self)

    def clean(self) -> None:
        if self.delivered_on and self.delivered_on > today():
            raise Refused(fields={"delivered_on": _("This day lies in the future.")})
        if self.contract.state == CANCELLED:
            raise Refused(_("Nothing is delivered under a cancelled contract."))
