"""The table of the people who decide."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.customers.deciding.record import Decider
from haike.find.indexes import hot_indexes


class Stakeholder(Decider):
    """A contact with his part in the decision about a project."""

    about: ClassVar[str] = "project"
    elsewhere: ClassVar[Promise] = _("This person belongs to another project.")

    project = models.ForeignKey(
        "project.Project", models.PROTECT, verbose_name=_("Project"), related_name="stakeholders", db_index=False
    )

    class Meta:
        verbose_name = _("Stakeholder")
        verbose_name_plural = _("Stakeholders")
        indexes = [
            *hot_indexes("stakeholder", "created_at"),
            models.Index(fields=["project", "-id"], name="stakeholder_project"),
            models.Index(fields=["contact"], name="stakeholder_contact"),
            models.Index(fields=["superior"], name="stakeholder_superior", condition=Q(superior__isnull=False)),
        ]
