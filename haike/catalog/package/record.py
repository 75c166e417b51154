"""The tables of product packages: products that are sold together, put into a document by one pick."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.field import Lines
from haike.catalog.lines.record import DocumentLine, PricedDocument
from haike.find.indexes import filter_index, hot_indexes
from haike.kernel.fields import LongText, Money, PinyinKey
from haike.refused import Refused


class ProductPackage(PricedDocument):
    """Products with quantities under one name. `by_hand` is the price of one package, which its lines share to the
    coin; without it each product costs what it costs the customer."""

    name = models.CharField(_("Package name"), max_length=120)
    on_sale = models.BooleanField(_("On sale"), default=True)
    by_hand = Money(
        _("Package price"), currency="currency", null=True, blank=True, default=None,
        validators=[MinValueValidator(0)],
        help_text=_("Of one package; its lines share it to the coin. Empty: every product at the customer's price."),
    )  # fmt: skip
    remark = LongText(_("Remark"))
    lines = Lines("catalog.PackageLine", _("Lines"))
    name_pinyin = PinyinKey("name")

    class Meta:
        verbose_name = _("Product package")
        verbose_name_plural = _("Product packages")
        indexes = [
            *hot_indexes("package", "created_at", "name_pinyin", "total"),
            filter_index("package", "on_sale", "created_at"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="package_name", condition=Q(deleted_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def priced(self) -> bool:
        """Whether the package has a price of its own, instead of what its products cost the customer."""
        return self.by_hand is not None or self.total != self.before

    def clean(self) -> None:
        same: Any = ProductPackage.objects.live().filter(name=self.name).exclude(pk=self.pk)
        if same.exists():
            raise Refused(fields={"name": _("There is a package of this name already.")})


class PackageLine(DocumentLine):
    """A product of a package with its quantity."""

    document = models.ForeignKey("catalog.ProductPackage", models.CASCADE, related_name="rows", db_index=False)

    class Meta:
        verbose_name = _("Line of a package")
        verbose_name_plural = _("Lines of packages")
        constraints = [models.UniqueConstraint(fields=["document", "key"], name="package_line_key")]
        indexes = [models.Index(fields=["document", "position"], name="package_line_position")]
