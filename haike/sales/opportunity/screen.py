"""How opportunities are shown, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from haike.catalog.lines.record import PRICING, TURNED
from haike.customers.customer.queries import people_side
from haike.customers.customer.record import Customer
from haike.kernel import change
from haike.kernel.currency import OWN
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Related, Section, SideGroup, entity_of
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.sales.opportunity import products
from haike.sales.opportunity.flow import OpportunityFlow
from haike.sales.opportunity.forecast.page import may_forecast
from haike.sales.opportunity.guide import guide
from haike.sales.opportunity.history import count_moves, panel
from haike.sales.opportunity.outcome_page import may_analyse
from haike.sales.opportunity.overdue import overdue
from haike.sales.opportunity.policy import OpportunityPolicy
from haike.sales.opportunity.record import LOST, OPEN, STATES, WON, Opportunity
from haike.sales.opportunity.score.held import held
from haike.sales.opportunity.setup import GRANT
from haike.sales.opportunity.stage import stages_of
from haike.sales.score.rules import GRANT as SCORES

MONTH = timedelta(days=31)
FOLLOWED = PRICING | {"amount"}
"""With these the products are added up and held against the amount."""
BEST = Category(_("Best first"), Q(state=OPEN, intent__isnull=False), sort="-intent")
"""What is to be worked on, those first that mean it most."""


def _this_month(user: Actor) -> Q:
    first = today().replace(day=1)
    return Q(state=OPEN, closes_on__gte=first, closes_on__lt=(first + MONTH).replace(day=1))


class OpportunityEntity(Entity):
    """Opportunities are worked on from the first talk to won or lost."""

    model, flow, policy_class = Opportunity, OpportunityFlow, OpportunityPolicy
    slug, icon, title = "opportunities", "bulb", "title"
    titled_by = ["title"]
    columns = [
        "title",
        "customer",
        "stage",
        "probability",
        "fit",
        "intent",
        "amount",
        "closes_on",
        "state",
        "owner",
        "stage_since",
        "created_at",
    ]
    categories = {
        "open": Category(STATES[OPEN], Q(state=OPEN)),
        "mine": Category(_("Mine, open"), lambda user: Q(state=OPEN, owner_id=user.pk)),
        "month": Category(_("Expected this month"), _this_month, sort="closes_on"),
        "overdue": Category(
            _("Expected day passed"), lambda _user: Q(state=OPEN, closes_on__lt=today()), sort="closes_on"
        ),
        "late": Category(_("Stage overdue"), overdue, sort="stage_since"),
        "won": Category(STATES[WON], Q(state=WON)),
        "lost": Category(STATES[LOST], Q(state=LOST)),
    }
    sections = [
        Section(
            _("Opportunity"),
            ["title", "number", "customer", "kind", "found_on", "source", "brought_by", "needs"],
        ),
        Section(_("Expectation"), ["amount", "currency", "worth", "closes_on", "fit", "intent"]),
        Section(_("Products"), ["lines"]),
        Section(
            pgettext_lazy("opportunity", "Stage"),
            [
                "pipeline",
                "stage",
                "probability",
                "stage_note",
                "stage_since",
            ],
        ),
        Section(_("Outcome"), ["state", "closed_on", "won_reason", "lost_reason", "lost_to", "closing_note"]),
        Section(_("Remark"), ["remark"]),
    ]
    quick = ["title", "customer", "amount", "closes_on", "stage", "needs"]
    facts = ["customer", "amount", "probability", "closes_on", "owner", "stage_since"]
    badges = ["state", "lost_reason", "won_reason"]
    search = ["title", "number", "customer__name"]
    totals = ["worth"]
    settled = ["stage_since"]
    hidden = ["visited", "rounding", "taxed"]
    match = ["number"]
    synonyms = {
        "number": ("商机编号", "编号"),
        "title": ("商机名称", "商机", "主题", "机会名称", "opportunity"),
        "customer": ("客户", "客户名称", "公司", "company"),
        "amount": ("预计金额", "预期金额", "金额", "amount"),
        "closes_on": ("预计签单日期", "预计成交日期", "expected close"),
        "stage": ("阶段", "销售阶段"),
        "probability": ("可能性", "赢率", "成功率"),
        "needs": ("客户需求", "需求"),
        "owner": ("负责人", "业务员", "销售"),
        "brought_by": ("提供人", "介绍人"),
        "found_on": ("发现时间", "发现日期"),
    }
    panels = [
        Panel("guide", _("What to do now"), guide, place="main", icon="compass"),
        Panel("lines", _("Products"), products.panel, count=products.count, icon="list-details"),
        Panel("moves", _("History of stages"), panel, count=count_moves, icon="history"),
    ]
    help_page = "opportunities"

    def blank(self) -> Any:
        record = super().blank()
        record.currency = OWN()
        return record

    def put(self, record: Any, values: Mapping[str, Any]) -> None:
        super().put(record, values)
        if FOLLOWED & values.keys():
            record.__dict__[TURNED] = True

    def change(
        self, record: Any, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Any:
        """Change an opportunity; with another stage or state comes another probability, unless one is given, and with
        other products another amount."""
        probability = self._follows(record, values)
        if probability is not None:
            values["probability"] = probability
        self._count_products(record, values)
        return change.change(record, by=by, version=version, batch=batch, **values)

    @staticmethod
    def _follows(record: Any, values: dict[str, Any]) -> int | None:
        """The probability that a change brings along."""
        state, stage = values.get("state", record.state), values.get("stage") or record.stage
        if state != record.state:
            return {WON: 100, LOST: 0}.get(state, stage.probability)
        given = values.get("probability", record.probability)
        if given is None or (stage.pk != record.stage_id and given == record.probability):
            return int(stage.probability)
        return None

    def _count_products(self, record: Any, values: dict[str, Any]) -> None:
        """Let the amount that the products come to be a change like one that is typed: in log, history and undo."""
        look = self.looks["lines"]
        if "lines" in values and look.to_json(values["lines"]) == look.to_json(record.lines):
            del values["lines"]
        if not {"lines", "currency"} & values.keys():
            return
        draft = copy(record)
        self.put(draft, {name: values[name] for name in ("lines", "currency", "customer") if name in values})
        draft.currency, draft.amount = draft.currency or OWN(), Decimal(0)
        draft.add_up()
        # One that was typed besides is judged when it is written.
        if draft.lines and values.get("amount", record.amount) == record.amount:
            values["amount"] = draft.amount

    def categories_for(self, user: Actor) -> dict[str, Category]:
        found = super().categories_for(user)
        # Not there before anything scores opportunities.
        best = {"best": BEST} if held().rules else {}
        return {"all": found.pop("all"), **best, **found}

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def stages(self, record: Any) -> list[tuple[str, Label, str]]:
        if record.state != OPEN:
            return []
        found: list[tuple[str, Label, str]] = []
        state = "done"
        for stage in stages_of(record.pipeline_id):
            here = stage.pk == record.stage_id
            state = "current" if here else ("next" if state in ("current", "next") else "done")
            found.append((str(stage.pk), str(stage), state))
        return found

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None or record.state == LOST:
            return []
        found = []
        about = {"opportunity": record.pk, "customer": record.customer_id, "subject": record.title}
        about["currency"] = record.currency
        if user.grants.may("sales.quote", "create"):
            found.append(Button(_("New quote"), f"/quotes/new?{urlencode(about)}", "file-dollar"))
        return found

    def list_buttons(self, user: Actor) -> list[Button]:
        found = [Button(_("Board"), f"{self.url}board", "layout-kanban")]
        if self.right(user, "closes_on") in ("edit", "read"):
            found.append(Button(_("Calendar"), f"{self.url}calendar", "calendar"))
        if all(self.right(user, name) in ("edit", "read") for name in ("stage", "state")):
            found.append(Button(_("Funnel"), f"{self.url}funnel", "filter"))
            if may_analyse(user):
                found.append(Button(_("Won and lost"), f"{self.url}outcome", "chart-bar"))
            if may_forecast(user):
                found.append(Button(_("Forecast"), f"{self.url}forecast", "chart-line"))
        if user.grants.may_do(SCORES):
            found.append(Button(_("Scoring"), f"{self.url}scoring", "gauge"))
        if user.grants.may_do(GRANT):
            found.append(Button(_("Pipelines"), "/pipelines/", "git-branch"))
        return found


entity_of(Customer).tabs.append(
    Related(
        "sales.opportunity",
        "customer",
        columns=["title", "stage", "probability", "amount", "closes_on", "state", "owner"],
    )
)
"""The tab on the page of the customer, from where one makes another."""
