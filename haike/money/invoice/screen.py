"""How invoices are shown, found and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.queries import days_within, people_side
from haike.kernel.currency import money_text
from haike.kernel.entity import Button, Category, Label, Section, SideGroup
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.money.document import GRANT, MoneyEntity
from haike.money.invoice import actions
from haike.money.invoice.record import DRAFT, ISSUED, VOID, Invoice, InvoiceFlow
from haike.money.plan.screen import TRUTH, link, starts
from haike.money.settle import invoices_of, settle_invoiced
from haike.money.source import SOURCES, amount_of, keys_of, name_of
from haike.refused import Doubt
from haike.screens.record import next_step


def _this_month(user: Actor) -> Q:
    return Q(state=ISSUED) & days_within("issued_on", "this_month")


class InvoiceEntity(MoneyEntity):
    """Invoices are listed by state."""

    model, flow = Invoice, InvoiceFlow
    slug, icon, title = "invoices", "file-invoice", "number"
    titled_by = ["number"]
    columns = [
        "number", "customer", "amount", "issued_on", "state", "code", "kind", "contract", "order", "instalment",
        "owner", "created_at",
    ]  # fmt: skip
    sort = "-issued_on"
    categories = {
        "draft": Category(_("To be issued"), Q(state=DRAFT), counted=True),
        "issued": Category(_("Issued"), Q(state=ISSUED)),
        "this_month": Category(_("Issued this month"), _this_month),
        "void": Category(_("Void"), Q(state=VOID)),
    }
    sections = [
        Section(
            _("Invoice"),
            ["number", "customer", "contract", "order", "instalment", "plan", "payment", "kind", "amount",
             "currency", "worth", "issued_on", "code", "state"],
        ),
        Section(_("Buyer"), ["buyer", "tax_number", "remark"]),
    ]  # fmt: skip
    facts = ["customer", "contract", "order", "amount", "issued_on", "owner"]
    badges = ["state", "kind"]
    search = ["number", "code", "customer__name", "buyer"]
    totals = ["worth"]
    synonyms = {
        "code": ("发票号码", "发票号"), "amount": ("开票金额", "发票金额", "金额"), "issued_on": ("开票日期",),
        "buyer": ("发票抬头", "抬头", "购买方名称"), "tax_number": ("税号", "纳税人识别号"),
    }  # fmt: skip
    help_page = "money"

    def side(self, user: Actor) -> list[SideGroup]:
        return people_side(user, self.label)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Any:
        return actions.write_invoice(by=by, batch=batch, **values)

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        """Who may invoice more than a contract or order comes to is asked whether he means it."""
        chosen = [values.get(name) for name in (*SOURCES, "plan", "payment")]
        source = next((getattr(each, "source", each) for each in chosen if each is not None), None)
        if record is not None or source is None or values.get("amount") is None or not by.grants.may_do(GRANT):
            return []
        over = invoices_of((name_of(source), source.pk)) + values["amount"] - amount_of(source)
        if over <= 0:
            return []
        said = {"over": money_text(over, source.currency), "source": source}
        return [
            Doubt.about("amount", _("With this invoice %(over)s more is invoiced than “%(source)s” comes to.") % said)
        ]

    def change(self, record: Any, *, by: Actor, **values: Any) -> Any:
        return actions.change_invoice(record, by=by, **values)

    def remove(self, record: Any, *, by: Actor) -> Any:
        return actions.remove_invoice(record, by=by)

    def restore(self, record: Any, *, by: Actor) -> Any:
        return actions.restore_invoice(record, by=by)

    def taken_back(self, records: list[Any]) -> None:
        for key in keys_of(records):
            settle_invoiced(key)

    def list_buttons(self, user: Actor) -> list[Button]:
        return [Button(_("Truth line"), TRUTH, "scale")]

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.state == VOID:
            return []
        found = next_step(self, record, user, "issue")
        about = starts(record)
        money = {"amount": record.amount, "currency": record.currency}
        if record.payment_id is None and user.grants.may("money.payment", "create"):
            url = link("payments", **about, **money, plan=record.plan_id)
            found.append(Button(_("Record a payment"), url, "cash", "drawer", primary=not found))
        if record.plan_id is None and record.payment_id is None and user.grants.may("money.paymentplan", "create"):
            found.append(
                Button(_("Plan the payment"), link("payment-plans", **about, **money), "calendar-dollar", "drawer")
            )
        return found
