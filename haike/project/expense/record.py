"""The table of expenses."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from haike.find.indexes import filter_index, hot_indexes
from haike.sales.expense.record import Spent


class Expense(Spent):
    """What was spent for a project, in the company's own currency."""

    project = models.ForeignKey(
        "project.Project", models.PROTECT, verbose_name=_("Project"), related_name="expenses", db_index=False
    )

    class Meta:
        verbose_name = _("Project expense")
        verbose_name_plural = _("Project expenses")
        indexes = [
            *hot_indexes("project_expense", "on", "created_at", "amount"),
            filter_index("project_expense", "kind", "on", "amount"),
            models.Index(fields=["project", "-on"], name="project_expense_project"),
        ]
