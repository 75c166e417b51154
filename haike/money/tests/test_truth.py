"""The truth line: always the sums of the documents, every gap told with its next step, for what the reader sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.money.models import Allocation, Invoice, Payment
from haike.money.payment.actions import pay_back
from haike.money.source import SOURCES
from haike.money.testing import make_contract, make_payment, make_plan, make_signed_order
from haike.money.truth.gaps import gaps_of, summed
from haike.money.truth.panel import in_force_for, sums_of
from haike.money.truth.sums import Sums, totals
from haike.people.models import ExchangeRate, User
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.contract.record import Contract, Delivery
from haike.sales.models import Order, Shipment, ShipmentLine
from haike.sales.order.record import CLOSED
from haike.sales.testing import make_order, make_shipment
from haike.sales.testing import make_signed_order as sign_lines

Browse = Callable[[User], Client]
SYSTEM = System("test")
D = Decimal
CENTS = st.integers(1, 200_000).map(lambda cents: D(cents) / 100)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ship", "deliver", "invoice", "void", "pay", "off", "back", "unship", "close"]),
        st.integers(0, 9), CENTS,
    ),
    min_size=1, max_size=10,
)  # fmt: skip


def read(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def _coin(amount: Fraction) -> Decimal:
    return (D(amount.numerator) / D(amount.denominator)).quantize(D("0.01"), ROUND_HALF_UP)


def plain(source: Any) -> tuple[Decimal, ...]:
    """What was agreed, went out, was invoiced, came in and was rounded off: from the rows of the documents alone."""
    name = "contract" if isinstance(source, Contract) else "order"
    about = {name: source.pk}
    if isinstance(source, Contract):
        agreed = source.amount
        gone = sum((x.amount for x in Delivery.objects.live().filter(**about) if x.delivered_on), D(0))
    else:
        live: Any = Shipment.objects.live().filter(**about)
        rows = list(ShipmentLine.objects.filter(document__in=live))
        agreed, gone = D(0), D(0)
        for line in source.lines:
            out = sum((row.quantity for row in rows if row.key == line.key), D(0))
            gone += _coin(Fraction(line.total) * Fraction(out) / Fraction(line.quantity))
            agreed += line.total
        if source.state == CLOSED:
            agreed = gone
    bills = sum((x.amount for x in Invoice.objects.live().filter(**about) if x.state == "issued"), D(0))
    paid = list(Allocation.objects.live().filter(**{f"plan__{name}": source.pk}, plan__deleted_at__isnull=True))
    return agreed, gone, bills, sum((x.amount for x in paid), D(0)), sum((x.off for x in paid), D(0))


@pytest.mark.feature("X9")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, prices=st.lists(CENTS, min_size=2, max_size=3))
def test_the_line_is_always_the_sum_of_the_documents(
    staff: Staff, savepoint: Callable[[], Any], acts: list[tuple[str, int, Decimal]], prices: list[Decimal]
) -> None:
    with savepoint():
        boss = staff.boss
        change.create(ExchangeRate, by=SYSTEM, currency="USD", on=date(2020, 1, 1), rate=D("7.13"))
        customer = make_customer(boss)
        lines = [{"name": f"备件{n}", "quantity": "3", "price": str(price)} for n, price in enumerate(prices)]
        sources: list[Any] = [
            make_contract(boss, customer, str(sum(prices))),
            sign_lines(boss, customer, *lines),
            sign_lines(boss, customer, *lines, currency="USD"),
        ]
        _check(sources, boss)
        for act, place, amount in acts:
            source = sources[place % 3]
            source.refresh_from_db()
            try:
                _act(act, source, place, amount, boss)
            except Refused:
                continue
            _check(sources, boss)


def _act(act: str, source: Any, place: int, amount: Decimal, boss: Any) -> None:
    name = "contract" if isinstance(source, Contract) else "order"
    about: dict[str, Any] = {name: source}
    if act == "ship" and name == "order":
        make_shipment(boss, source, {1: D(1 + place % 3)} if place % 2 else None)
    elif act == "deliver" and name == "contract":
        values = {"content": "第一批", "amount": amount, "delivered_on": today() if place % 2 else None}
        entity_of(Delivery).create(by=boss, **about, **values)
    elif act == "invoice":
        entity_of(Invoice).create(by=boss, amount=amount, currency=source.currency, **about)
    elif act == "void" and (bill := Invoice.objects.live().filter(**about).last()):
        entity_of(Invoice).change(bill, by=boss, state="void")
    elif act == "pay":
        make_payment(boss, str(amount), currency=source.currency, **about)
    elif act == "off":
        plan = make_plan(boss, str(amount + D("0.37")), **about)
        paid = make_payment(boss, str(amount), currency=source.currency, customer=source.customer)
        entity_of(Allocation).create(by=boss, payment=paid, plan=plan, amount=amount, off=D("0.37"))
    elif act == "back" and (paid := Payment.objects.live().filter(refund_of__isnull=True).last()):
        pay_back(paid, amount=min(amount, paid.amount - paid.refunded), by=boss)
    elif act == "unship" and (sent := Shipment.objects.live().filter(order=source.pk).last()):
        entity_of(Shipment).remove(sent, by=boss)
    elif act == "close" and name == "order":
        entity_of(Order).change(source, by=boss, state=CLOSED, end_reason="客户取消余下部分")


def _check(sources: list[Any], boss: Any) -> None:
    expected = [D(0)] * 5
    settled = 0
    for each in sources:
        source: Any = type(each).objects.get(pk=each.pk)
        sums, said = sums_of(source), plain(source)
        assert (sums.agreed, sums.shipped, sums.invoiced, sums.received, sums.off) == said
        assert sum(gap.amount for gap in gaps_of(source, sums, boss)) == sums.agreed - sums.received
        agreed, gone, bills, paid, off = said
        settled += agreed == gone == bills == paid + off
        total = source.amount if isinstance(source, Contract) else source.total
        for place, amount in enumerate(said):
            same = source.currency == "CNY" or not total
            expected[place] += amount if same else _coin(Fraction(amount) * Fraction(source.worth) / Fraction(total))
    rows = {name: in_force_for(boss, name) for name in SOURCES}
    found = totals(rows["contract"], rows["order"], "owner")
    whole = sum(found.values(), Sums())
    assert [whole.agreed, whole.shipped, whole.invoiced, whole.received, whole.off] == expected
    assert sum(gap.amount for gap in summed(whole, "CNY")) == whole.agreed - whole.received
    assert (whole.documents, whole.loose) == (len(sources), len(sources) - settled)
    assert sum((each.loose for each in totals(rows["contract"], rows["order"], "id").values()), 0) == whole.loose


@pytest.mark.feature("X9")
def test_each_gap_is_told_with_its_next_step(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    order = sign_lines(staff.ann, customer, {"name": "压缩机", "quantity": "4", "price": "250", "tax_rate": "0"})
    ann, page = browse(staff.ann), f"/orders/{order.pk}/panel/truth"
    told = read(ann, page)
    assert "还有 1 行未发货，合计 ¥1,000.00" in told
    assert f"/orders/{order.pk}/ship" in told
    make_shipment(staff.ann, order, {1: 3})
    told = read(ann, page)
    assert "还有 1 行未发货，合计 ¥250.00" in told
    assert "已交付未开票：¥750.00" in told
    assert f"/invoices/new?customer={customer.pk}&amp;order={order.pk}&amp;currency=CNY&amp;amount=750.00" in told
    entity_of(Invoice).create(by=staff.ann, order=order, amount=D(750))
    make_plan(staff.ann, "100", order=order, due_on=date(2026, 1, 5))
    told = read(ann, page)
    assert "已开票未回款：¥750.00" in told
    assert "自 2026-01-05 起逾期" in told
    assert f"/payments/new?customer={customer.pk}&amp;order={order.pk}&amp;currency=CNY&amp;amount=750.00" in told
    assert f"/orders/{order.pk}/plan" in told
    make_payment(staff.ann, "750", order=order)
    make_shipment(staff.ann, order)
    entity_of(Invoice).create(by=staff.ann, order=order, amount=D(250))
    make_payment(staff.ann, "260", order=order)
    told = read(ann, page)
    assert "约定的已全部交付、开票、回款" in told
    assert "有 ¥10.00 未核销到回款计划" in told
    assert "?tab=open_plans" in told


@pytest.mark.feature("X9")
def test_contracts_say_what_is_not_planned(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    contract = make_contract(staff.ann, customer, "900")
    ann, page = browse(staff.ann), f"/contracts/{contract.pk}/panel/truth"
    assert f"/contract-deliveries/new?contract={contract.pk}&amp;amount=900" in read(ann, page)
    entity_of(Delivery).create(by=staff.ann, contract=contract, content="首批", amount=D(400))
    told = read(ann, page)
    assert "其中 1 期 ¥400.00 已有交付计划" in told
    assert f"/contract-deliveries/new?contract={contract.pk}&amp;amount=500" in told
    whole = read(ann, f"/customers/{customer.pk}/panel/truth")
    assert "未交付：¥900.00" in whole
    assert f"/contracts/{contract.pk}/?tab=truth" in whole


@pytest.mark.feature("X9")
def test_only_what_the_reader_sees_is_added_up(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    make_contract(staff.ann, customer, "900")
    order = make_signed_order(staff.ann, customer, "1000")
    make_signed_order(staff.cat, make_customer(staff.cat, "别家"), "77")
    make_order(staff.ann, customer, {"name": "草稿", "quantity": "1", "price": "5000"})
    assert read(browse(staff.ann), "/truth-line?period=ever").count("¥1,900.00") >= 2
    assert "¥1,900.00" in read(browse(staff.ben), "/truth-line?period=ever&by=department")
    told = read(browse(staff.cat), "/truth-line?period=ever")
    assert "¥77.00" in told
    assert "¥1,9" not in told
    assert browse(staff.cat).get(f"/orders/{order.pk}/panel/truth").status_code == 404
    assert browse(staff.cat).get(f"/customers/{customer.pk}/panel/truth").status_code == 404
    # Down to the documents; a key of another's leads nowhere.
    down = read(browse(staff.ann), f"/truth-line?period=ever&by=customer&of={customer.pk}")
    assert f"/orders/{order.pk}/?tab=truth" in down
    stolen = read(browse(staff.cat), f"/truth-line?period=ever&by=customer&of={customer.pk}")
    assert f"/orders/{order.pk}/" not in stolen
    assert "¥77.00" in stolen
    assert "没有签订合同或订单" in read(browse(staff.ann), "/truth-line?period=last_year")
    assert browse(staff.ann).get("/truth-line?by=x&period=x&of=x").status_code == 200


@pytest.mark.feature("X9")
def test_the_number_of_queries_does_not_grow(staff: Staff, browse: Browse) -> None:
    customer, ann = make_customer(staff.ann), browse(staff.ann)
    pages = ("/truth-line?period=ever", f"/customers/{customer.pk}/panel/truth")

    def more() -> None:
        make_contract(staff.ann, customer)
        order = sign_lines(staff.ann, customer, {"name": "滤芯", "quantity": "5", "price": "8"})
        make_shipment(staff.ann, order, {1: 2})

    def count(page: str) -> int:
        ann.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert ann.get(page).status_code == 200
        # Not what follows from the clock: when somebody was last seen, whether settings have changed.
        return len([each for each in seen if '"sales_' in each["sql"] or '"money_' in each["sql"]])

    more()
    few = [count(page) for page in pages]
    for _each in range(4):
        more()
    assert [count(page) for page in pages] == few
    assert 0 < min(few) <= max(few) <= 12
