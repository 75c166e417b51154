"""The table of links: rooms that know nothing of projects keep no column for them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

KINDS = {
    "opportunity": "sales.opportunity",
    "quote": "sales.quote",
    "contract": "sales.contract",
    "order": "sales.order",
}
"""The columns of a link and the entities (labels) to which they lead."""


def _only(kind: str) -> Q:
    return Q(**{f"{each}__isnull": each != kind for each in KINDS})


def _to(model: str, label: Any) -> Any:
    return models.OneToOneField(model, models.CASCADE, verbose_name=label, null=True, blank=True, related_name="+")


class Link(models.Model):
    """One record that belongs to a project; no record belongs to two, or its money would count twice."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey("project.Project", models.CASCADE, verbose_name=_("Project"), related_name="links")
    opportunity = _to("sales.Opportunity", _("Opportunity"))
    quote = _to("sales.Quote", _("Quote"))
    contract = _to("sales.Contract", _("Contract"))
    order = _to("sales.Order", _("Order"))

    class Meta:
        verbose_name = _("Link to a project")
        verbose_name_plural = _("Links to projects")
        constraints = [
            models.CheckConstraint(
                name="project_link_one",
                condition=_only("opportunity") | _only("quote") | _only("contract") | _only("order"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.pk}"
