"""Money in: payment plans, payments and what they are spread over, invoices; one import line per entity."""

from haike.fields.own_field.additions import SETTLERS
from haike.kernel.change import FOLLOWERS, GUARDS
from haike.kernel.dictionary import declare
from haike.kernel.log import listeners
from haike.money import first_paid
from haike.money.ageing.overdue import PLAN_DUE, PLAN_OVERDUE
from haike.money.ageing.today import DUES
from haike.money.credit import refused_credit
from haike.money.debt import follower, listener, settle_all_debts, settler
from haike.money.dictionaries import DICTIONARIES
from haike.money.invoice.record import Invoice
from haike.money.invoice.screen import InvoiceEntity
from haike.money.on_pages import add_tabs, buttons, refused_sources
from haike.money.payment.record import Allocation, Payment
from haike.money.payment.screen import AllocationEntity, PaymentEntity
from haike.money.plan.record import PaymentPlan, PlanTemplate
from haike.money.plan.screen import PaymentPlanEntity, PlanTemplateEntity
from haike.money.truth.panel import add_panels
from haike.screens.record import BUTTONS
from haike.work.today import add_card

__all__ = [
    "PLAN_DUE",
    "PLAN_OVERDUE",
    "Allocation",
    "AllocationEntity",
    "Invoice",
    "InvoiceEntity",
    "Payment",
    "PaymentEntity",
    "PaymentPlan",
    "PaymentPlanEntity",
    "PlanTemplate",
    "PlanTemplateEntity",
    "settle_all_debts",
]

declare(DICTIONARIES)
GUARDS += [refused_sources, refused_credit]
FOLLOWERS += [follower, first_paid.follower]
SETTLERS.append(settler)
listeners.append(listener)
BUTTONS.append(buttons)
add_card(DUES)
add_tabs()
add_panels()
