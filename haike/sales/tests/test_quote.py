"""Quotes: their lines through form and API, what follows, floors, stopped products, versions, rights."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.catalog.testing import make_product
from haike.customers.customer.record import Customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.period import today
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.quote.actions import new_version
from haike.sales.quote.record import ACCEPTED, DRAFT, REPLACED, SENT, Quote, QuoteLine

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("Q1")


@pytest.fixture
def customer(staff: Staff) -> Any:
    return entity_of(Customer).create(by=staff.ann, name="苏州锐诚精密机械有限公司")


@pytest.fixture
def pump(staff: Staff) -> Any:
    return make_product(
        staff.boss, "螺杆空压机", model="GA37", price="12800", floor_price="11000", lowest_discount="80",
        tax_rate="13", cost_price="9000",
    )  # fmt: skip


def line(**values: Any) -> dict[str, Any]:
    return {"name": "安装调试", "quantity": "1", **values}


def make_quote(by: Any, customer: Any, *lines: dict[str, Any], **values: Any) -> Quote:
    look = entity_of(Quote).looks["lines"]
    made: Quote = entity_of(Quote).create(
        by=by, subject="空压机报价", customer=customer, lines=look.from_json(list(lines), by), **values
    )
    return made


def read(quote: Quote) -> Quote:
    found: Quote = Quote.objects.get(pk=quote.pk)
    return found


def form(client: Any, quote: Quote, **changes: str) -> Any:
    data = {"version": str(quote.version), "subject": quote.subject, "customer": str(quote.customer_id), **changes}
    return client.post(f"/quotes/{quote.pk}/edit", data)


def test_a_quote_is_priced_from_its_products(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    client = browse(staff.ann)
    lines = json.dumps([{"product": pump.pk, "quantity": "2"}, line(price="1500", tax_rate="6"), line(gift=True)])
    made = client.post(
        "/quotes/new",
        {"subject": "三台空压机", "customer": customer.pk, "lines": lines, "currency": "CNY", "taxed": "1",
         "discount": "100", "quoted_on": today().isoformat(), "valid_until": today().isoformat()},
    )  # fmt: skip
    assert made.status_code == 302, made.content.decode()[-3000:]
    quote = Quote.objects.get()
    first, second, third = quote.lines
    assert (first.name, first.unit, first.price, first.amount) == ("螺杆空压机 GA37", "个", 12800, 25600)
    assert (first.tax_rate, second.amount, third.amount) == (13, 1500, 0)
    assert quote.total == 27100
    assert quote.tax == Decimal("2945.13") + Decimal("84.91")
    assert quote.net + quote.tax == quote.total
    page = client.get(f"/quotes/{quote.pk}/").content.decode()
    assert "螺杆空压机 GA37" in page
    assert "27,100.00" in page
    assert browse(staff.cat).get(f"/quotes/{quote.pk}/").status_code == 404
    shown = client.get(f"/api/v1/quotes/{quote.pk}").json()
    assert [each["name"] for each in shown["lines"]] == ["螺杆空压机 GA37", "安装调试", "安装调试"]
    again = client.patch(f"/api/v1/quotes/{quote.pk}", {"lines": shown["lines"]}, content_type="application/json")
    assert again.json()["version"] == 1


def test_a_total_by_hand_and_a_discount_on_the_whole(staff: Staff, customer: Any) -> None:
    entity = entity_of(Quote)
    quote = make_quote(staff.ann, customer, line(price="100", quantity="3"), line(price="33.33"), discount=Decimal(90))
    assert quote.total == Decimal("300.00")
    quote = entity.change(quote, by=staff.ann, by_hand=Decimal(299))
    assert (quote.total, quote.discount) == (299, Decimal("89.7009"))
    assert sum(each.total for each in read(quote).lines) == 299
    quote = entity.change(quote, by=staff.ann, by_hand=None, discount=Decimal(100))
    assert quote.total == Decimal("333.33")
    free = make_quote(staff.ann, customer, line(gift=True))
    with pytest.raises(Refused):
        entity.change(free, by=staff.ann, by_hand=Decimal(5))


def test_lines_are_in_the_log_keep_their_rows_and_are_undone_with_it(
    staff: Staff, customer: Any, browse: Browse
) -> None:
    quote = make_quote(staff.ann, customer, line(price="100"), line(name="培训", price="800"))
    rows = {each.key: each.pk for each in quote.lines}
    client = browse(staff.ann)
    sent = client.get(f"/api/v1/quotes/{quote.pk}").json()["lines"]
    sent[0] = {**sent[0], "quantity": "5", "fixed": "price"}
    sent[0].pop("amount")
    answer = form(client, quote, lines=json.dumps([sent[0], line(name="运费", price="60")]))
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    now = read(quote)
    assert [(each.name, each.amount) for each in now.lines] == [("安装调试", 500), ("运费", 60)]
    assert now.lines[0].pk == rows[1]
    assert now.total == 560
    assert [*QuoteLine.objects.values_list("name", flat=True).order_by("key")] == ["安装调试", "运费"]
    told = Change.objects.filter(entity="sales.quote", record_id=quote.pk).latest("id")
    assert [each["name"] for each in told.diff["lines"][0]] == ["安装调试", "培训"]
    assert "培训" in client.get(f"/quotes/{quote.pk}/log").content.decode()
    look = entity_of(Quote).looks["lines"]
    back = entity_of(Quote).change(now, by=staff.ann, lines=look.from_stored(told.diff["lines"][0]))
    assert [(each.name, each.amount) for each in read(back).lines] == [("安装调试", 100), ("培训", 800)]
    assert back.total == 900


def test_a_form_without_lines_leaves_them_alone(staff: Staff, customer: Any, browse: Browse) -> None:
    quote = make_quote(staff.ann, customer, line(price="100"))
    assert form(browse(staff.ann), quote, remark="只改备注").status_code == 302
    assert (read(quote).remark, len(read(quote).lines)) == ("只改备注", 1)


def test_the_plain_table_can_be_sent_without_scripts(staff: Staff, customer: Any, browse: Browse) -> None:
    quote = make_quote(staff.ann, customer, line(price="100", list_price="120", quantity="3"))
    key = quote.lines[0].key
    was = "3|120|83.3333|100|300"
    cells = [key, "", "price", was, "安装调试", "次", "3", "120", "83.3333", "100", "270", "0", "", "急"]
    blank = ["", "", "", "1||||", "", "", "", "", "", "", "", "", "", ""]
    more = ["", "", "", "||||", "运费", "", "2", "", "", "30", "", "", "", ""]
    answer = form(browse(staff.ann), quote, lines=[*map(str, cells), *more, *blank])  # type: ignore[arg-type]
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    first, second = read(quote).lines
    assert (first.amount, first.price, first.discount, first.remark) == (270, 90, 75, "急")
    assert (second.name, second.amount) == ("运费", 60)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line(quantity="0"), "数量"),
        (line(quantity="-1"), "负数"),
        (line(price="abc"), "数字"),
        (line(product=99999999, price="1"), "没有这个产品"),
    ],
)
def test_bad_lines_are_refused_and_what_was_typed_stays(
    staff: Staff, customer: Any, browse: Browse, wrong: dict[str, Any], said: str
) -> None:
    quote = make_quote(staff.ann, customer, line(price="100"))
    answer = form(browse(staff.ann), quote, lines=json.dumps([wrong]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert 'value="安装调试"' in text
    assert len(read(quote).lines) == 1
    assert read(quote).version == 1


@pytest.mark.feature("Q2")
def test_floors_discounts_and_stopped_products(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    entity = entity_of(Quote)
    make_quote(staff.ann, customer, {"product": pump.pk, "quantity": "1", "price": "11000"})
    with pytest.raises(Refused) as below:
        make_quote(staff.ann, customer, {"product": pump.pk, "quantity": "1", "price": "10999"})
    assert "11,000.00" in str(below.value.fields["lines"])
    # What the document as a whole takes off counts too.
    with pytest.raises(Refused):
        make_quote(staff.ann, customer, {"product": pump.pk, "quantity": "1"}, discount=Decimal(80))
    assert make_quote(staff.boss, customer, {"product": pump.pk, "quantity": "1", "price": "10"}).total == 10
    quote = make_quote(staff.ann, customer, {"product": pump.pk, "quantity": "1"})
    entity_of(type(pump)).change(pump, by=staff.boss, on_sale=False)
    with pytest.raises(Refused) as stopped:
        make_quote(staff.ann, customer, {"product": pump.pk, "quantity": "1"})
    assert "停售" in str(stopped.value.fields["lines"])
    # Where it stands already it may stay, but it grows no more.
    kept = entity.looks["lines"].to_json(quote.lines)
    with pytest.raises(Refused) as grown:
        entity.change(
            quote, by=staff.ann, lines=entity.looks["lines"].from_json([{**kept[0], "quantity": "2"}], staff.ann)
        )
    assert "停售" in str(grown.value.fields["lines"])
    more = entity.looks["lines"].from_json([*kept, line(price="5")], staff.ann)
    assert entity.change(quote, by=staff.ann, lines=more).total == 12805
    assert Quote.objects.count() == 3
    found = browse(staff.ann).get("/lines/products?q=空压").json()
    assert found == {"items": []}


@pytest.mark.feature("Q2")
def test_cost_and_margin_are_for_those_who_may_see_them(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    quote = make_quote(staff.ann, customer, {"product": pump.pk, "quantity": "2"})
    assert quote.lines[0].cost == 9000
    entity_of(type(pump)).change(pump, by=staff.boss, cost_price=Decimal(9500))
    assert "9,000.00" in browse(staff.boss).get(f"/quotes/{quote.pk}/").content.decode()
    mine = browse(staff.ann)
    assert "9,000" not in mine.get(f"/quotes/{quote.pk}/").content.decode()
    assert "cost" not in json.dumps(mine.get(f"/api/v1/quotes/{quote.pk}").json())
    past = mine.get(f"/lines/history?product={pump.pk}&customer={customer.pk}").content.decode()
    assert quote.number in past
    assert "12,800.00" in past
    assert quote.number not in (
        browse(staff.cat).get(f"/lines/history?product={pump.pk}&customer={customer.pk}").content.decode()
    )


def test_what_was_sent_is_changed_by_a_new_version(staff: Staff, customer: Any, browse: Browse) -> None:
    client, entity = browse(staff.ann), entity_of(Quote)
    empty = make_quote(staff.ann, customer)
    answer = client.post(f"/quotes/{empty.pk}/do/send", headers={"HX-Request": "true", "HX-Target": "form"})
    # A button of the page sent it: the answer is a sentence, and no form that would be shown nowhere.
    assert answer.status_code == 422
    assert "<form" not in answer.content.decode()
    assert "至少" in answer.content.decode()
    quote = make_quote(staff.ann, customer, line(price="100"))
    assert client.post(f"/quotes/{quote.pk}/do/send").status_code in (204, 302)
    assert read(quote).state == SENT
    with pytest.raises(Refused):
        entity.change(read(quote), by=staff.ann, discount=Decimal(50))
    assert entity.change(read(quote), by=staff.ann, remark="电话催过").remark == "电话催过"
    assert browse(staff.cat).post(f"/quotes/{quote.pk}/version").status_code == 404
    assert client.post(f"/quotes/{quote.pk}/version").status_code in (204, 302)
    old, new = Quote.objects.order_by("id").exclude(pk=empty.pk)
    assert (old.state, new.state, new.edition) == (REPLACED, DRAFT, 2)
    assert (new.number, new.replaces_id) == (f"{old.number}-V2", old.pk)
    assert [each.amount for each in new.lines] == [each.amount for each in old.lines] == [100]
    with pytest.raises(Refused):
        new_version(old, by=staff.ann)
    client.post(f"/quotes/{new.pk}/do/send")
    entity.change(read(new), by=staff.ann, quoted_on=today() - timedelta(9), valid_until=today() - timedelta(1))
    assert client.post(f"/quotes/{new.pk}/do/accept").status_code == 422
    assert new.number in client.get("/quotes/?tab=expired").content.decode()
    assert '<span class="tag tag-red">已过期</span>' in client.get(f"/quotes/{new.pk}/").content.decode()
    entity.change(read(new), by=staff.ann, valid_until=today())
    assert client.post(f"/quotes/{new.pk}/do/accept").status_code in (204, 302)
    assert read(new).state == ACCEPTED


@pytest.mark.feature("Q4")
def test_a_discount_sent_alone_is_one_on_the_price_of_the_product(
    staff: Staff, customer: Any, pump: Any, browse: Browse
) -> None:
    sent = {
        "subject": "报价",
        "customer": customer.pk,
        "lines": [{"product": pump.pk, "quantity": "2", "discount": "95"}],
    }
    client = browse(staff.ann)
    made = client.post("/api/v1/quotes/", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    [told] = made.json()["lines"]
    assert [told[name] for name in ("list_price", "discount", "price", "amount")] == ["12800", "95", "12160", "24320"]
    refused = client.post("/api/v1/quotes/", {**sent, "currency": "USD"}, content_type="application/json")
    assert refused.status_code == 422
    assert "没有 USD 价格" in refused.content.decode()
    assert Quote.objects.count() == 1


def test_rows_pasted_from_a_sheet_become_lines(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    head, full = ["产品", "数量", "单价"], "螺杆空压机 GA37"
    rows = [head, ["GA37", "2", ""], [pump.number, "1", "12,000"], [full], ["运费", "1", "80"]]
    sent = {"rows": rows, "customer": str(customer.pk), "currency": "CNY", "taxed": "1"}
    answer = browse(staff.ann).post("/lines/match", sent, content_type="application/json")
    lines = answer.json()["lines"]
    assert [each.get("product") for each in lines] == [pump.pk, pump.pk, pump.pk, None]
    assert [each.get("price") for each in lines] == ["12800", "12000", "12800", "80"]
    assert [each["quantity"] for each in lines] == ["2", "1", "1", "1"]


def test_a_version_is_compared_with_the_one_before(staff: Staff, customer: Any, browse: Browse) -> None:
    rows = line(price="100"), line(name="培训", price="800"), line(name="运费", price="60")
    first = make_quote(staff.ann, customer, *rows)
    entity_of(Quote).change(first, by=staff.ann, state=SENT)
    second = new_version(read(first), by=staff.ann)
    said = [{"key": 1, **line(price="100", quantity="3")}, {"key": 3, **line(name="运费", price="60")},
            line(name="安装", price="500")]  # fmt: skip
    look = entity_of(Quote).looks["lines"]
    entity_of(Quote).change(second, by=staff.ann, lines=look.from_json(said, staff.ann))
    page = browse(staff.ann).get(f"/quotes/{second.pk}/panel/lines").content.decode()
    rows = re.findall(r'<tr class="line-(\w+)">(.*?)</tr>', page, re.S)
    assert [kind for kind, _row in rows] == ["changed", "added", "removed"]
    assert "<ins>¥300.00</ins>" in rows[0][1]
    assert "培训" in rows[2][1]


def test_nothing_pasted_is_lost_or_guessed(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    reader = make_product(staff.boss, "RFID 读写器", model="XC GATE", price="6400")
    make_product(staff.boss, "螺杆空压机", model="GA75", price="25000")
    rows = [["RFID 读写器 XC GATE", "一车"], ["螺杆空压机", "7"], [pump.number, "-3"]]
    client, sent = browse(staff.ann), {"rows": rows, "customer": str(customer.pk), "currency": "CNY", "taxed": "1"}
    lines = client.post("/lines/match", sent, content_type="application/json").json()["lines"]
    assert [(each.get("product"), each["quantity"]) for each in lines] == [
        (reader.pk, "一车"), (None, "7"), (pump.pk, "-3"),
    ]  # fmt: skip
    assert [each.get("several") for each in lines] == [None, True, None]
    quote = make_quote(staff.ann, customer, line(price="100"))
    said = form(client, quote, lines=json.dumps([{**lines[0], "quantity": "-3"}])).content.decode()
    assert "数量一栏，" in said
    file = SimpleUploadedFile("清单.csv", "产品,数量\n螺杆空压机,7\n".encode())
    [row] = client.post("/lines/file", {"file": file, "customer": customer.pk}).json()["rows"]
    assert "写上型号或编号" in row["fault"]


def test_a_product_is_found_by_any_piece(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    client = browse(staff.ann)
    for words in ("空压", "lgkyj", "GA37", pump.number):
        found = client.get("/lines/products", {"q": words, "customer": customer.pk, "taxed": "1"}).json()["items"]
        assert [each["list_price"] for each in found] == ["12800"], words
    without = client.get("/lines/products", {"q": "空压", "customer": customer.pk}).json()["items"]
    assert without[0]["list_price"] == "11327.43"
