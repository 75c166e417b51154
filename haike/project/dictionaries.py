"""Pick-lists of projects."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.dictionary import Dictionary, Word

DICTIONARIES = [
    Dictionary(
        key="project_kind",
        label=_("Kind of project"),
        room="project",
        words=[
            Word("building", "房屋建筑", "Building"),
            Word("industry", "工业厂房", "Industry"),
            Word("municipal", "市政工程", "Municipal works"),
            Word("fitting", "装修改造", "Fitting out"),
            Word("equipment", "设备成套", "Equipment"),
            Word("system", "系统集成", "System integration"),
            Word("other", "其他", "Other"),
        ],
    ),
    Dictionary(
        key="project_outcome",
        label=_("How a project ended"),
        room="project",
        words=[
            Word("accepted", "验收完成", "Accepted", "green"),
            Word("lost", "未中标", "Lost", "red"),
            Word("cancelled", "项目取消", "Cancelled", "grey"),
            Word("withdrawn", "主动放弃", "Withdrawn", "grey"),
        ],
    ),
    Dictionary(
        key="project_party_kind",
        label=_("Party of a project"),
        room="project",
        words=[
            Word("owner", "业主", "Owner", "blue"),
            Word("designer", "设计院", "Designer", "purple"),
            Word("supervisor", "监理", "Supervisor", "teal"),
            Word("contractor", "总包", "General contractor", "orange"),
            Word("subcontractor", "分包", "Subcontractor", "yellow"),
            Word("supplier", "供应商", "Supplier", "green"),
            Word("consultant", "咨询顾问", "Consultant", "grey"),
            Word("tender_agent", "招标代理", "Tender agent", "grey"),
            Word("other", "其他", "Other", "grey"),
        ],
    ),
]
