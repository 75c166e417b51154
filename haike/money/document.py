"""What all documents of money have in common: customer, contract or order, currency, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.fields import own_currency
from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.money.source import SOURCES, Source, about, demand, name_of, source_of
from haike.people.currency.record import currency_choices
from haike.people.switches import declare_grants
from haike.refused import Refused
from haike.sales.expense.screen import seller_of

GRANT = "manage_payments"
declare_grants({GRANT: _("Money: pay back, correct payments, invoice over the contract or order")})
NOUGHT = Decimal(0)
FOLLOWED = (*SOURCES, "plan", "payment")
"""What the customer of a document of money follows from."""
OF_ANOTHER = {
    "contract": _("This contract is with another customer."),
    "order": _("This order is another customer's."),
}


class MoneyDocument(Record):
    """Customer and currency follow from the contract or the order where there is one; it is never about both."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("Customer"), blank=True, related_name="+", db_index=False
    )
    contract = models.ForeignKey(
        "sales.Contract", models.PROTECT, verbose_name=_("Contract"), null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, verbose_name=pgettext_lazy("sale", "Order"), null=True, blank=True,
        related_name="+", db_index=False,
    )  # fmt: skip
    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices, default=own_currency)

    class Meta:
        abstract = True

    @property
    def source(self) -> Source | None:
        """The contract or the order that this is about."""
        return source_of({name: getattr(self, name) for name in SOURCES})

    def prepare(self) -> None:
        if not self.customer_id and (source := self.source) is not None:
            self.customer_id = source.customer_id

    def clean(self) -> None:
        source = self.source
        if not self.customer_id:
            raise Refused(fields={"customer": _("Say which customer, contract or order this is about.")})
        if source is not None and source.customer_id != self.customer_id:
            name = name_of(source)
            raise Refused(fields={name: OF_ANOTHER[name]})


class MoneyEntity(Entity):
    """A document of money asks for the customer as long as nothing else says who that is."""

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model; that of the customer is demanded while what it follows from is empty."""
        found = super().declared_looks
        found["customer"].unless = tuple(name for name in FOLLOWED if name in found)
        return found


def exact(rows: Any, *names: str) -> list[Decimal]:
    """The sums of some columns to the coin: not by the database, as SQLite adds up in binary fractions."""
    sums = [NOUGHT] * len(names)
    for values in rows.order_by().values_list(*names):
        sums = [before + value for before, value in zip(sums, values, strict=True)]
    return sums


def begin(values: dict[str, Any], by: Actor, *, drafts: bool = False) -> dict[str, Any]:
    """Fill in what follows from the source and whose the new document is; refuse what the writer does not see."""
    source, customer = source_of(values), values.get("customer")
    if source is not None:
        demand(source, by, drafts=drafts)
        if customer is None:
            customer = values["customer"] = source.customer
    if customer is None:
        raise Refused(fields={"customer": _("Say which customer, contract or order this is about.")})
    if source is None and not entity_of(type(customer)).policy.allows(by, "view", customer):
        raise Refused(fields={"customer": _("This customer is not there for you.")})
    if values.get("owner") is None:
        values["owner"] = seller_of(source or customer, by, "money.payment")
    return values


def demand_named(document: MoneyDocument, values: Mapping[str, Any], by: Actor, *, drafts: bool = False) -> None:
    """Refuse a source that somebody names later and does not see, or that takes no money."""
    source = document.source
    if source is not None and values.get(name_of(source)) is not None:
        demand(source, by, drafts=drafts)


def follow_from(values: dict[str, Any], document: MoneyDocument, field: str) -> None:
    """Fill in customer and source of the plan or payment that `field` names; refuse where something else was said."""
    values["customer"] = values.get("customer") or document.customer
    if values["customer"].pk != document.customer_id:
        raise Refused(fields={field: _("This is another customer's.")})
    said, source = source_of(values), document.source
    if said is None and source is not None:
        values.update(about(source))
    elif said is not None and source is not None and said != source:
        raise Refused(fields={field: _("This belongs to another contract or order.")})
