"""What money puts on the pages of contracts, orders and customers, and what it has against changes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.entity import Button, Entity, Related, entity_of
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.money.invoice.record import Invoice
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.money.plan.screen import link
from haike.money.source import SOURCES, amount_of, begins, in_force
from haike.money.statement.page import statement_buttons
from haike.papers.panel import PANEL
from haike.refused import Refused

PLANS = ["number", "instalment", "kind", "amount", "received", "open", "due_on", "state"]
PAYMENTS = ["number", "amount", "rest", "on", "manner", "kind", "owner"]
INVOICES = ["number", "code", "instalment", "kind", "amount", "issued_on", "state"]
TABS = (("money.paymentplan", PLANS), ("money.payment", PAYMENTS), ("money.invoice", INVOICES))


def add_tabs() -> None:
    """Plans, payments and invoices as tabs of their contract or order and of their customer, and sent statements."""
    for label, columns in TABS:
        for name, model in SOURCES.items():
            order = "due_on" if columns is PLANS else ""
            entity_of(model).tabs.append(Related(label, name, columns=columns, sort=order))
        entity_of(Customer).tabs.append(Related(label, "customer", columns=columns))
    entity_of(Customer).panels.append(PANEL)


def buttons(entity: Entity, record: Any, user: Any) -> Iterable[Button]:
    """The next steps with a contract, an order or a customer."""
    if entity.model is Customer:
        yield from statement_buttons(record, user)
    if entity.model not in SOURCES.values() or record.deleted_at is not None or not in_force(record, drafts=True):
        return
    may, amount = user.grants.may, amount_of(record)
    if record.planned < amount and may(PaymentPlan._meta.label_lower, "create"):
        yield Button(_("Plan payments"), f"{entity.url_of(record)}plan", "calendar-dollar", "drawer")
    if in_force(record):
        if record.received < amount and may(Payment._meta.label_lower, "create"):
            url = link("payments", **begins(record), amount=amount - record.received)
            yield Button(_("Record a payment"), url, "cash", "drawer", primary=True)
        if record.invoiced < amount and may(Invoice._meta.label_lower, "create"):
            url = link("invoices", **begins(record), amount=amount - record.invoiced)
            yield Button(_("Write an invoice"), url, "file-invoice", "drawer")


def refused_sources(
    entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor
) -> Mapping[int, Refused]:
    """A contract or order with plans, payments or invoices keeps its customer and its currency."""
    name = next((name for name, model in SOURCES.items() if model is entity.model), None)
    if name is None or touched is None or not touched & {"customer", "currency"}:
        return {}
    no = _("There are plans, payments or invoices here; customer and currency stay.")
    found = {}
    for place, record in enumerate(records):
        where = {name: record.pk}
        rows: list[Any] = [model.objects.live().filter(**where) for model in (PaymentPlan, Payment, Invoice)]
        if any(some.exists() for some in rows):
            found[place] = Refused(no, fields=dict.fromkeys(touched & {"customer", "currency"}, no))
    return found
