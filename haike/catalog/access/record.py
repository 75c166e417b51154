"""Rights by product group: which categories of the product tree somebody sees and which he may change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.kernel.record import Record
from haike.people.role.record import Role


class ProductAccess(Record):
    """Who has one of the `roles`, or is one of the `users`, sees only the products below `sees` and `edits`."""

    name = models.CharField(_("Name"), max_length=60)
    roles = models.ManyToManyField(
        Role,
        verbose_name=_("Roles"),
        blank=True,
        related_name="+",
        help_text=_("Who also has a role that is not named in any rule sees all products."),
    )
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Users"),
        blank=True,
        related_name="+",
        help_text=_("For these users it counts instead of what their roles say."),
    )
    sees = models.ManyToManyField(
        "catalog.ProductCategory",
        verbose_name=_("Sees"),
        blank=True,
        related_name="+",
        help_text=_("These categories with all that lies below them, and no others."),
    )
    edits = models.ManyToManyField(
        "catalog.ProductCategory",
        verbose_name=_("May change"),
        blank=True,
        related_name="+",
        help_text=_("Sees them too. His roles still say whether he may change products at all."),
    )

    class Meta:
        verbose_name = _("Right by product group")
        verbose_name_plural = _("Rights by product group")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
