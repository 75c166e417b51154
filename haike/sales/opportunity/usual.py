"""The pipeline that a new company finds: five stages from the first talk to the contract."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from haike.kernel.record import writer
from haike.sales.opportunity.stage import Pipeline, Stage

NAME, NAME_EN = "标准销售流程", "Usual pipeline"
STAGES: tuple[dict[str, Any], ...] = (
    {
        "name": "初步接洽", "name_en": "First contact", "probability": 10, "days": 14,
        "tasks": "确认联系人和职务\n了解采购原因和时间\n约定下次沟通",
        "guidance": "弄清谁在用、谁拍板、为什么现在买。",
        "materials": "公司简介、样本册、同行业案例",
    },
    {
        "name": "需求确认", "name_en": "Needs confirmed", "probability": 25, "days": 21, "asked": ["needs"],
        "tasks": "写下数量、规格、交期和预算\n见到使用人\n问清有哪些竞争对手",
        "guidance": "把客户的话写成需求，请对方确认一遍。",
        "materials": "需求调查表、样品",
    },
    {
        "name": "方案报价", "name_en": "Proposal", "probability": 50, "days": 21, "asked": ["amount", "closes_on"],
        "tasks": "交方案和报价\n当面讲一遍方案\n记下客户的意见",
        "guidance": "报价前先确认决策流程和付款方式。",
        "materials": "方案书、报价单、检测报告",
    },
    {
        "name": "商务谈判", "name_en": "Negotiation", "probability": 75, "days": 14, "asked": ["amount", "closes_on"],
        "tasks": "谈定价格、交期、付款\n请主管批准让步",
        "guidance": "每一步让步都换回一个承诺。",
        "materials": "合同草稿、授权范围",
    },
    {
        "name": "合同签订", "name_en": "Contract", "probability": 90, "days": 10, "asked": ["amount", "closes_on"],
        "tasks": "送合同盖章\n确认首付款日期",
        "guidance": "跟着盖章流程走，每天问一次到了哪里。",
        "materials": "合同正本、开票资料",
    },
)  # fmt: skip


def seed() -> None:
    """Give a new company its pipeline; one that has ever had any keeps what it has."""
    if Pipeline._base_manager.exists():
        return
    now = timezone.now()
    with writer():
        pipeline = Pipeline(name=NAME, name_en=NAME_EN, created_at=now, changed_at=now)
        pipeline.save()
        for position, facts in enumerate(STAGES, 1):
            Stage(pipeline=pipeline, position=position, created_at=now, changed_at=now, **facts).save()
