"""What the check of rights looks at beside lists and records: statements, the truth line, lists of lines, and sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.http import Http404
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity, entity_of
from haike.kernel.selection import Selection
from haike.money.ageing.report import may_age, read_ageing
from haike.money.document import NOUGHT
from haike.money.payment.record import Payment
from haike.money.plan.record import PaymentPlan
from haike.money.source import IN_FORCE, SOURCES, name_of
from haike.money.statement.page import may_state
from haike.money.truth.panel import in_force_for, reads
from haike.people.currency.rates import convert
from haike.people.proof.walk import PAGES, Answer, Walk, surface
from haike.sales.contract.record import Contract
from haike.sales.lines.lists import lines_of_orders, lines_of_shipments
from haike.sales.opportunity.record import Opportunity
from haike.sales.opportunity.report import Asked
from haike.sales.order.record import Order
from haike.sales.shipment.margins import margins_for
from haike.sales.shipment.record import Shipment

PAGES += [
    "/payment-plans/ageing", "/payment-plans/ageing?by=owner", "/truth-line?period=ever",
    "/truth-line?period=ever&by=customer", "/orders/lines", "/shipments/lines",
]  # fmt: skip
LONG = "from=1990-01&to=2190-12"


@surface("statements", _("Statements of account and payment reminders"))
def statements(walk: Walk, entity: Entity) -> None:
    """A statement is there for who sees the customer and money, and holds the payments that he sees and no others."""
    if entity.model is not Customer:
        return
    payments = entity_of(Payment)
    for customer in walk.sample.some(entity):
        answer = walk.ask(f"{entity.url_of(customer)}statement?{LONG}")
        if may_state(walk.user) or answer.shown:
            walk.compare("statements", entity, customer, answer.shown, answer.path)
        walk.follow("statements", answer)
        there = {key for kind, key in answer.links() if kind is payments}
        for paid in walk.sample.of(payments) if answer.shown else ():
            if paid.customer_id == customer.pk and paid.deleted_at is None:
                walk.compare("statements", payments, paid, paid.pk in there, answer.path)
        letter = walk.ask(f"{entity.url_of(customer)}payment-reminder")
        if letter.shown:
            walk.shows("statements", entity, [customer.pk], letter.path)
        walk.follow("statements", letter)


@surface("truth", _("Truth line and margins"))
def truth_line(walk: Walk, entity: Entity) -> None:
    """The documents behind each sum of the truth line, and the orders whose margin is told."""
    if entity.model not in SOURCES.values():
        return
    for source in walk.sample.some(entity):
        name = name_of(source)
        path = f"/truth-line?period=ever&by=customer&of={source.customer_id}"
        answer = walk.ask(path)
        walk.follow("truth", answer)
        there = {key for kind, key in answer.links() if kind is entity}
        if source.state in IN_FORCE[name] and source.deleted_at is None and reads(walk.user, name) and answer.shown:
            walk.compare("truth", entity, source, source.pk in there, path)
        if name == "order":
            found = margins_for(walk.user, source.customer_id)
            walk.shows("truth", entity, [each.order.pk for each in found], "margins")


@surface("lines", _("Lists of lines"))
def lines(walk: Walk, entity: Entity) -> None:
    """The lists of the lines of all orders and shipments hold those of the documents that the reader sees."""
    listed = {Order: lines_of_orders, Shipment: lines_of_shipments}.get(entity.model)
    if listed is None:
        return
    try:
        rows = listed(walk.user).rows({})
    except Http404:
        return
    keys = {record.pk for record in walk.sample.of(entity)}
    there = set(rows.filter(document__in=keys).values_list("document", flat=True))
    walk.shows("lines", entity, there, "lines")
    for record in walk.sample.of(entity):
        if record.deleted_at is None and record.state not in ("draft", "cancelled") and record.lines:
            walk.compare("lines", entity, record, record.pk in there, "lines")


@surface("files", _("Files of money"))
def files(walk: Walk, entity: Entity) -> None:
    """Statements, ageing and lists of lines as workbooks hold what the reader sees; only who may export has any."""
    path = {Order: "/orders/lines?format=xlsx", Shipment: "/shipments/lines?format=xlsx"}.get(entity.model)
    if entity.model is Customer:
        _statement_files(walk, entity)
    elif entity.model is PaymentPlan:
        answer = walk.send("/payment-plans/ageing/xlsx", by="customer")
        named = _with_sums(walk)
        for customer in walk.sample.of(entity_of(Customer)):
            if answer.shown and f">{escape(customer.name)}<" in answer.text and customer.pk not in named:
                walk.note("files", entity, customer.pk, True, answer.path)
        _taken(walk, entity, answer)
    elif path is not None:
        answer = walk.take(path)
        _taken(walk, entity, answer)
        for record in walk.sample.of(entity) if answer.shown else ():
            if record.deleted_at is None and record.state not in ("draft", "cancelled") and record.lines:
                walk.compare("files", entity, record, record.number in answer.text, answer.path)


def _with_sums(walk: Walk) -> set[int]:
    """The customers of whom the reader sees something that is open, not planned or prepaid, or who had debts before."""
    sums: dict[type[Model], Callable[[Any], Decimal]] = {
        PaymentPlan: lambda plan: plan.open,
        Payment: lambda payment: payment.rest,
        Contract: lambda contract: contract.amount - contract.planned,
        Order: lambda order: order.due - order.planned,
        Customer: lambda customer: abs(customer.opening_debt),
    }
    found = set()
    for model, left in sums.items():
        entity = entity_of(model)
        for record in walk.sample.of(entity):
            if left(record) > 0 and walk.may(entity, record):
                found.add(record.pk if model is Customer else record.customer_id)
    return found


def _statement_files(walk: Walk, entity: Entity) -> None:
    payments = entity_of(Payment)
    for customer in walk.sample.some(entity):
        answer = walk.send(f"{entity.url_of(customer)}statement/xlsx", **{"from": "1990-01", "to": "2190-12"})
        _taken(walk, payments, answer)
        if answer.shown:
            walk.shows("files", entity, [customer.pk], answer.path)
        for paid in walk.sample.of(payments) if answer.shown else ():
            if paid.customer_id == customer.pk and paid.deleted_at is None:
                walk.compare("files", payments, paid, paid.number in answer.text, answer.path)


def _taken(walk: Walk, entity: Entity, answer: Answer) -> None:
    """Only who may export records of this kind gets a file."""
    walk.asked["files"] += 1
    if answer.shown and not walk.oracle.reaches(walk.user.pk, "export", entity.label):
        walk.note("files", entity, 0, True, answer.path)


@surface("sums", _("Sums of money"))
def sums(walk: Walk, entity: Entity) -> None:
    """Totals, ageing, the truth line and reports on opportunities sum up what the reader sees, to the cent."""
    if not walk.sample.whole:
        return  # nobody knows what else there is
    seen = [row for row in walk.sample.of(entity) if row.deleted_at is None and walk.may(entity, row)]
    active = [row for row in seen if row.archived_at is None]
    user: Any = walk.user
    if entity.totals and entity.policy.may(user, "view"):
        for name, said in Selection.from_query(entity, user, {}).sums().items():
            _hold(walk, entity, f"total of {name}", said, (getattr(row, name) for row in active))
    if entity.model is PaymentPlan and may_age(user):
        still_open = [convert(row.open, row.currency) for row in active if row.open > 0]
        _hold(walk, entity, "ageing", read_ageing(user, "owner")[1].total, still_open)
    if entity.model in SOURCES.values():
        name = "order" if entity.model is Order else "contract"
        held = [row.worth for row in seen if row.state in IN_FORCE[name]] if reads(user, name) else []
        _hold(walk, entity, "truth line", sum((row.worth for row in in_force_for(user, name)), NOUGHT), held)
    if entity.model is Opportunity:
        try:
            rows = Asked(user, {}, every=True).rows()
        except Http404:
            return
        _hold(walk, entity, "forecast", sum((row.worth for row in rows), NOUGHT), (row.worth for row in seen))


def _hold(walk: Walk, entity: Entity, what: str, said: Any, amounts: Iterable[Decimal | None]) -> None:
    walk.asked["sums"] += 1
    right = sum((amount or NOUGHT for amount in amounts), NOUGHT)
    if (said or NOUGHT) != right:
        walk.note("sums", entity, 0, (said or NOUGHT) > right, f"{what}: {said} ≠ {right}")
