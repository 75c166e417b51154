"""A year of a trading company: every stored sum agrees with a plain recomputation, and all goes with the sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from haike.catalog.models import PrintTemplate, Product, ProductPackage
from haike.customers.models import Customer
from haike.find.index import tokens
from haike.find.index.table import table
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.period import today
from haike.money.models import Allocation, Invoice, Payment, PaymentPlan, PlanTemplate
from haike.people.models import User
from haike.people.testing import send_staff_away
from haike.sales.models import (
    Contract,
    Delivery,
    Opportunity,
    Order,
    OrderLine,
    Quote,
    QuoteLine,
    Shipment,
    ShipmentLine,
)
from haike.sales.order.record import CANCELLED, CLOSED, SIGNED
from haike.sales.testing import make_order
from haike.site.demo.make import make_demo
from haike.site.demo.remove import remove_sample
from tests.kept_database import put_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo"), pytest.mark.feature("P41")]
RECORDS: tuple[Any, ...] = (Quote, Order, Contract, Delivery, Shipment, PaymentPlan, Payment, Allocation, Invoice)
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        send_staff_away()
        make_demo(60, orders=40)
    yield
    with django_db_blocker.unblock():
        put_back()


def total(rows: Any, name: str = "amount") -> Decimal:
    return sum((getattr(row, name) for row in rows), Decimal(0))


def by(rows: Any, name: str) -> dict[Any, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def test_a_year_of_a_trading_company_agrees_with_a_plain_recomputation() -> None:
    lines, quoted = by(OrderLine.objects.all(), "document_id"), by(QuoteLine.objects.all(), "document_id")
    shipped: dict[int, Decimal] = defaultdict(Decimal)
    for row in ShipmentLine.objects.all():
        shipped[row.order_line_id or 0] += row.quantity
    allocations, payments = list(Allocation.objects.all()), list(Payment.objects.all())
    on_plan, of_payment = by(allocations, "plan_id"), by(allocations, "payment_id")
    for plan in PaymentPlan.objects.all():
        received = total(on_plan[plan.pk])
        state = "paid" if received == plan.amount else "part" if received else "open"
        assert (plan.received, plan.off, plan.open, plan.state) == (received, 0, plan.amount - received, state)
    refunds = by(payments, "refund_of_id")
    for paid in payments:
        taken = total(of_payment[paid.pk], "taken")
        assert paid.worth == paid.amount
        if paid.refund_of_id:
            assert (paid.used, paid.refunded, paid.rest) == (taken, 0, 0)
            assert taken == paid.amount < 0
            continue
        back = -total(refunds[paid.pk])
        used = taken + sum((total(of_payment[each.pk], "taken") for each in refunds[paid.pk]), Decimal(0))
        assert (paid.used, paid.refunded, paid.rest) == (used, back, paid.amount - back - used)
    plans, invoices = list(PaymentPlan.objects.all()), Invoice.objects.filter(state="issued")
    for name, model in (("order_id", Order), ("contract_id", Contract)):
        planned, billed = by(plans, name), by(invoices, name)
        for source in model.objects.all():
            mine = planned[source.pk]
            assert source.planned == total(mine)
            assert source.received == total(mine, "received") == source.received_worth
            assert source.invoiced == total(billed[source.pk])
    bought: dict[int, list[Any]] = defaultdict(list)
    for document in (*Order.objects.all(), *Quote.objects.all()):
        some = (lines if isinstance(document, Order) else quoted)[document.pk]
        for line in some:
            step = (line.list_price * line.discount / 100).quantize(CENT, ROUND_HALF_UP)
            assert line.price == step
            assert line.total == line.amount == (line.price * line.quantity).quantize(CENT, ROUND_HALF_UP)
            assert line.net + line.tax == line.total
            assert line.tax == (line.total * line.tax_rate / (100 + line.tax_rate)).quantize(CENT, ROUND_HALF_UP)
        sums = (document.before, document.total, document.net, document.tax)
        assert sums == (total(some, "total"), total(some, "total"), total(some, "net"), total(some, "tax"))
    for order in Order.objects.all():
        some = lines[order.pk]
        assert [line.delivered for line in some] == [shipped[line.pk] for line in some]
        due = order.total
        if order.state == CLOSED:
            due = sum(
                ((each.total * each.delivered / each.quantity).quantize(CENT, ROUND_HALF_UP) for each in some),
                Decimal(0),
            )
        due = Decimal(0) if order.state == CANCELLED else due
        shipping = "none" if not any(each.delivered for each in some) else "part"
        shipping = "done" if all(each.delivered == each.quantity for each in some) else shipping
        received = order.received
        payment = "over" if received > due else "paid" if received == due else "part" if received else "none"
        payment = "" if order.state == CANCELLED and not received else payment
        assert (order.due, order.shipping, order.payment, order.worth) == (due, shipping, payment, order.total)
        if order.state in (SIGNED, CLOSED):
            worth = (order.worth * due / order.total).quantize(CENT, ROUND_HALF_UP)
            bought[order.customer_id].append((order.signed_on, worth if order.state == CLOSED else order.worth))
    for customer in Customer.objects.all():
        mine = bought[customer.pk]
        year = sum((worth for day, worth in mine if day.year == today().year), Decimal(0))
        assert customer.bought_on == max((day for day, _worth in mine), default=None)
        assert (customer.bought_total, customer.bought_year) == (sum((each[1] for each in mine), Decimal(0)), year)
    parts = by(Delivery.objects.all(), "contract_id")
    for contract in Contract.objects.all():
        done = [each for each in parts[contract.pk] if each.delivered_on]
        state = "nothing" if not done else "all" if len(done) == len(parts[contract.pk]) else "part"
        assert (contract.delivered, contract.delivery_state) == (total(done), state)
        assert not parts[contract.pk] or total(parts[contract.pk]) == contract.amount == contract.planned
    _in_all_states()
    _as_the_program_would_have_stored_it()


def _in_all_states() -> None:
    orders = set(Order.objects.values_list("state", "shipping", "payment"))
    assert {state for state, _shipping, _payment in orders} == {"draft", SIGNED, CLOSED, CANCELLED}
    assert {(SIGNED, "done", "paid"), (SIGNED, "done", "none"), (SIGNED, "none", "none")} <= {
        (state, shipping, payment if payment != "part" else "none") for state, shipping, payment in orders
    }
    assert any(shipping == "part" for state, shipping, _payment in orders if state == SIGNED)
    assert PaymentPlan.objects.filter(open__gt=0, due_on__lt=today() - timedelta(days=7)).exists()
    assert Payment.objects.filter(amount__lt=0).exists()
    assert Payment.objects.filter(rest__gt=0).exists()
    assert Order.objects.filter(quote__isnull=False, quote__state="accepted").exists()
    assert {"draft", "sent", "accepted", "declined", "replaced"} == set(Quote.objects.values_list("state", flat=True))
    assert {"draft", "active", "closed"} <= set(Contract.objects.values_list("state", flat=True))
    assert Order.objects.count() == 40


def _as_the_program_would_have_stored_it() -> None:
    for model in RECORDS:
        entity = entity_of(model)
        rows = list(model.objects.all())
        assert rows
        logged = Change.objects.filter(entity=entity.label, action="create").values_list("record_id", flat=True)
        assert sorted(logged) == sorted(row.pk for row in rows)
        indexed = {}
        if entity.search:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT id, text FROM "{table(model)}"')
                indexed = dict(cursor.fetchall())
        for record in rows:
            stored = {field.attname: getattr(record, field.attname) for field in model._meta.concrete_fields}
            record.prepare()
            record.clean_fields(exclude=["owner"])
            record.clean()
            assert stored == {field.attname: getattr(record, field.attname) for field in model._meta.concrete_fields}
            if entity.search:
                found = set(tokens.fold_parts(entity.search_text(record)))
                assert found == set(indexed[record.pk].split(tokens.SEPARATOR))


def test_documents_go_with_the_sample_and_what_a_user_names_stays() -> None:
    ann, boss = User.objects.get(username="ann"), User.objects.get(username="boss")
    client = Client()
    client.force_login(boss)
    for path in ("/quotes/", "/orders/", "/contracts/", "/payments/", "/payment-plans/", "/invoices/", "/shipments/"):
        assert client.get(path).status_code == 200
    opportunity = Opportunity.objects.filter(owner=ann).first()
    assert opportunity is not None
    product = Product.objects.live().first()
    assert product is not None
    own = make_order(
        ann, opportunity.customer, {"product": product.pk, "quantity": "2", "price": "15"}, opportunity=opportunity
    )
    paid = Order.objects.filter(state=SIGNED, payment="paid").exclude(customer=opportunity.customer_id).first()
    assert paid is not None
    entity_of(Payment).create(by=boss, customer=paid.customer, amount=Decimal(10))
    staying = {opportunity.customer_id, paid.customer_id}
    kept = {
        model: set(model.objects.filter(customer__in=staying).values_list("pk", flat=True))
        for model in (Order, Quote, Payment)
    }
    remove_sample(by=boss)
    assert set(Customer._base_manager.values_list("pk", flat=True)) == staying
    assert {model: set(model._base_manager.values_list("pk", flat=True)) for model in kept} == kept
    assert Opportunity._base_manager.filter(pk=opportunity.pk).exists()
    own.refresh_from_db()
    assert own.opportunity_id == opportunity.pk
    assert Product._base_manager.filter(pk=product.pk).exists()
    for model in (ProductPackage, PlanTemplate, PrintTemplate):
        assert not model._base_manager.exists()
    for line, of in ((OrderLine, Order), (QuoteLine, Quote), (ShipmentLine, Shipment)):
        assert set(line.objects.values_list("document_id", flat=True)) == set(
            of._base_manager.values_list("pk", flat=True)
        )
