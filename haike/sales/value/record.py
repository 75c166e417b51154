"""The history of customers' groups."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

PROFIT, ORDERS = "profit", "orders"
KINDS = {PROFIT: _("Group by profit"), ORDERS: _("Group by orders")}
COLUMNS = {PROFIT: "profit_group", ORDERS: "order_group"}


class GroupStep(models.Model):
    """From a day on a customer was in this group; an empty one says that he ordered nothing in the period."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=6, choices=list(KINDS.items()))
    on = models.DateField()
    group = models.CharField(max_length=1, blank=True, default="")

    class Meta:
        verbose_name = _("Change of a customer's group")
        verbose_name_plural = _("Changes of customers' groups")
        indexes = [models.Index(fields=["customer", "-id"], name="group_step_customer")]

    def __str__(self) -> str:
        return f"{self.on} {self.group}"
