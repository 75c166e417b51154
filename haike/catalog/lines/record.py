"""The base of documents with prices, and of their lines.

A room declares two models and gets the editor, the sums, the rules of prices and the rights with them:

    class QuoteLine(DocumentLine):
        document = models.ForeignKey("sales.Quote", models.CASCADE, related_name="rows")

    class Quote(PricedDocument):
        lines = Lines("sales.QuoteLine", _("Lines"))

The lines are rows of a table, and for the kernel one field of their document: they are written by `change()` together
with it, stand in its log, are undone and compared with it, and nobody who may not change it changes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import GROUP, PRICE_PLACES, Quantity, QuantityLook, UnitPrice, own_currency
from haike.catalog.lines.arithmetic import (
    CENT,
    DOCUMENT,
    DROP,
    LINE,
    TENTH,
    UNIT,
    WHOLE,
    Figures,
    NothingToSpread,
    Reckoned,
    Rule,
    reckoned,
    settled,
)
from haike.catalog.lines.offers import fill_in
from haike.kernel.currency import CURRENCIES
from haike.kernel.entity import Entity
from haike.kernel.fields import Money
from haike.kernel.look import Look
from haike.kernel.option import option
from haike.kernel.record import Record
from haike.people.currency.record import currency_choices
from haike.refused import Refused

ROUNDED = option(
    "catalog.rounded", LINE, _("Amounts of documents are rounded"), group=GROUP,
    choices=((LINE, _("line by line")), (DOCUMENT, _("once for the whole document"))),
    help=_("Of quotes and orders made from now on. Lines and tax add up to the total either way."),
)  # fmt: skip
ROUNDED_TO = option(
    "catalog.rounded_to", CENT, _("Totals of documents are rounded to"), group=GROUP,
    choices=(
        (CENT, _("the smallest coin")), (TENTH, _("a tenth")), (UNIT, _("the whole unit")),
        (DROP, _("the whole unit, dropping the rest")),
    ),
)  # fmt: skip
TAXED = option("catalog.taxed", True, _("Prices of documents include the tax"), group=GROUP)
FIXED = {"discount": _("Discount"), "price": _("Price"), "amount": _("Amount")}
MOST_LINES = 500
PENDING, READ, TURNED = "_lines_pending", "_lines_read", "_lines_turned"
"""Where a document keeps lines that were set and not written yet, those that were read, and whether to add up anew."""
PRICING = frozenset({"lines", "discount", "by_hand", "currency", "taxed", "customer"})
"""The fields of a document from which its sums and the rules of its prices follow."""


def present_rounding() -> str:
    """The company's rule of rounding, as a document keeps it: a later change of it leaves old documents alone."""
    return f"{ROUNDED()} {ROUNDED_TO()} {PRICE_PLACES()}"


def usually_taxed() -> bool:
    """Whether prices of a new document include the tax."""
    return bool(TAXED())


class DocumentLine(models.Model):
    """One line. `key` is its number inside the document, which it keeps; `position` is where it stands.

    `fixed` is which of discount, price and amount somebody typed. `total`, `net` and `tax` are its part of the
    document's sums. `cost` is what one unit cost when the line was written, in the document's currency.
    """

    key = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=200)
    unit = models.CharField(_("Unit"), max_length=20, blank=True, default="")
    quantity = Quantity(_("Quantity"), default=Decimal(1))
    list_price = UnitPrice(_("List price"), default=Decimal(0))
    discount = models.DecimalField(_("Discount (%)"), max_digits=12, decimal_places=4, default=WHOLE)
    price = UnitPrice(_("Price"), default=Decimal(0))
    amount = models.DecimalField(_("Amount"), max_digits=17, decimal_places=2, default=Decimal(0))
    tax_rate = models.DecimalField(_("Tax rate (%)"), max_digits=5, decimal_places=2, default=Decimal(0))
    gift = models.BooleanField(_("Gift"), default=False)
    remark = models.CharField(_("Remark"), max_length=200, blank=True, default="")
    fixed = models.CharField(max_length=8, choices=list(FIXED.items()), default="price")
    total = models.DecimalField(_("Total"), max_digits=17, decimal_places=2, default=Decimal(0))
    net = models.DecimalField(_("Without tax"), max_digits=17, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField(_("Tax"), max_digits=17, decimal_places=2, default=Decimal(0))
    cost = UnitPrice(_("Cost price"), null=True, blank=True)

    unpriced = False
    """Whether nobody has said a price: what the product costs this customer is filled in when it is written."""
    untaxed = False
    """The same of the tax rate."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def figures(self) -> Figures:
        """The numbers that the arithmetic knows."""
        return Figures(
            self.quantity, self.list_price, self.discount, self.price, self.amount, self.tax_rate, self.gift,
            self.fixed,  # type: ignore[arg-type]
        )  # fmt: skip

    def take(self, figures: Figures) -> None:
        """Set the numbers."""
        for name in ("quantity", "list_price", "discount", "price", "amount", "tax_rate", "gift", "fixed"):
            setattr(self, name, getattr(figures, name))


class WithLines(Record):
    """What has lines with prices in one currency; how they are reckoned, and nothing of how their sums are kept."""

    lines: Any
    """The field of the lines, which the model declares."""
    rounding: Any
    taxed: Any
    currency: Any
    discount: Any
    by_hand: Any
    customer_path: ClassVar[str] = "customer"
    floor_binds: ClassVar[bool] = True
    """Whether prices below the floor are refused to those who may not sell so; else they are only pointed out."""

    class Meta:
        abstract = True

    @property
    def rule(self) -> Rule:
        """How this document is rounded."""
        per, to, price_places = self.rounding.split(" ")
        return Rule(CURRENCIES[self.currency].places, int(price_places), per, to, self.taxed)

    def reckon_lines(self) -> Reckoned | None:
        """Work out the lines that were set, or whose sums must be added up anew; None where there is nothing to do."""
        if PENDING in self.__dict__:
            fill_in(self, self.lines)
        elif not self._state.adding and TURNED not in self.__dict__:
            return None
        return self.reckon()

    def reckon(self) -> Reckoned:
        """Work out what follows from lines, discount and total by hand, in the lines."""
        rule, some = self.rule, list(self.lines)
        for line in some:
            line.take(settled(line.figures(), rule))
        try:
            sums = reckoned([line.figures() for line in some], rule, discount=self.discount, by_hand=self.by_hand)
        except NothingToSpread:
            no = _("The lines cost nothing, so there is no total to set.")
            raise Refused(fields={"by_hand": no}) from None
        for line, share in zip(some, sums.shares, strict=True):
            line.amount = share.amount
            line.total, line.net, line.tax = share.total, share.net, share.tax
        return sums

    def sums(self) -> dict[str, Decimal]:
        """What the lines come to: before a discount on the whole, without tax, the tax, in all."""
        found = {name: sum((getattr(line, name) for line in self.lines), Decimal(0)) for name in ("net", "tax")}
        total = found["net"] + found["tax"]
        return {"before": total, **found, "total": total}


class PricedDocument(WithLines):
    """A document with lines in one currency, a discount of its own, and the tax shown apart.

    `discount` is in percent of the sum that is paid; `by_hand` is a total that somebody has set, from which the
    discount follows. `before` is the sum of the lines with tax before either.
    """

    currency = models.CharField(_("Currency"), max_length=3, choices=currency_choices, default=own_currency)
    taxed = models.BooleanField(_("Prices include tax"), default=usually_taxed)
    discount = models.DecimalField(
        _("Discount on the whole (%)"), max_digits=12, decimal_places=4, default=WHOLE,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
        help_text=_("What is paid of the sum of the lines: 95 takes 5 percent off."),
    )  # fmt: skip
    by_hand = Money(
        _("Total set by hand"), currency="currency", null=True, blank=True, default=None,
        validators=[MinValueValidator(0)], help_text=_("Empty: the total is that of the lines."),
    )  # fmt: skip
    rounding = models.CharField(max_length=30, default=present_rounding, editable=False)
    before = Money(_("Sum of the lines"), currency="currency", editable=False)
    net = Money(_("Total without tax"), currency="currency", editable=False)
    tax = Money(_("Tax"), currency="currency", editable=False)
    total = Money(_("Total"), currency="currency", editable=False)

    class Meta:
        abstract = True

    def prepare(self) -> None:
        self.reckon_lines()

    def reckon(self) -> Reckoned:
        """The same, and the sums here."""
        sums = super().reckon()
        self.before, self.net, self.tax, self.total = sums.before, sums.net, sums.tax, sums.total
        self.discount = sums.discount
        return sums

    def sums(self) -> dict[str, Decimal]:
        return {"before": self.before, "net": self.net, "tax": self.tax, "total": self.total}


class PricedEntity(Entity):
    """The declaration of a document with lines: whatever its sums follow from, they are worked out anew."""

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model; a discount has no noughts at its end."""
        looks = super().declared_looks
        plain = looks["discount"]
        return {**looks, "discount": QuantityLook("discount", plain.label, field=plain.field)}

    def put(self, record: Any, values: Mapping[str, Any]) -> None:
        super().put(record, values)
        if PRICING & values.keys():
            record.__dict__[TURNED] = True
