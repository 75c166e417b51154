"""The table of the customers' needs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import hot_indexes
from haike.kernel.fields import LongText, Pick
from haike.kernel.record import Record
from haike.refused import Refused

OPEN = "open"


class Need(Record):
    """One thing that the customer needs, how much it matters, and by which product or solution it is met."""

    opportunity = models.ForeignKey(
        "sales.Opportunity", models.PROTECT, verbose_name=_("Opportunity"), related_name="need_rows", db_index=False
    )
    what = models.CharField(_("Need"), max_length=200)
    detail = LongText(_("In detail"))
    importance = Pick("need_importance", _("Importance"), default="should")
    met = Pick("need_met", _("How far met"), default=OPEN)
    product = models.ForeignKey(
        "catalog.Product", models.SET_NULL, verbose_name=_("Met by the product"), null=True, blank=True,
        related_name="+", db_index=False,
    )  # fmt: skip
    solution = models.ForeignKey(
        "sales.Solution", models.SET_NULL, verbose_name=_("Met by the solution"), null=True, blank=True,
        related_name="needs", db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("Customer's need")
        verbose_name_plural = _("Customers' needs")
        indexes = [
            *hot_indexes("need", "created_at"),
            models.Index(fields=["opportunity", "id"], name="need_opportunity"),
            models.Index(fields=["product"], name="need_product", condition=Q(product__isnull=False)),
            models.Index(fields=["solution"], name="need_solution", condition=Q(solution__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.what

    def clean(self) -> None:
        solution: Any = self.solution
        if solution is not None and solution.opportunity_id != self.opportunity_id:
            raise Refused(fields={"solution": _("This solution belongs to another opportunity.")})
