"""How expenses are shown, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import days_within, people_side
from haike.kernel import change
from haike.kernel.entity import Category, Entity, Section, SideGroup, entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sales.expense.record import SaleExpense

PERIODS = {
    "month": Category(_("This month"), lambda _user: days_within("on", "this_month")),
    "year": Category(_("This year"), lambda _user: days_within("on", "this_year")),
}
"""The tabs of every list of expenses."""
WORDS = {
    "what": ("费用说明", "用途", "事由"),
    "kind": ("费用类型", "类型"),
    "amount": ("费用金额", "金额"),
    "on": ("发生日期", "日期"),
    "spent_by": ("经手人", "报销人"),
}
"""What the columns of all expenses are called in files."""
SPENT = ["what", "kind", "amount", "on", "spent_by", "remark"]
TAB = ["what", "kind", "amount", "on", "spent_by"]


def noted(values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """The values of a new expense; left open, it was spent by its writer."""
    mine = values.get("spent_by") is None and by.pk is not None
    return {**values, "spent_by": by} if mine else dict(values)


def seller_of(source: Any, by: Actor, label: str) -> Any:
    """Who owns a new record of this kind about `source`: who sells there, as far as the writer's reach goes; else the
    writer."""
    reach = by.grants.owner_ids(label, "view")
    if source.owner_id is not None and (reach is None or source.owner_id in reach):
        return source.owner
    return by if by.pk is not None else source.owner


class SaleExpenseEntity(Entity):
    """What was spent for orders and contracts."""

    model = SaleExpense
    slug, icon, title = "expenses", "receipt", "what"
    titled_by = ["what"]
    columns = ["what", "customer", "order", "contract", "kind", "amount", "on", "spent_by", "owner", "created_at"]
    sort = "-on"
    categories = PERIODS
    sections = [Section(_("Expense"), ["order", "contract", "customer", *SPENT])]
    quick = ["order", "contract", "what", "kind", "amount", "on"]
    facts = ["order", "contract", "kind", "amount", "on", "spent_by"]
    search = ["what", "customer__name"]
    totals = ["amount"]
    synonyms = {**WORDS, "order": ("订单号", "订单编号"), "contract": ("合同号", "合同编号")}
    in_menu = in_create_menu = False
    help_page = "orders"

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        source = self._demand(values, by)
        values = noted(values, by)
        if values.get("owner") is None and source is not None:
            values["owner"] = seller_of(source, by, self.label)
        return change.create(SaleExpense, by=by, batch=batch, **values)

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        self._demand(values, by)
        return super().change(record, by=by, **values)

    def _demand(self, values: Mapping[str, Any], by: Actor) -> Any:
        """The order or contract that is named; Refused for one that the writer does not see."""
        found = None
        for name in ("order", "contract"):
            source = values.get(name)
            if source is None:
                continue
            if not entity_of(type(source)).policy.allows(by, "view", source):
                raise Refused(fields={name: _("This is not there for you.")})
            found = source
        return found
