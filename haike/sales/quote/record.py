"""The tables of quotes and their lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.field import Lines
from haike.catalog.lines.record import DocumentLine, PricedDocument
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import AutoNumber, LongText
from haike.kernel.option import option
from haike.kernel.period import today
from haike.people.currency.worth import Worth, value
from haike.refused import Refused

DRAFT, SENT, ACCEPTED, DECLINED, REPLACED = "draft", "sent", "accepted", "declined", "replaced"
STATES = {
    DRAFT: _("Draft"),
    SENT: _("Sent"),
    ACCEPTED: _("Accepted"),
    DECLINED: _("Declined"),
    REPLACED: _("Replaced by a new version"),
}
OPEN = (DRAFT, SENT)
VALID_DAYS = option(
    "sales.quote_valid_days", 30, _("Days for which a new quote is valid"), group=_("Quotes"), least=1, most=3650
)


def usually_valid_until() -> date:
    """The last day of a quote that is made today."""
    return today() + timedelta(days=VALID_DAYS())


class Quote(PricedDocument):
    """An offer to a customer. A changed offer is a new version, which keeps the old one: `replaces` leads to it."""

    number = AutoNumber("BJ{yyyy}{mm}-{0000}", _("Number"))
    subject = models.CharField(_("Subject"), max_length=120)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), related_name="quotes", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", models.SET_NULL, verbose_name=_("Contact person"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    opportunity = models.ForeignKey(
        "sales.Opportunity", models.SET_NULL, verbose_name=_("Opportunity"), null=True, blank=True,
        related_name="quotes", db_index=False,
    )  # fmt: skip
    state = models.CharField(_("State"), max_length=10, choices=list(STATES.items()), default=DRAFT, editable=False)
    quoted_on = models.DateField(_("Quoted on"), default=today)
    valid_until = models.DateField(_("Valid until"), default=usually_valid_until)
    edition = models.PositiveSmallIntegerField(_("Version"), default=1, editable=False)
    replaces = models.ForeignKey(
        "sales.Quote", models.SET_NULL, verbose_name=_("Replaces"), null=True, blank=True, editable=False,
        related_name="replaced_by", db_index=False,
    )  # fmt: skip
    terms = LongText(_("Terms of payment and delivery"))
    remark = LongText(_("Remark"))
    worth = Worth("total", "quoted_on")
    lines = Lines("sales.QuoteLine", _("Lines"))

    class Meta:
        verbose_name = _("Quote")
        verbose_name_plural = _("Quotes")
        indexes = [
            *hot_indexes("quote", "created_at", "quoted_on", "valid_until", "total"),
            filter_index("quote", "state", "valid_until", "quoted_on"),
            models.Index(fields=["customer", "-quoted_on", "-id"], name="quote_customer"),
            models.Index(fields=["contact"], name="quote_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["opportunity"], name="quote_opportunity", condition=Q(opportunity__isnull=False)),
            models.Index(fields=["replaces"], name="quote_replaces", condition=Q(replaces__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def expired(self) -> bool:
        """Whether it was open on its last day and that day is over."""
        return self.state in OPEN and self.valid_until < today()

    def prepare(self) -> None:
        super().prepare()
        value(self)

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.valid_until and self.quoted_on and self.valid_until < self.quoted_on:
            said["valid_until"] = _("The last day lies before the day of the quote.")
        if self.contact_id and self.contact is not None and self.contact.customer_id != self.customer_id:
            said["contact"] = _("This contact belongs to another customer.")
        if self.opportunity_id and self.opportunity is not None and self.opportunity.customer_id != self.customer_id:
            said["opportunity"] = _("This opportunity is with another customer.")
        if said:
            raise Refused(fields=said)


class QuoteLine(DocumentLine):
    """A line of a quote."""

    document = models.ForeignKey("sales.Quote", models.CASCADE, related_name="rows", db_index=False)

    class Meta:
        verbose_name = _("Line of a quote")
        verbose_name_plural = _("Lines of quotes")
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="quote_line_key")]
        indexes = [models.Index(fields=["document", "position"], name="quote_line_position")]
