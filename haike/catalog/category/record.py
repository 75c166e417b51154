"""Product category: a branch of the product tree, which may have any depth."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.find.indexes import hot_indexes
from haike.kernel.record import Record
from haike.refused import Refused

DIVIDERS = "/／>＞\\"
"""What separates the names of a path in sheets; so no name holds one of them."""


class ProductCategory(Record):
    """A branch of the product tree. `path` holds the keys from the top down to itself: "/1/4/"."""

    name = models.CharField(_("Name"), max_length=80)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=pgettext_lazy("category", "Belongs to"),
        null=True,
        blank=True,
        related_name="children",
    )
    position = models.PositiveIntegerField(_("Place in the list"), default=0)
    remark = models.CharField(_("Remark"), max_length=200, blank=True, default="")
    path = models.CharField(max_length=400, editable=False, blank=True, default="", db_index=True)

    class Meta:
        verbose_name = _("Product category")
        verbose_name_plural = _("Product categories")
        ordering = ["position", "id"]
        indexes = hot_indexes("category", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="category_namesake", condition=Q(deleted_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["name"],
                name="category_namesake_on_top",
                condition=Q(deleted_at__isnull=True, parent__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """0 at the top of the tree."""
        return max(self.path.count("/") - 2, 0)

    def prepare(self) -> None:
        if self.pk:
            self.path = f"{self.parent.path if self.parent else '/'}{self.pk}/"

    def clean(self) -> None:
        if any(divider in self.name for divider in DIVIDERS):
            message = _("A name cannot hold %(signs)s: they separate the names of a path.")
            raise Refused(fields={"name": message % {"signs": " ".join(DIVIDERS)}})
        if self.pk and self.parent and f"/{self.pk}/" in self.parent.path:
            raise Refused(fields={"parent": _("A category cannot belong to itself or to one below it.")})
        beside: Any = ProductCategory.objects.live().filter(parent=self.parent, name=self.name).exclude(pk=self.pk)
        if beside.exists():
            raise Refused(fields={"name": _("There is already a category of this name at this place.")})
