"""What is left after goods, expenses and commission: by line, order and customer, for those who may see costs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.option import OptionValue
from haike.kernel.period import today
from haike.kernel.versioned import bump
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.expense.customer import nets_for, total_for
from haike.sales.expense.net import Net, lines_of, spread, total
from haike.sales.expense.of_contract import lines_of_contract
from haike.sales.expense.record import SaleExpense
from haike.sales.models import Contract, Order, Quote
from haike.sales.testing import make_order, make_shipment, make_signed_order

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("K9")
CENT = Decimal("0.01")


@pytest.fixture
def customer(staff: Staff) -> Any:
    return make_customer(staff.ann)


def spend(by: Any, amount: str, **values: Any) -> SaleExpense:
    made: SaleExpense = entity_of(SaleExpense).create(
        by=by, **{"kind": "freight", "what": "运费", "on": today(), **values}, amount=Decimal(amount)
    )
    return made


def choose(key: str, value: Any) -> None:
    OptionValue.objects.update_or_create(key=key, defaults={"value": value})
    bump("options")


def line(product: Any, quantity: str, price: str) -> dict[str, Any]:
    return {"product": product.pk, "name": product.name, "quantity": quantity, "price": price, "tax_rate": "0"}


def test_expenses_are_noted_on_orders_and_contracts_one_sees(staff: Staff, customer: Any, browse: Browse) -> None:
    ann, order = browse(staff.ann), make_signed_order(staff.ann, customer)
    data = {"order": order.pk, "what": "专线运费", "kind": "freight", "amount": "120", "on": today().isoformat()}
    assert ann.post("/expenses/new", data).status_code == 302
    made = SaleExpense.objects.get()
    assert (made.customer_id, made.owner_id, made.spent_by_id) == (customer.pk, staff.ann.pk, staff.ann.pk)
    assert "专线运费" in ann.get(f"/orders/{order.pk}/panel/expenses-order").content.decode()
    assert "专线运费" in ann.get("/expenses/?tab=month").content.decode()
    assert browse(staff.cat).get(f"/expenses/{made.pk}/").status_code == 404
    for wrong in ({"order": ""}, {"amount": "0"}, {"amount": "-5"}, {"on": "2999-01-01"}, {"kind": "nonsense"}):
        assert ann.post("/expenses/new", {**data, **wrong}).status_code == 422, wrong
    contract: Any = entity_of(Contract).create(by=staff.ann, customer=customer, subject="维保", amount=Decimal(100))
    assert ann.post("/expenses/new", {**data, "contract": contract.pk}).status_code == 422
    with pytest.raises(Refused):
        spend(staff.cat, "5", order=order)
    with pytest.raises(Refused):
        entity_of(SaleExpense).change(
            spend(staff.cat, "5", order=make_signed_order(staff.cat, make_customer(staff.cat, "厦门海润五金有限公司"))),
            by=staff.cat, order=order,
        )  # fmt: skip
    assert SaleExpense.objects.filter(order=order).count() == 1


def test_the_margin_of_an_order_is_shown_to_those_who_may_see_costs(
    staff: Staff, customer: Any, browse: Browse
) -> None:
    dear = make_product(staff.boss, "工业打印机", price="100", cost_price="60", commission_rate=Decimal(5))
    plain = make_product(staff.boss, "标签纸", price="10", cost_price="4")
    choose("commission.per_mille", 20)
    order = make_signed_order(staff.ann, customer, line(dear, "3", "100"), line(plain, "10", "10"))
    make_shipment(staff.ann, order)
    spend(staff.ann, "40", order=order)
    order = Order.objects.get()
    rows = {row.name: row.net for row in lines_of([order])[order.pk]}
    assert rows[str(dear)] == Net(Decimal(300), Decimal(180), Decimal(30), Decimal(15))
    assert rows[str(plain)] == Net(Decimal(100), Decimal(40), Decimal(10), Decimal(2))
    whole = total(lines_of([order])[order.pk])
    assert (whole.gross, whole.left, whole.share("left")) == (180, 123, "30.8%")
    entity_of(type(dear)).change(dear, by=staff.boss, commission_rate=Decimal(50))
    assert total(lines_of([order])[order.pk]) == whole  # the rate is that of the day of shipping

    page = browse(staff.boss).get(f"/orders/{order.pk}/panel/margin").content.decode()
    for text in ("300.00", "123.00", "30.8%", "45.0%"):
        assert text in page, text
    assert "123.00" in browse(staff.boss).get(f"/customers/{customer.pk}/panel/bought").content.decode()
    ann = browse(staff.ann)
    assert "panel/margin" not in ann.get(f"/orders/{order.pk}/").content.decode()
    assert "123.00" not in ann.get(f"/orders/{order.pk}/panel/margin").content.decode()
    assert "123.00" not in ann.get(f"/customers/{customer.pk}/panel/bought").content.decode()


def test_a_commission_is_typed_by_right_and_holds_instead_of_the_rates(
    staff: Staff, customer: Any, browse: Browse
) -> None:
    product = make_product(staff.boss, "电子秤", price="100", cost_price="60", commission_rate=Decimal(5))
    order = make_signed_order(staff.ann, customer, line(product, "1", "100"))
    make_shipment(staff.ann, order)
    with pytest.raises(Refused):
        entity_of(Order).change(Order.objects.get(), by=staff.ann, commission=Decimal(8))
    assert "commission" not in browse(staff.ann).get(f"/api/v1/orders/{order.pk}").json()
    boss = browse(staff.boss)
    assert boss.post(f"/orders/{order.pk}/field/commission", {"commission": "-1"}).status_code == 422
    assert boss.post(f"/orders/{order.pk}/field/commission", {"commission": "8.5"}).status_code == 200
    order = Order.objects.get()
    assert total(lines_of([order])[order.pk]).commission == Decimal("8.50")


AMOUNT = st.decimals(Decimal("0.01"), Decimal(9999), places=2)
COST = st.none() | st.decimals(Decimal(0), Decimal(500), places=2)
LINE = st.tuples(AMOUNT, COST, st.integers(1, 5), st.integers(0, 5))
ORDER = st.tuples(st.lists(LINE, min_size=1, max_size=3), st.lists(AMOUNT, max_size=3), st.none() | AMOUNT)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.lists(ORDER, min_size=1, max_size=3), contracts=st.lists(AMOUNT, max_size=2), rate=st.integers(0, 100))
def test_the_sums_of_a_customer_are_those_of_his_documents(
    staff: Staff, customer: Any, orders: Any, contracts: Any, rate: int
) -> None:
    with transaction.atomic():
        choose("commission.per_mille", rate)
        wanted = Net()
        for lines, spent, typed in orders:
            costs = [{} if cost is None else {"cost_price": cost} for _price, cost, _many, _sent in lines]
            products = [make_product(staff.boss, f"产品{at}", **cost) for at, cost in enumerate(costs)]
            said = [line(product, str(row[2]), str(row[0])) for product, row in zip(products, lines, strict=True)]
            order = make_signed_order(staff.ann, customer, *said)
            sent = {at + 1: min(s, q) for at, (_p, _c, q, s) in enumerate(lines) if min(s, q)}
            if sent:
                make_shipment(staff.ann, order, sent)
            for amount in spent:
                spend(staff.ann, str(amount), order=order)
            known = [(p * min(s, q), c * min(s, q)) for p, c, q, s in lines if c is not None and min(s, q)]
            revenue = sum((each for each, _cost in known), Decimal(0))
            commission = typed if typed is not None else (revenue * rate / 1000).quantize(CENT, ROUND_HALF_UP)
            if typed is not None:
                entity_of(Order).change(Order.objects.get(pk=order.pk), by=staff.boss, commission=typed)
            wanted += Net(revenue, sum((cost for _r, cost in known), Decimal(0)), sum(spent, Decimal(0)), commission)
            for at, product in enumerate(products):
                entity_of(type(product)).change(product, by=staff.boss, name=f"旧{order.pk}-{at}")
        contract: Any = entity_of(Contract).create(by=staff.ann, customer=customer, subject="维保", amount=Decimal(9))
        for amount in contracts:
            spend(staff.ann, str(amount), contract=contract)
        found, of_contracts = total_for(nets_for(staff.boss, customer.pk), staff.boss, customer.pk)
        assert of_contracts == sum(contracts, Decimal(0))
        assert (found.revenue, found.cost, found.commission) == (wanted.revenue, wanted.cost, wanted.commission)
        assert found.expenses == wanted.expenses + of_contracts
        for order in Order.objects.all():
            rows = lines_of([order]).get(order.pk, [])
            assert total(rows).expenses == sum(order.expenses.values_list("amount", flat=True), Decimal(0))
        transaction.set_rollback(True)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.decimals(Decimal(0), Decimal(10**9), places=2),
    weights=st.lists(st.decimals(Decimal(0), Decimal(10**6), places=2), min_size=1, max_size=9),
)
def test_what_is_shared_out_adds_up(staff: Staff, amount: Decimal, weights: list[Decimal]) -> None:
    parts = spread(amount, weights)
    assert sum(parts, Decimal(0)) == amount
    assert all(part >= 0 for part in parts)
    assert len(parts) == len(weights)


def test_a_draft_keeps_its_expenses(staff: Staff, customer: Any) -> None:
    draft = make_order(staff.ann, customer)
    spend(staff.ann, "9.99", order=draft)
    (found,) = nets_for(staff.boss, customer.pk)
    assert (found[0].pk, found[1].left) == (draft.pk, Decimal("-9.99"))
    assert nets_for(staff.ann, customer.pk) == []


def test_a_contract_tells_its_margin_by_the_lines_of_its_quote(staff: Staff, customer: Any, browse: Browse) -> None:
    dear = make_product(staff.boss, "工业打印机", price="100", cost_price="60", commission_rate=Decimal(5))
    quotes, contracts = entity_of(Quote), entity_of(Contract)
    rows = [
        line(dear, "3", "100"), {"name": "安装调试", "quantity": "1", "price": "100", "cost": "20", "tax_rate": "0"}
    ]  # fmt: skip
    quote = quotes.create(
        by=staff.ann, subject="打码线", customer=customer, lines=quotes.looks["lines"].from_json(rows, staff.ann)
    )
    # Ten percent less was agreed on than was offered.
    contract = contracts.create(by=staff.ann, subject="打码线", customer=customer, quote=quote, amount=Decimal(360))
    spend(staff.ann, "24", contract=contract)
    machine, work = (each.net for each in lines_of_contract(Contract.objects.get(pk=contract.pk)))
    assert (machine.revenue, machine.cost, work.unknown) == (270, 180, 1)
    whole = machine + work
    assert (whole.revenue, whole.expenses, whole.commission, whole.left) == (270, 24, Decimal("13.50"), Decimal("52.5"))
    url = f"/contracts/{contract.pk}/?tab=margin"
    shown = browse(staff.boss).get(url).content.decode()
    assert "工业打印机" in shown
    assert "¥52.50" in shown
    assert "¥52.50" not in browse(staff.ann).get(url).content.decode(), "sellers see no costs"
    # A service without a quote: what it brings less what was spent on it.
    service = contracts.create(by=staff.ann, subject="年度维保", customer=customer, amount=Decimal(1000))
    spend(staff.ann, "300", contract=service)
    assert [each.net.left for each in lines_of_contract(service)] == [700]
