"""Money can be switched off."""

from django.utils.translation import gettext_lazy as _

from haike.screens.module import Module, declare_module

MONEY = declare_module(
    Module(
        "money",
        _("Payments and invoices"),
        _("What customers owe by when, what they paid and what was invoiced."),
        icon="cash",
        code=("haike.money",),
        fields=("debt", "prepaid"),
        entities=("money.paymentplan", "money.plantemplate", "money.payment", "money.allocation", "money.invoice"),
        grants=("manage_payments", "over_credit"),
        cards=("dues",),
        reminders=("plan_due", "plan_overdue"),
        options=("money.",),
        dictionaries=("payment_kind", "manner_of_payment", "invoice_type"),
    )
)
