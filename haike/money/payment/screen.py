"""How payments are shown, found and written, and what they are spread over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import days_within, people_side
from haike.kernel.currency import OWN, money_text
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Related, Section, SideGroup, entity_of
from haike.kernel.log import Batch
from haike.kernel.period import today
from haike.kernel.policy import Actor, Policy
from haike.money.document import GRANT, NOUGHT, MoneyEntity
from haike.money.payment import actions
from haike.money.payment.record import Allocation, Payment
from haike.money.plan.record import PaymentPlan
from haike.money.plan.screen import TRUTH, PaymentPlanEntity, link, starts
from haike.money.source import amount_of
from haike.people.currency.rates import convert
from haike.refused import Doubt, Refused

MOST_OPEN = 50


def _open_plans(request: HttpRequest, payment: Payment) -> str:
    """What the customer still owes, each with a way to put this payment on it."""
    user: Any = request.user
    rows: list[dict[str, Any]] = []
    if payment.refund_of_id is None and payment.rest > 0 and entity_of(Payment).policy.allows(user, "edit", payment):
        plans = PaymentPlan.objects.visible_to(user).filter(customer=payment.customer_id, open__gt=0)
        for plan in plans.select_related("contract", "order").order_by("due_on", "id")[:MOST_OPEN]:
            try:
                most = min(plan.open, convert(payment.rest, payment.currency, plan.currency, on=payment.on))
            except Refused:
                continue
            url = link("allocations", payment=payment.pk, plan=plan.pk, amount=most)
            open_text = money_text(plan.open, plan.currency)
            rows.append({"plan": plan, "url": entity_of(plan).url_of(plan), "put": url, "open": open_text})
    rest = money_text(payment.rest, payment.currency)
    return render_to_string("money/open_plans.html", {"rows": rows, "rest": rest}, request=request)


class PaymentEntity(MoneyEntity):
    """What a payment is spread over is listed on its page."""

    model = Payment
    slug, icon, title = "payments", "cash", "number"
    titled_by = ["number"]
    columns = [
        "number", "customer", "contract", "order", "amount", "rest", "on", "manner", "kind", "payer", "owner",
        "created_at",
    ]  # fmt: skip
    sort = "-on"
    categories = {
        "this_month": Category(_("This month"), lambda _user: days_within("on", "this_month")),
        "this_year": Category(_("This year"), lambda _user: days_within("on", "this_year")),
        "prepaid": Category(_("Prepaid"), Q(rest__gt=0)),
        "refunds": Category(_("Paid back"), Q(refund_of__isnull=False)),
    }
    sections = [
        Section(
            _("Payment"),
            ["number", "customer", "contract", "order", "plan", "amount", "currency", "on", "manner", "kind",
             "payer", "reference", "remark", "refund_of"],
        ),
        Section(_("Progress"), ["used", "refunded", "rest", "worth"]),
    ]  # fmt: skip
    facts = ["customer", "contract", "order", "amount", "rest", "on", "owner"]
    badges = ["manner"]
    search = ["number", "customer__name", "payer", "reference"]
    totals = ["worth"]
    settled = ["used", "refunded", "rest"]
    synonyms = {
        "number": ("回款编号",), "amount": ("回款金额", "到账金额", "金额"), "on": ("回款日期", "到账日期", "收款日期"),
        "payer": ("付款方", "付款单位", "对方户名"), "reference": ("流水号", "银行流水号", "交易流水号"),
    }  # fmt: skip
    panels = [Panel("open_plans", _("Open instalments"), _open_plans, icon="calendar-dollar")]
    help_page = "money"

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.record_payment(by=by, batch=batch, **values)

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        return actions.change_payment(record, by=by, **values)

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.remove_payment(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.restore_payment(record, by=by)

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        """More than is still to be paid is taken, as money in advance; who typed a nought too many is told before."""
        plan, amount = values.get("plan"), values.get("amount")
        source = plan or values.get("contract") or values.get("order")
        if record is not None or source is None or amount is None:
            return []
        still = plan.open if plan else amount_of(source) - source.received
        try:
            paid_in = values.get("currency") or OWN()
            amount = convert(amount, paid_in, source.currency, on=values.get("on") or today())
        except Refused:
            return []
        if amount <= still:
            return []
        said = {"source": source, "open": money_text(still, source.currency),
                "more": money_text(amount - still, source.currency)}  # fmt: skip
        told = _(
            "Of “%(source)s” %(open)s is still to be paid; %(more)s more are kept as prepaid money of the customer."
        )
        return [Doubt.about("amount", told % said)]

    def list_buttons(self, user: Actor) -> list[Button]:
        return [Button(_("Truth line"), TRUTH, "scale")]

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        found: list[Button] = []
        if record.refund_of_id is not None:
            return found
        if user.grants.may("money.invoice", "create"):
            about = {**starts(record), "payment": record.pk}
            url = link("invoices", **about, amount=record.amount, currency=record.currency)
            found.append(Button(_("Write an invoice"), url, "file-invoice", "drawer"))
        if user.grants.may_do(GRANT) and self.policy.allows(user, "edit", record):
            found.append(Button(_("Pay back"), f"{self.url_of(record)}pay-back", "cash-banknote-off", "drawer"))
        return found


class AllocationPolicy(Policy):
    through = "payment"


class AllocationEntity(Entity):
    """What is on a plan is taken off and put on anew; it is never changed."""

    model, policy_class = Allocation, AllocationPolicy
    slug, icon, title = "allocations", "arrows-split", "plan__number"
    titled_by = ["payment", "plan"]
    columns = ["plan", "payment", "amount", "off", "taken", "created_at"]
    sections = [Section(_("Payment on a plan"), ["payment", "plan", "amount", "off", "taken", "worth"])]
    facts = ["payment", "plan", "amount"]
    hidden = ["currency", "paid_in"]
    once = ["payment", "plan", "amount", "off"]
    in_menu = in_create_menu = importable = False
    help_page = "money"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        payment, plan = values.get("payment"), values.get("plan")
        if payment is None or not entity_of(Payment).policy.allows(by, "view", payment):
            raise Refused(fields={"payment": _("This payment is not there for you.")})
        if plan is None:
            raise Refused(fields={"plan": _("This plan is not there for you.")})
        amount, off = values.get("amount") or NOUGHT, values.get("off") or NOUGHT
        return actions.put_on(payment, plan, by=by, amount=amount, off=off, batch=batch)

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        looks = {name: look for name, look in self.looks.items() if name in values}
        if any(look.to_json(look.stored(record)) != look.to_json(values[name]) for name, look in looks.items()):
            raise Refused(_("Take the payment off the plan and put it on anew."))
        return record

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.take_off(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.put_back(record, by=by)

    def taken_back(self, records: list[Any]) -> None:
        actions.settle_rows(records)


ON_PLANS = Related("money.allocation", "payment", columns=["plan", "amount", "off", "taken", "created_at"])
FROM_PAYMENTS = Related("money.allocation", "plan", columns=["payment", "amount", "off", "taken", "created_at"])
PaymentEntity.tabs.append(ON_PLANS)
PaymentPlanEntity.tabs.append(FROM_PAYMENTS)
