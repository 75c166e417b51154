"""The roles a new company starts with. They are its own from then on: it edits, copies and deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from haike.kernel.policy import ACTIONS

Reaches = Mapping[str, str]

EVERY_ACTION = tuple(ACTIONS)
DAILY = ("view", "create", "edit", "print")
KEEPING = (*DAILY, "delete", "restore", "import", "bulk", "share")
LEADING = (*KEEPING, "export", "transfer", "approve")


def reach(far: str, actions: tuple[str, ...] = DAILY, **other: str) -> Reaches:
    """The same reach for these actions, and another one for some."""
    return {**dict.fromkeys(actions, far), **other}


COLLEAGUES: Mapping[str, Reaches] = {"people.user": {"view": "all"}, "people.department": {"view": "all"}}
"""Everybody finds everybody; the address book is no secret inside a company."""

LEADS_PEOPLE: Mapping[str, Reaches] = {
    "people.user": {"view": "all", "create": "below", "edit": "below", "export": "below", "import": "below"},
    "people.department": {"view": "all"},
    "people.role": {"view": "all"},
}


@dataclass(frozen=True)
class ShippedRole:
    """One role as shipped."""

    key: str
    name: str
    name_en: str
    description: str
    rights: Mapping[str, Reaches]
    grants: tuple[str, ...] = ()
    field_rights: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


SHIPPED_ROLES = [
    ShippedRole(
        "boss",
        "老板",
        "Boss",
        "看得到全公司的数据，可以做所有的事。",
        {"*": reach("all", EVERY_ACTION), "people.*": reach("all", EVERY_ACTION)},
        ("*",),
    ),
    ShippedRole(
        "director",
        "总监",
        "Director",
        "看得到全公司的业务数据并可以修改、审批，管理本部门及下级部门的人员；不能彻底删除。",
        {
            **LEADS_PEOPLE,
            "*": reach("all", LEADING),
        },
        (
            "people", "log", "reveal", "share_views", "dictionary", "cost_price", "export", "edit_answers",
            "manage_payments", "company_reports", "edit_templates", "manage_shipped_orders", "manage_returns",
            "undo_stock", "delete_follow_ups", "duplicates",
        ),
    ),
    ShippedRole(
        "director_assistant",
        "总监助理",
        "Director's assistant",
        "替总监看全公司的数据、整理资料、导入导出；不能删除、转移和审批。",
        {**COLLEAGUES, "*": reach("all", (*DAILY, "import", "export", "share"))},
        ("reveal", "share_views", "export", "company_reports", "edit_templates"),
    ),
    ShippedRole(
        "manager",
        "部门经理",
        "Manager",
        "看得到并管理本部门及下级部门的数据和人员，可以转移客户、审批。",
        {**LEADS_PEOPLE, "*": reach("below", LEADING), "catalog.*": {"view": "all"}},
        (
            "people", "reveal", "share_views", "export", "manage_shipped_orders", "manage_returns",
            "delete_follow_ups", "duplicates",
        ),
    ),
    ShippedRole(
        "manager_assistant",
        "经理助理",
        "Manager's assistant",
        "协助经理处理本部门及下级部门的数据；不能删除、转移和审批。",
        {
            **COLLEAGUES,
            "*": reach("below", (*DAILY, "import", "export"), create="own"),
            "catalog.*": {"view": "all"},
        },
        ("reveal", "export"),
    ),
    ShippedRole(
        "sales",
        "销售",
        "Sales",
        "管理自己的客户、商机、合同和日程。",
        {**COLLEAGUES, "*": reach("own", KEEPING), "catalog.*": {"view": "all"}, "office.*": reach("own")},
        ("reveal",),
    ),
    ShippedRole(
        "service",
        "客服",
        "Customer service",
        "看得到所有客户，处理咨询、投诉、维修和回访。",
        {
            **COLLEAGUES,
            "*": reach("own"),
            "customers.*": reach("all", ("view", "edit", "print"), create="own"),
            "service.*": reach("all", (*KEEPING, "transfer")),
            "sales.*": {"view": "all"},
            "catalog.*": {"view": "all"},
        },
        ("reveal", "edit_answers"),
    ),
    ShippedRole(
        "storekeeper",
        "库管",
        "Storekeeper",
        "管理仓库、出入库、发货和退货。",
        {
            **COLLEAGUES,
            "stock.*": reach("all", (*KEEPING, "export")),
            "catalog.*": reach("all", ("view", "print")),
            "work.*": reach("own", KEEPING),
            "office.*": reach("own"),
            "files.*": reach("own"),
            "talk.*": reach("own"),
        },
        ("undo_stock", "manage_returns"),
    ),
    ShippedRole(
        "purchaser",
        "采购",
        "Purchaser",
        "管理供应商、采购单和到货。",
        {
            **COLLEAGUES,
            "stock.*": reach("all", (*KEEPING, "export")),
            "catalog.*": reach("all", ("view", "create", "edit", "print")),
            "work.*": reach("own", KEEPING),
            "office.*": reach("own"),
            "files.*": reach("own"),
            "talk.*": reach("own"),
        },
        ("cost_price",),
    ),
    ShippedRole(
        "finance",
        "财务",
        "Finance",
        "管理回款、发票、费用和工资，看得到所有客户和合同。",
        {
            **COLLEAGUES,
            "money.*": reach("all", (*KEEPING, "export", "approve")),
            "people.exchangerate": reach("all", (*KEEPING, "export")),
            "sales.*": reach("all", ("view", "print", "export")),
            "customers.*": reach("all", ("view", "print")),
            "stock.*": reach("all", ("view", "print", "export")),
            "catalog.*": reach("all", ("view", "print", "export")),
            "work.*": reach("own", KEEPING),
            "office.*": reach("own"),
            "files.*": reach("own"),
            "talk.*": reach("own"),
        },
        ("cost_price", "export", "manage_payments", "audit_ledger", "company_reports"),
    ),
    ShippedRole(
        "marketing",
        "市场",
        "Marketing",
        "做活动、群发和表单，带来线索；看得到所有客户的资料，但不修改。",
        {
            **COLLEAGUES,
            "*": reach("own"),
            "marketing.*": reach("all", (*KEEPING, "export")),
            "forms.*": reach("all", (*KEEPING, "export")),
            "customers.*": reach("all", ("view",), create="own", **{"import": "own"}),
            "catalog.*": {"view": "all"},
        },
        ("edit_answers",),
        {"customers.customer": {"phone": "masked"}, "customers.contact": {"phone": "masked", "email": "masked"}},
    ),
    ShippedRole(
        "clerk",
        "文员",
        "Office clerk",
        "管理公告、申请、考勤和日常事务。",
        {
            **COLLEAGUES,
            "office.*": reach("all", (*KEEPING, "export")),
            "work.*": reach("own", KEEPING),
            "files.*": reach("own"),
            "talk.*": reach("own"),
            "catalog.*": {"view": "all"},
        },
    ),
    ShippedRole(
        "maintenance",
        "系统维护",
        "System maintenance",
        "只管备份、恢复和后台任务，看不到任何业务数据。",
        {"people.user": {"view": "own"}},
        ("backup", "jobs"),
    ),
    ShippedRole(
        "limited",
        "受限（只读）",
        "Limited (read-only)",
        "只能看本部门的数据，什么都不能改。",
        {**COLLEAGUES, "*": {"view": "department"}},
    ),
]  # fmt: skip

DESCRIPTIONS_EN = {
    "boss": "Sees the data of the whole company and may do everything.",
    "director": (
        "Sees, changes and approves the business data of the whole company and manages the people of the own "
        "department and those below; deletes nothing for good."
    ),
    "director_assistant": (
        "Sees the data of the whole company for the director, keeps them in order, imports and exports; does "
        "not delete, transfer or approve."
    ),
    "manager": (
        "Sees and manages data and people of the own department and those below, may transfer customers and approve."
    ),
    "manager_assistant": (
        "Helps the manager with the data of the own department and those below; does not delete, transfer or approve."
    ),
    "sales": "Looks after own customers, opportunities, contracts and schedule.",
    "service": "Sees all customers, deals with questions, complaints, repairs and return calls.",
    "storekeeper": "Looks after the warehouse, goods in and out, shipments and returns.",
    "purchaser": "Looks after suppliers, purchase orders and arrivals.",
    "finance": "Looks after payments, invoices, expenses and wages, sees all customers and contracts.",
    "marketing": (
        "Makes campaigns, mailings and forms and brings leads; sees the data of all customers, but does not "
        "change them."
    ),
    "clerk": "Looks after announcements, requests, attendance and daily office work.",
    "maintenance": "Only looks after backup, restore and background jobs and sees no business data.",
    "limited": "Only sees the data of the own department and changes nothing.",
}
"""What the shipped descriptions say, for readers of English, by the key of the role."""
