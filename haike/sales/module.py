"""Leads, opportunities, contracts and orders can be switched off, each for itself."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

LEADS = declare_module(
    Module(
        "leads",
        _("Leads"),
        _("People and businesses that nobody has qualified yet, their follow-ups and lead pools."),
        icon="target-arrow",
        code=("haike.sales.lead", "haike.sales.note"),
        entities=("sales.lead", "sales.leadfollowup", "sales.callnote"),
        reminders=("recycle_leads",),
        options=("sales.lead_", "sales.grade_"),
        dictionaries=("lead_invalid_reason",),
    )
)

OPPORTUNITIES = declare_module(
    Module(
        "opportunities",
        _("Opportunities"),
        _("Chances to sell with stages, a board, their history and forecasts."),
        icon="bulb",
        code=(
            "haike.sales.opportunity", "haike.sales.need", "haike.sales.solution", "haike.sales.competitor",
            "haike.sales.decider",
        ),
        entities=(
            "sales.opportunity", "sales.pipeline", "sales.stage", "sales.need", "sales.solution",
            "sales.solutiontemplate", "sales.competitor", "sales.opportunitydecider",
        ),
        grants=("pipelines", "solution_templates"),
        reminders=("stage_overdue",),
        dictionaries=(
            "opportunity_kind", "opportunity_won_reason", "opportunity_lost_reason", "need_importance", "need_met",
            "solution_stage", "competitor", "competitor_threat",
        ),
    )
)  # fmt: skip

CONTRACTS = declare_module(
    Module(
        "contracts",
        _("Contracts"),
        _("What was agreed with customers, deliveries by instalments, renewals."),
        icon="file-certificate",
        code=("haike.sales.contract",),
        entities=("sales.contract", "sales.delivery"),
        reminders=("contract_ends", "delivery_due"),
        cards=("renewals",),
        options=("contracts.",),
        dictionaries=("contract_kind",),
    )
)

ORDERS = declare_module(
    Module(
        "orders",
        _("Orders and shipments"),
        _("What customers ordered, what was shipped of it, and what they have bought."),
        icon="shopping-cart",
        code=(
            "haike.sales.order",
            "haike.sales.shipment",
            "haike.sales.lines",
            "haike.sales.value",
            "haike.sales.after",
        ),
        entities=("sales.order", "sales.shipment"),
        fields=("order", "bought_on", "bought_year", "bought_total", "profit_group", "order_group"),
        grants=("correct_costs", "commission", "manage_shipped_orders"),
        reminders=("order_ships", "after_sale_visit", "warranty_ends", "receipt_signed"),
        cards=("visits",),
        options=("bought.", "after_sale.", "commission."),
        dictionaries=("order_pay_manner", "carrier"),
    )
)
