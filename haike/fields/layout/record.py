"""The table of layouts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Layout(models.Model):
    """How a company arranges form and page of an entity, in general (`line` empty) or for a business line.

    `plan` is what `Plan.data` gives; an empty one means as shipped, or for a line as in general. The row of a layout
    that was put back stays, so that its version goes on and an old page cannot write over a newer one.
    """

    entity = models.CharField(max_length=60)
    line = models.CharField(max_length=80, blank=True, default="")
    plan = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("Layout")
        constraints = [models.UniqueConstraint(fields=["entity", "line"], name="fields_layout_of")]

    def __str__(self) -> str:
        return f"{self.entity} {self.line}".strip()
