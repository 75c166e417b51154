"""How payment plans and their templates are shown, found and written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import people_side
from haike.kernel.entity import Button, Category, Entity, Section, SideGroup
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor
from haike.money.ageing.report import may_age
from haike.money.debt import booked
from haike.money.document import MoneyDocument, MoneyEntity
from haike.money.plan import actions
from haike.money.plan.record import PAID, PaymentPlan, PlanTemplate
from haike.money.settle import settle_source, settle_sources_of
from haike.money.source import SOURCES, key_of
from haike.people.policy import HousePolicy

SOON = timedelta(days=30)
TRUTH = "/truth-line"
UNPAID = ~Q(state=PAID)


def link(slug: str, **values: Any) -> str:
    """The form of a new record with these filled in."""
    return f"/{slug}/new?{urlencode({name: value for name, value in values.items() if value not in (None, '')})}"


def starts(document: MoneyDocument) -> dict[str, Any]:
    """What the form of the next document begins with: the customer and the contract or order of this one."""
    return {name: getattr(document, f"{name}_id") for name in ("customer", *SOURCES)}


def _due_soon(user: Actor) -> Q:
    return UNPAID & Q(due_on__gte=today(), due_on__lte=today() + SOON)


def _overdue(user: Actor) -> Q:
    return UNPAID & Q(due_on__lt=today())


class PaymentPlanEntity(MoneyEntity):
    """What is received on a plan follows from the payments."""

    model = PaymentPlan
    slug, icon, title = "payment-plans", "calendar-dollar", "number"
    titled_by = ["number", "instalment"]
    columns = [
        "number", "customer", "open", "due_on", "state", "amount", "received", "contract", "order", "instalment",
        "kind", "owner", "created_at",
    ]  # fmt: skip
    sort = "-due_on"
    categories = {
        "unpaid": Category(_("Not fully paid"), UNPAID, sort="due_on"),
        "due_soon": Category(_("Due within 30 days"), _due_soon, counted=True, sort="due_on"),
        "overdue": Category(_("Overdue"), _overdue, counted=True, sort="due_on"),
        "paid": Category(_("Paid"), Q(state=PAID)),
    }
    sections = [
        Section(
            _("Payment plan"),
            ["number", "customer", "contract", "order", "instalment", "kind", "amount", "currency", "due_on", "remark"],
        ),
        Section(_("Progress"), ["state", "received", "off", "open", "worth", "open_worth"]),
    ]
    facts = ["customer", "contract", "order", "amount", "open", "due_on", "owner"]
    badges = ["state"]
    search = ["number", "customer__name"]
    totals = ["worth", "open_worth"]
    settled = ["received", "off", "open", "open_worth", "state"]
    synonyms = {
        "number": ("计划编号",), "amount": ("计划金额", "应收金额", "金额"),
        "due_on": ("计划回款日期", "应收日期", "到期日"),
    }  # fmt: skip
    help_page = "money"

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.plan(by=by, batch=batch, **values)

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        return actions.change_plan(record, by=by, **values)

    def remove(self, record: Any, *, by: Actor) -> Any:
        with booked():
            actions.refuse_if_paid(record)
            gone = super().remove(record, by=by)
            settle_source(key_of(gone))
        return gone

    def restore(self, record: Any, *, by: Actor) -> Any:
        with booked():
            back = super().restore(record, by=by)
            settle_source(key_of(back))
        return back

    def taken_back(self, records: list[Any]) -> None:
        settle_sources_of(records)

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        found, about = [], {**starts(record), "plan": record.pk}
        if record.state != PAID and user.grants.may("money.payment", "create"):
            url = link("payments", **about, amount=record.open, currency=record.currency, kind=record.kind)
            found.append(Button(_("Record a payment"), url, "cash", "drawer", primary=True))
        if user.grants.may("money.invoice", "create"):
            url = link("invoices", **about, amount=record.amount, currency=record.currency)
            found.append(Button(_("Write an invoice"), url, "file-invoice", "drawer"))
        return found

    def list_buttons(self, user: Actor) -> list[Button]:
        ageing = [Button(_("Ageing"), f"{self.url}ageing", "clock-dollar")] if may_age(user) else []
        return [*ageing, Button(_("Truth line"), TRUTH, "scale")]


class TemplatePolicy(HousePolicy):
    """Everybody plans by the templates; roles say who keeps them."""

    everybody_sees = True


class PlanTemplateEntity(Entity):
    """Templates are kept on the settings page."""

    model, policy_class = PlanTemplate, TemplatePolicy
    slug, icon = "plan-templates", "template"
    titled_by = ["name"]
    columns = ["name", "shares", "days", "created_at"]
    sections = [Section(_("Template of payment plans"), ["name", "shares", "days", "remark"])]
    search = ["name"]
    hidden = ["owner"]
    in_menu = in_create_menu = False
    help_page = "money"
