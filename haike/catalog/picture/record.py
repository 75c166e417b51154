"""The table of further pictures of products."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.fields import Picture


class ProductPicture(models.Model):
    """A picture behind the main one, which is the product's own field.

    No right of its own: who reads the picture of the product reads it, who may change that adds and removes it.
    One that was taken out stays, so that it can be put back.
    """

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey("catalog.Product", models.CASCADE, related_name="pictures", db_index=False)
    picture = Picture(_("Picture"))
    place = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Picture of a product")
        verbose_name_plural = _("Pictures of products")
        indexes = [
            models.Index(
                fields=["product", "place", "id"], name="product_picture", condition=Q(deleted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id}/{self.place}"
