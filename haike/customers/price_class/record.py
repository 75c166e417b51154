"""Price class: which of a product's prices a customer gets."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import hot_indexes
from haike.kernel.record import Record
from haike.refused import Refused


class PriceClass(Record):
    """A named class of prices. One is the standard: it holds for whoever has no class of his own."""

    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="")
    percent = models.DecimalField(
        _("Percent of the standard price"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
        help_text=_("What a product costs in this class when it has no price of its own there, such as 95."),
    )
    is_standard = models.BooleanField(_("Standard"), default=False)
    position = models.PositiveIntegerField(_("Place in the list"), default=0)
    remark = models.CharField(_("Remark"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("Price class")
        verbose_name_plural = _("Price classes")
        ordering = ["position", "id"]
        indexes = hot_indexes("price_class", "position")
        constraints = [
            models.CheckConstraint(name="price_class_percent", condition=Q(percent__isnull=True) | Q(percent__gte=0)),
            models.UniqueConstraint(
                fields=["is_standard"],
                name="price_class_one_standard",
                condition=Q(is_standard=True, deleted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name

    def clean(self) -> None:
        others: Any = PriceClass.objects.live().exclude(pk=self.pk)
        if others.filter(name=self.name).exists():
            raise Refused(fields={"name": _("There is a price class of this name already.")})
        if self.is_standard and self.percent is not None:
            raise Refused(fields={"percent": _("The standard class is the 100 percent of the others.")})
