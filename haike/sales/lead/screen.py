"""How leads are shown, found and written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import people_side, within
from haike.customers.customer.record import Customer
from haike.dedupe.guard import warnings
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Related, Section, SideGroup, entity_of
from haike.kernel.policy import WRITES, Actor, Policy
from haike.pools.serve import buttons, row_buttons
from haike.sales.lead import actions
from haike.sales.lead.flow import LeadFlow
from haike.sales.lead.queries import categories_for
from haike.sales.lead.record import CONVERTED, FOLLOWING, TO_DO, Lead, LeadFollowUp
from haike.sales.lead.score.explain import badge, panel
from haike.sales.score.rules import GRANT
from haike.screens.record import related_panel, related_rows
from haike.work.follow_up.screen import AuthorPolicy

READ_ONLY = frozenset({"edit", "bulk", "delete", "approve"})
"""What nobody does with a converted lead; it may still be handed over and shared."""
SPOKEN_WITH = (TO_DO, FOLLOWING)
WRITE = _("Write a follow-up")
TALK_COLUMNS = ["content", "manner", "result", "at", "next_at", "created_by"]
TALKS = Related("sales.leadfollowup", "lead", columns=TALK_COLUMNS)
"""Before all other tabs: what was said is what one opens a lead for."""


class LeadPolicy(Policy):
    """A converted lead is read-only."""

    def allows(self, user: Actor, action: str, record: Any, shares: Mapping[int, bool] | None = None) -> bool:
        if action in READ_ONLY and record.state == CONVERTED:
            return False
        return super().allows(user, action, record, shares)

    def rows(self, user: Actor, action: str = "view") -> Q:
        found = super().rows(user, action)
        return found & ~Q(state=CONVERTED) if action in READ_ONLY else found


def _talks(request: HttpRequest, lead: Lead) -> str:
    user: Any = request.user
    may = entity_of(LeadFollowUp).policy.may(user, "view")
    # With a customer one speaks on his page; with a lead that lies in its pool, or came to nothing, nobody does.
    return related_panel(request, lead, TALKS, user, new=lead.state in SPOKEN_WITH) if may else ""


def _count_talks(user: Actor, lead: Lead) -> int:
    may = entity_of(LeadFollowUp).policy.may(user, "view")
    return int(related_rows(TALKS, lead, user).count()) if may else 0


def _became(lead: Lead, user: Actor) -> list[Button]:
    """The way to the customer, for who sees him."""
    customer = Customer.objects.visible_to(user).filter(pk=lead.customer_id).first() if lead.customer_id else None
    if customer is None:
        return []
    return [Button(_("Open the customer"), entity_of(Customer).url_of(customer), "building", primary=True)]


class LeadEntity(Entity):
    """Leads are listed by state; converted ones lead to what they became."""

    model, policy_class, flow = Lead, LeadPolicy, LeadFlow
    slug, icon = "leads", "target-arrow"
    titled_by = ["name"]
    columns = [
        "name",
        "person",
        "mobile",
        "wechat",
        "state",
        "score",
        "source",
        "product",
        "region",
        "last_contact_at",
        "next_contact_at",
        "owner",
        "created_at",
    ]
    sections = [
        Section(
            _("Lead"),
            [
                "name",
                "company",
                "person",
                "form_of_address",
                "post",
                "source",
                "campaign",
                "product",
                "budget",
                "remark",
            ],
        ),
        Section(_("Ways to reach"), ["mobile", "phone", "wechat", "qq", "email", "region", "address"]),
        Section(
            _("Progress"),
            ["state", "invalid_reason", "score", "grade", "chance", "last_contact_at", "next_contact_at"],
        ),
        Section(_("Became"), ["customer", "contact", "opportunity", "converted_at"]),
        Section(
            _("Whose it is"),
            ["pool", "pooled_at", "owned_since", "protected_until", "advanced_at", "dealt_at"],
            folded=True,
        ),
    ]
    quick = ["company", "person", "mobile", "wechat", "source", "product", "remark"]
    facts = ["person", "mobile", "phone", "wechat", "source", "product", "customer", "owner"]
    badges = ["state", "invalid_reason"]
    search = ["name", "company", "person", "mobile", "phone", "wechat", "qq", "email", "product", "campaign"]
    totals = ["budget"]
    hidden = ["followed_by"]
    settled = [
        "last_contact_at",
        "next_contact_at",
        "followed_by",
        "customer",
        "contact",
        "opportunity",
        "converted_at",
        "advanced_at",
        "dealt_at",
    ]
    synonyms = {
        "name": ("线索名称", "线索"),
        "company": ("公司名称", "公司", "单位", "客户名称", "企业名称", "company name"),
        "person": ("联系人", "姓名", "contact", "contact name"),
        "mobile": ("手机", "手机号", "手机号码", "联系电话", "mobile", "cell"),
        "phone": ("电话", "固话", "座机", "tel"),
        "wechat": ("微信", "微信号"),
        "source": ("来源", "线索来源", "渠道"),
        "product": ("意向产品", "需求", "感兴趣的产品"),
        "owner": ("负责人", "业务员", "销售", "跟进人"),
        "region": ("地区", "省市", "省市区"),
        "remark": ("备注", "说明"),
    }
    panels = [
        Panel("talks", _("Follow-ups"), _talks, count=_count_talks, icon="message-2"),
        Panel("score", _("Score"), badge, place="head", icon="gauge"),
        Panel("reasons", _("Score"), panel, place="side", icon="gauge"),
    ]

    def categories_for(self, user: Actor) -> dict[str, Category]:
        return categories_for(user)

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(warnings(self, values, record, by))

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def list_buttons(self, user: Actor) -> list[Button]:
        found = []
        if self.policy.may(user, "import") and self.policy.may(user, "create"):
            found.append(Button(_("My numbers"), "/leads/numbers", "dialpad"))
        if user.grants.may_do(GRANT):
            found.append(Button(_("Scoring"), "/leads/scoring", "gauge"))
        return found

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.state == CONVERTED:
            return _became(record, user)
        found = [*buttons(record, user)]
        if record.state in SPOKEN_WITH:
            if entity_of(LeadFollowUp).policy.may(user, "create"):
                url = f"/lead-follow-ups/new?lead={record.pk}"
                found.insert(0, Button(WRITE, url, "message-plus", "drawer"))
            if self.policy.allows(user, "edit", record):
                url = f"{self.url_of(record)}convert"
                found.insert(0, Button(_("Convert"), url, "user-check", "drawer", primary=True))
        return found

    def row_buttons(self, user: Actor) -> Callable[[Any], list[Button]]:
        claim, may_write = row_buttons(user), entity_of(LeadFollowUp).policy.may(user, "create")

        def offered(record: Any) -> list[Button]:
            if (found := claim(record)) or record.state not in SPOKEN_WITH:
                return found
            url = f"/lead-follow-ups/new?lead={record.pk}"
            return [Button(WRITE, url, "message-plus", "drawer")] if may_write else []

        return offered


class LeadTalkPolicy(AuthorPolicy):
    """Whoever sees the lead reads; the author writes, as long as the lead is not converted."""

    through = "lead"

    def allows(self, user: Actor, action: str, record: Any, shares: Mapping[int, bool] | None = None) -> bool:
        if action in WRITES and record.lead.state == CONVERTED:
            return False
        return super().allows(user, action, record, shares)

    def rows(self, user: Actor, action: str = "view") -> Q:
        found = super().rows(user, action)
        return found & ~Q(lead__state=CONVERTED) if action in WRITES else found


class LeadFollowUpEntity(Entity):
    """Talks are read on the lead's page, and in a list of their own."""

    model, policy_class = LeadFollowUp, LeadTalkPolicy
    slug, icon, title = "lead-follow-ups", "message-2", "content"
    titled_by = ["content"]
    columns = ["content", "lead", *TALK_COLUMNS[1:]]
    sort = "-at"
    categories = {
        "today": Category(_("Today"), within("at", "today")),
        "this_week": Category(_("This week"), within("at", "this_week")),
        "mine": Category(_("Written by me"), lambda user: Q(created_by_id=user.pk)),
    }
    sections = [Section(_("Talk"), ["lead", "manner", "content", "result", "at", "next_at"])]
    facts = ["lead", "manner", "at", "next_at", "created_by"]
    badges = ["result"]
    search = ["content", "lead__name"]
    once = ["lead"]
    in_create_menu = False
    help_page = "leads"

    def create(self, *, by: Actor, **values: Any) -> Any:
        return actions.write_follow_up(values.pop("lead", None), by=by, **{"content": "", **values})

    def change(self, record: Any, *, by: Actor, version: int | None = None, **values: Any) -> Any:
        return actions.correct(record, by=by, version=version, **values)

    def changes_plainly(self, names: Collection[str]) -> bool:
        return set(names) <= {"manner", "content", "result"}

    def taken_back(self, records: list[Any]) -> None:
        actions.settle_leads(record.lead_id for record in records)

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.remove_follow_up(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.restore_follow_up(record, by=by)
