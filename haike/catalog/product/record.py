"""The tables of products, of the further units they are sold in, and of their prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import GROUP, Quantity, UnitPrice, own_currency, quantity_text
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.dictionary import words_of
from haike.kernel.fields import AutoNumber, LongText, Pick, Picture, PinyinKey
from haike.kernel.option import option
from haike.kernel.record import Record
from haike.people.currency.record import currency_choices
from haike.refused import Refused

NO_TRACE, BATCHES, SERIALS = "none", "batch", "serial"
TRACED = {NO_TRACE: _("Not traced"), BATCHES: _("By batch"), SERIALS: _("By serial number")}
AVERAGE, LAST, BY_HAND = "average", "last", "hand"
COST_METHODS = {
    AVERAGE: _("Moving average"),
    LAST: _("Last purchase price"),
    BY_HAND: _("Entered by hand"),
}
PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
USUAL_TAX = option(
    "catalog.tax_rate", "13", _("Usual tax rate (%)"), group=GROUP,
    choices=tuple((rate, f"{rate}%") for rate in ("13", "9", "6", "3", "1", "0")),
    help=_("What a new product starts with."),
)  # fmt: skip


class Product(Record):
    """What is sold. Its prices are those of one `unit`, in the company's own currency, tax included."""

    number = AutoNumber("CP{00000}", _("Number"), editable=True)
    name = models.CharField(_("Product name"), max_length=120)
    model = models.CharField(_("Product model"), max_length=80, blank=True, default="")
    spec = models.CharField(_("Specification"), max_length=120, blank=True, default="")
    category = models.ForeignKey(
        "catalog.ProductCategory",
        models.PROTECT,
        verbose_name=_("Product category"),
        null=True,
        blank=True,
        related_name="products",
        db_index=False,
    )
    brand = models.CharField(_("Brand"), max_length=60, blank=True, default="")
    unit = Pick("product_unit", _("Unit"), default="piece")
    bar_code = models.CharField(_("Bar code"), max_length=40, blank=True, default="")
    picture = Picture(_("Picture"))
    on_sale = models.BooleanField(_("On sale"), default=True)

    price = UnitPrice(_("Standard price"), null=True, blank=True)
    floor_price = UnitPrice(_("Floor price"), null=True, blank=True, help_text=_("Nobody sells below it unasked."))
    lowest_discount = models.DecimalField(
        _("Lowest discount (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=PERCENT,
        help_text=_("What at least has to be paid of the price: 85 lets a seller give 15 percent off."),
    )
    tax_rate = models.DecimalField(
        _("Tax rate (%)"),
        max_digits=5,
        decimal_places=2,
        blank=True,
        default=None,
        validators=PERCENT,
        help_text=_("Empty: the usual rate of the settings."),
    )
    cost_price = UnitPrice(_("Cost price"), null=True, blank=True)
    cost_on = models.DateField(_("Cost known since"), null=True, blank=True, editable=False)
    commission_rate = models.DecimalField(
        _("Commission (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=PERCENT,
        help_text=_("Of the price without tax, for what is shipped. Empty: the usual rate of the settings."),
    )
    cost_method = models.CharField(
        _("How the cost is found"), max_length=10, choices=list(COST_METHODS.items()), default=AVERAGE
    )
    cost_to_check = models.BooleanField(_("Cost needs checking"), default=False)

    content_spec = models.CharField(
        _("Contents"), max_length=120, blank=True, default="", help_text=_("What one unit holds, such as 500 ml.")
    )
    packing_spec = models.CharField(
        _("Packing"), max_length=120, blank=True, default="", help_text=_("How units are packed, such as 24 in a box.")
    )
    stocked = models.BooleanField(_("Stocked"), default=True)
    traced = models.CharField(_("Traced"), max_length=10, choices=list(TRACED.items()), default=NO_TRACE)
    shelf_life_days = models.PositiveIntegerField(
        _("Shelf life (days)"), null=True, blank=True, help_text=_("Empty for what does not expire.")
    )
    lower_limit = Quantity(_("Lower limit of stock"), null=True, blank=True)
    upper_limit = Quantity(_("Upper limit of stock"), null=True, blank=True)

    warranty_months = models.PositiveSmallIntegerField(
        _("Warranty (months)"), null=True, blank=True, help_text=_("Empty for what has no warranty.")
    )
    visit_days = models.PositiveSmallIntegerField(
        _("After-sale visit after days"), null=True, blank=True,
        help_text=_("Empty: the usual number of the settings; 0: none."),
    )  # fmt: skip
    description = LongText(_("Description"))
    parameters = LongText(_("Parameters"))
    faq = LongText(_("Questions and answers"))
    remark = LongText(_("Remark"))

    name_pinyin = PinyinKey("name")
    name_key = models.CharField(max_length=220, unique=True, editable=False)
    """Name and model without blanks and capitals: two products are never alike in both."""

    class Meta:
        verbose_name = _("Product")
        verbose_name_plural = _("Products")
        indexes = [
            *hot_indexes("product", "created_at", "name_pinyin", "number", "price"),
            filter_index("product", "category", "on_sale", "stocked", "created_at"),
            models.Index(fields=["category", "name_pinyin", "id"], name="product_category"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bar_code"],
                name="product_bar_code",
                condition=Q(deleted_at__isnull=True) & ~Q(bar_code=""),
            ),
            models.CheckConstraint(
                name="product_prices",
                condition=(Q(price__isnull=True) | Q(price__gte=0))
                & (Q(floor_price__isnull=True) | Q(floor_price__gte=0))
                & (Q(cost_price__isnull=True) | Q(cost_price__gte=0)),
            ),
            models.CheckConstraint(
                name="product_limits",
                condition=Q(lower_limit__isnull=True)
                | Q(upper_limit__isnull=True)
                | Q(upper_limit__gte=F("lower_limit")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.model}".strip()

    @property
    def unit_name(self) -> str:
        """The unit in the reader's language."""
        word = words_of("product_unit").get(self.unit)
        return str(word) if word else self.unit

    def prepare(self) -> None:
        self.name_key = name_key(self.name, self.model)
        given: Any = self.tax_rate
        if given is None:
            self.tax_rate = Decimal(USUAL_TAX())

    def clean(self) -> None:
        said: dict[str, Any] = {}
        lower, upper = self.lower_limit, self.upper_limit
        if lower is not None and upper is not None and upper < lower:
            said["upper_limit"] = _("The upper limit lies below the lower one.")
        if self.price is not None and self.floor_price is not None and self.floor_price > self.price:
            said["floor_price"] = _("The floor price is higher than the standard price.")
        others = Product._base_manager.exclude(pk=self.pk)
        other = others.filter(name_key=self.name_key).first()
        if other is not None:
            said["name"] = (
                _("There is a product of this name and model already: %(number)s.") % {"number": other.number}
                if other.deleted_at is None
                else _("The product of this name and model lies in the recycle bin. Restore it.")
            )
        if self.bar_code and others.filter(bar_code=self.bar_code, deleted_at__isnull=True).exists():
            said["bar_code"] = _("Another product has this bar code.")
        if said:
            raise Refused(fields=said)


def name_key(name: str, model: str) -> str:
    """What two spellings of one name and model have in common."""
    return f"{''.join(name.split()).casefold()}|{''.join(model.split()).casefold()}"


class ProductUnit(Record):
    """A further unit in which a product is sold: a box that holds `factor` of the product's own units."""

    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="units", db_index=False
    )
    name = models.CharField(_("Unit"), max_length=20)
    factor = Quantity(_("Holds"), help_text=_("How many of the product's own units one of these is, such as 24."))
    bar_code = models.CharField(_("Bar code"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("Selling unit")
        verbose_name_plural = _("Selling units")
        indexes = [*hot_indexes("product_unit", "created_at"), models.Index(fields=["product"], name="unit_product")]
        constraints = [
            models.CheckConstraint(name="product_unit_factor", condition=Q(factor__gt=0)),
            models.UniqueConstraint(
                fields=["product", "name"], name="product_unit_name", condition=Q(deleted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        said: dict[str, Any] = {}
        if self.factor is not None and self.factor <= 0:
            said["factor"] = _("A unit holds more than 0.")
        if self.product_id and self.name == self.product.unit_name:
            said["name"] = _("This is the product's own unit.")
        same: Any = ProductUnit.objects.live().filter(product=self.product_id, name=self.name).exclude(pk=self.pk)
        if same.exists():
            said["name"] = _("The product has this unit already.")
        if said:
            raise Refused(fields=said)


class ProductPrice(Record):
    """The price of one unit in a class, from a quantity on; `unit` none is the product's own unit."""

    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="prices", db_index=False
    )
    price_class = models.ForeignKey(
        "customers.PriceClass", models.PROTECT, verbose_name=_("Price class"), related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "catalog.ProductUnit",
        models.PROTECT,
        verbose_name=_("Unit"),
        null=True,
        blank=True,
        related_name="prices",
        db_index=False,
        help_text=_("Empty: the product's own unit."),
    )
    min_quantity = Quantity(
        _("From quantity"), default=Decimal(0), help_text=_("How many of the unit, at least; 0 holds for any quantity.")
    )
    currency = models.CharField(
        _("Currency"),
        max_length=3,
        choices=currency_choices,
        blank=True,
        default="",
        help_text=_("Empty: the company's own currency."),
    )
    price = UnitPrice(_("Price"), currency="currency")

    class Meta:
        verbose_name = _("Price")
        verbose_name_plural = _("Prices")
        indexes = [
            *hot_indexes("product_price", "created_at"),
            models.Index(fields=["product", "price_class"], name="price_product"),
            models.Index(fields=["price_class"], name="price_class"),
            models.Index(fields=["unit"], name="price_unit", condition=Q(unit__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="product_price_positive", condition=Q(price__gte=0, min_quantity__gte=0)),
            models.UniqueConstraint(
                fields=["product", "price_class", "unit", "min_quantity", "currency"],
                name="product_price_once",
                condition=Q(deleted_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["product", "price_class", "min_quantity", "currency"],
                name="product_price_own_unit_once",
                condition=Q(deleted_at__isnull=True, unit__isnull=True),
            ),
        ]

    def prepare(self) -> None:
        self.currency = self.currency or own_currency()

    def __str__(self) -> str:
        return f"{self.price_class} ≥ {quantity_text(self.min_quantity)}"

    def clean(self) -> None:
        if self.unit is not None and self.unit.product_id != self.product_id:
            raise Refused(fields={"unit": _("This unit belongs to another product.")})
        same: Any = ProductPrice.objects.live().filter(
            product=self.product_id,
            price_class=self.price_class_id,
            unit=self.unit_id,
            min_quantity=self.min_quantity,
            currency=self.currency,
        )
        if same.exclude(pk=self.pk).exists():
            raise Refused(
                fields={"min_quantity": _("There is a price for this class, unit, quantity and currency already.")}
            )
