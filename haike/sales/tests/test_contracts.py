"""Contracts: what is signed, delivered, renewed and ended, and what is refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from haike.catalog.testing import make_product
from haike.customers.models import Customer
from haike.customers.review.act import DEMANDED
from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.option import OptionValue
from haike.kernel.period import today
from haike.kernel.versioned import bump
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.models import Contract, Delivery, Quote

Browse = Callable[[User], Client]


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann)


def draft(by: User, customer: Customer, **values: Any) -> Contract:
    values = {"subject": "年度维保", "amount": Decimal(1200), **values}
    made: Contract = entity_of(Contract).create(by=by, customer=customer, **values)
    return made


@pytest.mark.feature("K1")
def test_a_contract_is_signed_closed_and_renewed(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann = browse(staff.ann)
    data = {"subject": "年度维保", "customer": customer.pk, "amount": "1200", "currency": "CNY", "kind": "maintenance"}
    data |= {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    assert ann.post("/contracts/new", data).status_code == 302
    contract = Contract.objects.get()
    assert contract.number.startswith("HT")
    assert ann.post(f"/contracts/{contract.pk}/renew").status_code == 422
    assert ann.post(f"/contracts/{contract.pk}/do/sign", {"signed_on": "2026-01-05"}).status_code == 302
    assert ann.post(f"/contracts/{contract.pk}/renew").status_code == 302
    second = Contract.objects.exclude(pk=contract.pk).get()
    assert (second.renews_id, second.state) == (contract.pk, "draft")
    assert (second.starts_on, second.ends_on) == (date(2027, 1, 1), date(2027, 12, 31))
    assert ann.post(f"/contracts/{contract.pk}/renew").status_code == 422
    assert Contract.objects.count() == 2


@pytest.mark.feature("K1")
def test_a_draft_is_signed_by_the_button_one_sees_and_never_with_a_closed_customer(
    staff: Staff, browse: Browse, customer: Customer
) -> None:
    ann, contract = browse(staff.ann), draft(staff.ann, customer)
    page = ann.get(f"/contracts/{contract.pk}/").content.decode()
    assert page.count(f'href="/contracts/{contract.pk}/do/sign"') == 1
    assert f'<a class="btn btn-primary" href="/contracts/{contract.pk}/do/sign"' in page
    entity_of(Customer).change(customer, by=staff.ann, stage="stopped")
    data = {"subject": "年度维保", "customer": customer.pk, "amount": "1200", "currency": "CNY"}
    for no in (ann.post(f"/contracts/{contract.pk}/do/sign", {}), ann.post("/contracts/new", data)):
        assert (no.status_code, "已关闭" in no.content.decode()) == (422, True)
    assert Contract.objects.get().state == "draft"


@pytest.mark.feature("K1")
def test_who_signs_without_a_day_signs_today(staff: Staff, browse: Browse, customer: Customer) -> None:
    contract = entity_of(Contract).create(by=staff.ann, subject="维保", customer=customer, amount=Decimal(100))
    assert browse(staff.ann).post(f"/contracts/{contract.pk}/do/sign", {"signed_on": ""}).status_code == 302
    contract.refresh_from_db()
    assert (contract.state, contract.signed_on) == ("active", today())


def test_what_makes_no_sense_is_refused_beside_the_field(staff: Staff, customer: Customer) -> None:
    stranger = make_contact(staff.ann, make_customer(staff.ann, "上海远洋贸易有限公司"))
    for wrong, values in (
        ("ends_on", {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}),
        ("contact", {"contact": stranger}),
        ("amount", {"amount": Decimal(-1)}),
        ("signed_on", {"signed_on": today() + timedelta(days=1)}),
        ("currency", {"currency": "EUR"}),
    ):
        with pytest.raises(Refused) as no:
            draft(staff.ann, customer, **values)
        assert set(no.value.fields) == {wrong}
    assert not Contract.objects.exists()


@pytest.mark.feature("K1", "C5")
def test_no_contract_with_a_customer_that_was_not_reviewed(staff: Staff, customer: Customer) -> None:
    OptionValue.objects.create(key=DEMANDED.key, value=True)
    bump("options")
    with pytest.raises(Refused) as no:
        draft(staff.ann, customer)
    assert set(no.value.fields) == {"customer"}


@pytest.mark.feature("K2")
def test_deliveries_are_numbered_and_the_state_follows(staff: Staff, browse: Browse, customer: Customer) -> None:
    contract = draft(staff.ann, customer)
    ann = browse(staff.ann)
    for content in ("一季度巡检", "二季度巡检"):
        data = {"contract": contract.pk, "content": content, "amount": "300", "due_on": "2026-03-31"}
        assert ann.post("/contract-deliveries/new", data).status_code == 302
    first, second = Delivery.objects.order_by("instalment")
    assert [first.instalment, second.instalment] == [1, 2]
    states = []
    for delivery in (first, second):
        assert ann.post(f"/contract-deliveries/{delivery.pk}/deliver").status_code == 302
        contract.refresh_from_db()
        states.append((contract.delivery_state, contract.delivered))
    assert states == [("part", 300), ("all", 600)]
    entity_of(Delivery).remove(second, by=staff.ann)
    contract.refresh_from_db()
    assert (contract.delivery_state, contract.delivered) == ("all", 300)
    assert browse(staff.cat).post(f"/contract-deliveries/{first.pk}/deliver").status_code == 404


@pytest.mark.feature("K8")
def test_tabs_of_what_ends_and_what_was_signed(staff: Staff, browse: Browse, customer: Customer) -> None:
    day = today()

    def signed(**values: Any) -> Contract:
        made = draft(staff.ann, customer, signed_on=values.pop("signed_on", date(day.year - 1, 1, 5)), **values)
        after: Contract = entity_of(Contract).change(made, by=staff.ann, state="active")
        return after

    soon, later = signed(ends_on=day + timedelta(days=30)), signed(ends_on=day + timedelta(days=31))
    ended, fresh = signed(ends_on=day - timedelta(days=1)), signed(signed_on=day)
    planned = draft(staff.ann, customer)
    ann = browse(staff.ann)

    def shown(tab: str) -> set[int]:
        page = ann.get(f"/contracts/?tab={tab}").content.decode()
        return {c.pk for c in (soon, later, ended, fresh, planned) if f"/contracts/{c.pk}/" in page}

    assert shown("ends_soon") == {soon.pk}
    assert shown("ended") == {ended.pk}
    assert shown("signed_this_month") == shown("signed_this_year") == {fresh.pk}
    assert shown("draft") == {planned.pk}
    assert shown("unpaid") == {soon.pk, later.pk, ended.pk, fresh.pk}


@pytest.mark.feature("Q4")
def test_a_contract_from_a_quote_by_one_click(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    lines = (
        entity_of(Quote).looks["lines"].from_json([{"name": "冷凝机组", "quantity": "3", "price": "100"}], staff.ann)
    )
    quote = entity_of(Quote).create(by=staff.ann, subject="冷库", customer=customer, lines=lines, terms="月结 30 天")
    client, url = browse(staff.ann), f"/quotes/{quote.pk}/contract"
    assert url in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert browse(staff.cat).post(url).status_code == 404
    assert client.post(url).status_code in (204, 302)
    made = Contract.objects.get()
    assert (made.subject, made.amount, made.payment_terms, made.quote_id) == (
        "冷库",
        quote.total,
        "月结 30 天",
        quote.pk,
    )
    assert (made.state, Quote.objects.get().state) == ("draft", "accepted")
    again = client.post(url)
    assert again.status_code == 422
    assert made.number in again.content.decode()
    # Nor does it become an order besides: both would be owed.
    assert client.post(f"/quotes/{quote.pk}/order").status_code == 422
    page = client.get(f"/quotes/{quote.pk}/").content.decode()
    assert url not in page
    assert f"/quotes/{quote.pk}/order" not in page
    assert "已到期" in client.get("/contracts/").content.decode()


@pytest.mark.feature("K2")
def test_a_plan_of_deliveries_is_made_at_once_and_taken_back_as_one(
    staff: Staff, browse: Browse, customer: Customer
) -> None:
    contract = draft(staff.ann, customer, amount=Decimal(1000), starts_on=date(2026, 1, 31))
    entity_of(Delivery).create(by=staff.ann, contract=contract, content="上门检查", amount=Decimal(100))
    ann, path = browse(staff.ann), f"/contracts/{contract.pk}/delivery-plan"
    assert 'value="900.00"' in ann.get(path).content.decode(), "what no delivery stands for yet"
    assert path in ann.get(f"/contracts/{contract.pk}/").content.decode()
    data = {"content": "季度保养", "amount": "900", "count": "7", "every": "month", "due_on": "2026-01-31"}
    for name, wrong in (("count", "0"), ("count", "121"), ("every", ""), ("content", ""), ("amount", "-1")):
        assert ann.post(path, data | {name: wrong}).status_code == 422
    far = ann.post(path, data | {"every": "year", "due_on": "2198-01-01"})
    assert "太远" in far.content.decode()
    assert Delivery.objects.count() == 1
    assert ann.post(path, data).status_code == 302
    made = list(Delivery.objects.filter(content="季度保养").order_by("instalment"))
    assert [each.instalment for each in made] == list(range(2, 9))
    assert [each.due_on for each in made[:3]] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert [each.amount for each in made] == [Decimal("128.57")] * 6 + [Decimal("128.58")]
    batch = Batch.objects.get(kind="delivery-plan")
    assert ann.post(f"/batches/{batch.pk}/undo").status_code == 302
    assert [each.content for each in Delivery.objects.live()] == ["上门检查"]
    for stranger, status in ((staff.cat, 404), (staff.ben, 200)):
        assert browse(stranger).get(path).status_code == status


@pytest.mark.feature("K8", "K2")
def test_deliveries_are_planned_and_listed_by_product(staff: Staff, browse: Browse, customer: Customer) -> None:
    contract, product = draft(staff.ann, customer, amount=Decimal(900)), make_product(staff.boss, "标签纸")
    entity_of(Delivery).create(by=staff.ann, contract=contract, content="上门检查", amount=Decimal(100))
    ann = browse(staff.ann)
    data = {"content": "按月供货", "product": product.pk, "amount": "800", "count": "2", "every": "month"}
    assert ann.post(f"/contracts/{contract.pk}/delivery-plan", data | {"due_on": "2026-01-31"}).status_code == 302
    found = {"all": [{"field": "product", "op": "one_of", "value": [str(product.pk)]}]}
    page = ann.get("/contract-deliveries/", {"f": json.dumps(found)}).content.decode()
    assert page.count("按月供货") >= 2
    assert "上门检查" not in page
    assert "标签纸" in page


def test_each_word_is_that_of_its_list(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    assert "已逾期" in ann.get("/contract-deliveries/").content.decode()
    assert "逾期未联系" in ann.get("/customers/").content.decode()
