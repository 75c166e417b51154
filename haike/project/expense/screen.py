"""How the expenses of projects are shown, found and written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Entity, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.project.expense.record import Expense
from haike.project.policy import WithinProject
from haike.sales.expense.screen import PERIODS, SPENT, WORDS, noted


class ExpenseEntity(Entity):
    """What projects have cost."""

    model, policy_class = Expense, WithinProject
    slug, icon, title = "project-expenses", "receipt", "what"
    titled_by = ["what"]
    columns = ["what", "project", "kind", "amount", "on", "spent_by", "created_at"]
    sort = "-on"
    categories = PERIODS
    sections = [Section(_("Project expense"), ["project", *SPENT])]
    quick = ["project", "what", "kind", "amount", "on"]
    facts = ["project", "kind", "amount", "on", "spent_by"]
    search = ["what", "project__name"]
    totals = ["amount"]
    synonyms = {**WORDS, "project": ("项目名称", "项目")}
    in_menu = in_create_menu = False
    help_page = "projects"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        """Note an expense; left open, it is the writer's."""
        return change.create(Expense, by=by, batch=batch, **noted(values, by))
