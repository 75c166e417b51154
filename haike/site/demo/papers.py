"""What the sample company sells and pays by: packages, templates of payment plans, and a print template per kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from haike.catalog.models import PrintTemplate, Product, ProductPackage
from haike.catalog.package.record import PackageLine
from haike.catalog.paper.kinds import KINDS
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.money.models import PlanTemplate
from haike.people.models import User
from haike.sales.contract.record import ACTIVE, DRAFT
from haike.sales.contract.text.actions import fill_in
from haike.sales.models import Contract, ContractTemplate
from haike.site.demo.delete import delete_free
from haike.site.demo.dues import TEMPLATES

SAMPLER = System("sample")
PACKAGES: tuple[tuple[str, str | None, tuple[tuple[str, int], ...]], ...] = (
    ("门店标签打印套装", "2280", (("ZD421-203", 1), ("RM4030", 24), ("1450G", 1))),
    ("仓库条码入门套装", None, (("ZT231-203", 1), ("TB10080", 24), ("W110", 12), ("DT40", 2), ("AZ-1", 1))),
)
"""Name, price of one (None: each product at the customer's price), and the models with their quantities."""
PRINTED: dict[str, tuple[str, str, str, str]] = {
    "sales.quote": (
        "标准报价单", "报价单", "尊敬的 {{ customer }}：感谢询价，现报价如下，有效期至 {{ valid_until }}。",
        "1. 以上价格含税、含运费。2. 收到订单后 7 天内发货。",
    ),
    "sales.order": (
        "标准销售订单", "销售订单", "{{ customer }} 向 {{ company }} 订购以下产品：",
        "1. 交货以签收为准。2. 质量异议请于到货后 7 天内提出。",
    ),
    "sales.contract": (
        "标准销售合同", "销售合同", "甲方：{{ customer }}　乙方：{{ company }}。双方经协商一致，订立本合同。",
        "1. 合同一式两份，双方签字盖章后生效。2. 争议由乙方所在地法院管辖。",
    ),
}  # fmt: skip
"""Name, heading, text before the lines and terms of a print template, by the kind of document."""
WITH_TEXT = 12
KEPT: tuple[Any, ...] = (ProductPackage, PlanTemplate, PrintTemplate)


def write_papers(owner: int) -> dict[str, Any]:
    """Make them; returns their keys, by model, and those of the plan templates by name."""
    made: dict[str, list[int]] = {}
    keeper = User._base_manager.get(pk=owner)
    made[entity_of(ProductPackage).label] = _packages(keeper)
    templates = {
        key: entity_of(PlanTemplate).create(by=SAMPLER, name=name, shares=shares, days=days).pk
        for key, name, shares, days in TEMPLATES
    }
    made[entity_of(PlanTemplate).label] = list(templates.values())
    printed = made[entity_of(PrintTemplate).label] = []
    for label, (name, heading, intro, terms) in PRINTED.items():
        if label in KINDS and not PrintTemplate.objects.live().filter(entity=label, name=name).exists():
            values: dict[str, Any] = {
                "name": name,
                "heading": heading,
                "intro": intro,
                "terms": terms,
                "signatures": True,
            }
            printed.append(entity_of(PrintTemplate).create(by=SAMPLER, entity=label, **values).pk)
    return {"papers": made, "plan_templates": templates}


def write_contract_texts(customers: range, owner: int) -> None:
    """The newest contracts of the sample company have their texts, made as by its boss."""
    boss = User._base_manager.get(pk=owner)
    rows = Contract.objects.filter(
        customer__gte=customers.start, customer__lt=customers.stop, state__in=(DRAFT, ACTIVE)
    )
    for contract in rows.order_by("-id")[:WITH_TEXT]:
        kind = "sale" if contract.kind in ("sale", "frame") else "service"
        template = ContractTemplate.objects.live().filter(kind=kind).order_by("id").first()
        if template is not None:
            made = fill_in(contract, template, boss)
            Contract._base_manager.filter(pk=contract.pk).update(
                text=made.text, heading=made.heading, text_from=template
            )


def _packages(keeper: Any) -> list[int]:
    entity, found = entity_of(ProductPackage), []
    for name, price, parts in PACKAGES:
        products = {each.model: each for each in Product.objects.live().filter(model__in=[of for of, _many in parts])}
        if len(products) < len(parts) or ProductPackage.objects.live().filter(name=name).exists():
            continue
        said = [{"product": products[of].pk, "quantity": str(many)} for of, many in parts]
        lines = entity.looks["lines"].from_json(said, SAMPLER)
        by_hand = Decimal(price) if price else None
        found.append(entity.create(by=SAMPLER, owner=keeper, name=name, by_hand=by_hand, lines=lines).pk)
    return found


def remove_papers(note: dict[str, Any]) -> None:
    """Delete what nobody has changed."""
    made: dict[str, list[int]] = note.get("papers", {})
    for model in KEPT:
        label = entity_of(model).label
        rows = model._base_manager.filter(pk__in=made.get(label, []), version=1)
        keys = set(rows.values_list("pk", flat=True))
        if model is ProductPackage:
            PackageLine.objects.filter(document__in=keys).delete()
        delete_free(model, keys)
