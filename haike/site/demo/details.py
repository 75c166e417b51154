"""What is known about some opportunities of the sample company: needs, solutions, competitors, who decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from haike.customers.models import Contact
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.people.models import User
from haike.sales.models import Competitor, Need, Opportunity, OpportunityDecider, Solution, SolutionTemplate
from haike.sales.opportunity.record import OPEN

SAMPLER = System("sample")
MOST = 8
"""So many of the newest open opportunities are worked out."""
TEMPLATES = (
    (
        "标签印刷整体方案",
        "一、现状与问题\n二、推荐材料与工艺\n三、打样与验收标准\n四、供货周期与安全库存\n五、报价与付款方式",
    ),
    ("年度框架供货方案", "一、年用量与型号清单\n二、阶梯价格\n三、备货与交期承诺\n四、质量赔付条款\n五、对账与结算"),
)
NEEDS = (
    ("交期稳定，急单 48 小时内发货", "must", "met"),
    ("耐高温、耐酒精擦拭，附检测报告", "must", "partly"),
    ("单价不高于现用产品", "should", "open"),
    ("每月一次对账，月结 30 天", "could", "met"),
)
RIVALS = (
    ("present", "high", "合作三年，熟悉客户的产线", "急单响应慢，去年两次批次色差", Decimal("0.96")),
    ("local", "middle", "离客户近，可以当天送货", "没有环保检测报告，产能有限", Decimal("0.9")),
    ("import", "low", "品牌知名，材料性能好", "价格高，起订量大，交期六周", Decimal("1.35")),
)
DECIDERS = (("decider", "neutral", "high"), ("purchaser", "leans", "middle"), ("user", "supports", "low"))


def write_details(first: int, count: int) -> None:
    """Write them for the newest open opportunities of the sample (keys from `first` on)."""
    boss = User._base_manager.filter(username="boss").first()
    for title, text in TEMPLATES if boss is not None else ():
        entity_of(SolutionTemplate).create(by=SAMPLER, title=title, text=text, for_all=True, owner=boss)
    rows = Opportunity._base_manager.filter(pk__gte=first, pk__lt=first + count, state=OPEN, deleted_at__isnull=True)
    for place, opportunity in enumerate(rows.order_by("-created_at", "-pk")[:MOST]):
        _fill(opportunity, place)


def _fill(opportunity: Any, place: int) -> None:
    title, text = TEMPLATES[place % len(TEMPLATES)]
    solution = entity_of(Solution).create(
        by=SAMPLER, opportunity=opportunity, title=title, text=text, stage=("draft", "presented", "accepted")[place % 3]
    )
    for at in range(2 + place % 2):
        what, importance, met = NEEDS[(place + at) % len(NEEDS)]
        entity_of(Need).create(
            by=SAMPLER, opportunity=opportunity, what=what, importance=importance, met=met,
            solution=solution if met != "open" else None,
        )  # fmt: skip
    for at in range(1 + place % 2):
        rival, threat, strengths, weaknesses, rate = RIVALS[(place + at) % len(RIVALS)]
        entity_of(Competitor).create(
            by=SAMPLER, opportunity=opportunity, rival=rival, threat=threat, strengths=strengths,
            weaknesses=weaknesses, price=(opportunity.amount * rate).quantize(Decimal(1)),
        )  # fmt: skip
    above = None
    contacts = Contact._base_manager.filter(customer=opportunity.customer_id, deleted_at__isnull=True).order_by("pk")
    for contact, (role, attitude, influence) in zip(contacts[: len(DECIDERS)], DECIDERS, strict=False):
        made = entity_of(OpportunityDecider).create(
            by=SAMPLER, opportunity=opportunity, contact=contact, role=role, attitude=attitude, influence=influence,
            superior=above,
        )  # fmt: skip
        above = above or made
