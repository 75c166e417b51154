"""Products of opportunities: what they come to is the amount, on the page, into quotes, in filters and reports."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.test import Client

from haike.bulk.undo import undo_batch
from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.filter import Group, Line
from haike.kernel.log import Change
from haike.money.check.books import Books
from haike.money.check.documents import DOCUMENTS, chances
from haike.people.models import ExchangeRate, Role
from haike.people.testing import Staff
from haike.refused import Refused
from haike.sales.opportunity.funnel import shares
from haike.sales.opportunity.products import parts
from haike.sales.opportunity.record import LOST, OPEN, WON, Opportunity, OpportunityLine
from haike.sales.opportunity.report import Asked
from haike.sales.quote.record import Quote
from haike.sales.testing import make_opportunity

Browse = Callable[[Any], Client]
pytestmark = pytest.mark.feature("O1")


@pytest.fixture
def customer(staff: Staff) -> Any:
    return make_customer(staff.ann, "苏州锐诚精密机械有限公司")


@pytest.fixture
def pump(staff: Staff) -> Any:
    return make_product(staff.boss, "螺杆空压机", price="12800", floor_price="11000", tax_rate="13", cost_price="9000")


def with_products(by: Any, customer: Any, *lines: dict[str, Any], **values: Any) -> Opportunity:
    typed = entity_of(Opportunity).looks["lines"].from_json(list(lines), by)
    return make_opportunity(by, customer, **{"lines": typed, **values})


def read(opportunity: Opportunity) -> Opportunity:
    found: Opportunity = Opportunity.objects.get(pk=opportunity.pk)
    return found


def set_lines(opportunity: Opportunity, by: Any, *lines: dict[str, Any], **values: Any) -> Opportunity:
    entity = entity_of(Opportunity)
    typed = entity.looks["lines"].from_json(list(lines), by)
    changed: Opportunity = entity.change(read(opportunity), by=by, lines=typed, **values)
    return changed


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    found: str = answer.content.decode()
    return found


def test_the_amount_is_what_the_products_come_to(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    ann, api = browse(staff.ann), "/api/v1/opportunities"
    lines = json.dumps(
        [{"product": pump.pk, "quantity": "2"}, {"name": "安装调试", "quantity": "1", "price": "1500.55"}]
    )
    sent = {"title": "三台空压机", "customer": customer.pk, "found_on": "2026-01-05", "lines": lines}
    refused = ann.post("/opportunities/new", {**sent, "amount": "30000"})
    assert refused.status_code == 422
    assert "27,100.55" in refused.content.decode()
    assert not Opportunity.objects.exists()
    assert ann.post("/opportunities/new", sent).status_code == 302
    made = Opportunity.objects.get()
    assert (made.amount, made.worth) == (Decimal("27100.55"),) * 2
    assert sum(line.total for line in made.lines) == made.amount
    page = text_of(ann.get(f"/opportunities/{made.pk}/"))
    assert all(word in page for word in ("螺杆空压机", "安装调试", "27,100.55"))
    assert "9,000" not in page
    # Another amount cannot be typed in any way; another line brings another amount, in the log as well.
    answer = ann.patch(f"{api}/{made.pk}", {"amount": "1"}, content_type="application/json")
    assert answer.status_code == 422
    assert "27,100.55" in answer.content.decode()
    held = ann.get(f"{api}/{made.pk}").json()["lines"]
    answer = ann.patch(f"{api}/{made.pk}", {"lines": held[:1]}, content_type="application/json")
    assert answer.json()["amount"] == "25600.00"
    told = Change.objects.filter(entity="sales.opportunity", record_id=made.pk).latest("id")
    assert told.diff["amount"] == ["27100.55", "25600.00"]
    assert ann.patch(f"{api}/{made.pk}", {"lines": []}, content_type="application/json").json()["amount"] == "25600.00"
    assert ann.patch(f"{api}/{made.pk}", {"amount": "9"}, content_type="application/json").json()["amount"] == "9.00"
    assert read(made).rounding is None


def test_a_batch_that_brought_products_is_taken_back_with_the_amount(staff: Staff, customer: Any, pump: Any) -> None:
    entity, made = entity_of(Opportunity), make_opportunity(staff.ann, customer, amount=Decimal(500))
    batch = start_batch(entity, "change", "x", by=staff.ann)
    typed = entity.looks["lines"].from_json([{"product": pump.pk, "quantity": "3"}], staff.ann)
    entity.change(made, by=staff.ann, batch=batch, lines=typed)
    assert read(made).amount == 38400
    undo_batch(entity, batch, by=staff.ann)
    assert (read(made).amount, read(made).lines) == (500, [])
    # A change of something else leaves lines and amount alone, whatever the form sends along.
    set_lines(made, staff.ann, {"product": pump.pk, "quantity": "1"})
    version = read(made).version
    held = entity.looks["lines"].to_json(read(made).lines)
    after = set_lines(made, staff.ann, *held, amount=Decimal(12800), title="别的")
    assert (after.version, after.amount, after.title) == (version + 1, 12800, "别的")
    change.remove(after, by=staff.ann)
    change.restore(read(after), by=staff.ann)
    assert len(read(after).lines) == 1


def test_below_the_floor_is_a_hint_and_a_stopped_product_a_fault(
    staff: Staff, customer: Any, pump: Any, browse: Browse
) -> None:
    cheap = with_products(staff.ann, customer, {"product": pump.pk, "quantity": "1", "price": "10000"})
    assert "11,000.00" in text_of(browse(staff.ann).get(f"/opportunities/{cheap.pk}/panel/lines"))
    old = make_product(staff.boss, "旧型号", price="10", on_sale=False)
    with pytest.raises(Refused):
        set_lines(cheap, staff.ann, {"product": old.pk, "quantity": "1"})
    assert read(cheap).amount == 10000


def test_who_may_not_read_the_amount_reads_no_products(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    made = with_products(staff.ann, customer, {"product": pump.pk, "quantity": "1"})
    assert browse(staff.cat).get(f"/opportunities/{made.pk}/panel/lines").status_code == 404
    for role in Role.objects.filter(pk__in=staff.ann.roles.values("pk")):
        entity_of(Role).change(role, by=staff.boss, field_rights={"sales.opportunity": {"amount": "hidden"}})
    ann = browse(staff.ann)
    assert "螺杆空压机" not in text_of(ann.get(f"/opportunities/{made.pk}/panel/lines"))
    assert "lines" not in ann.get(f"/api/v1/opportunities/{made.pk}").json()
    assert "螺杆空压机" not in text_of(ann.get(f"/products/{pump.pk}/panel/hoped"))


def test_the_products_go_into_a_quote_and_an_order(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    lines = {"product": pump.pk, "quantity": "2"}, {"name": "安装", "quantity": "1", "price": "500"}
    made, ann = with_products(staff.ann, customer, *lines), browse(staff.ann)
    assert f"/quotes/new?opportunity={made.pk}" in text_of(ann.get(f"/opportunities/{made.pk}/"))
    form = ann.get(f"/quotes/new?opportunity={made.pk}")
    assert "螺杆空压机" in text_of(form)
    assert made.title in text_of(form)
    sent = {"quoted_on": "2026-01-05", "valid_until": "2027-01-05", "currency": "CNY", "taxed": "1", "discount": "100"}
    sent |= {"subject": "报价", "customer": str(customer.pk), "opportunity": str(made.pk)}
    assert ann.post(f"/quotes/new?opportunity={made.pk}", sent).status_code == 302
    quote = Quote.objects.get()
    assert quote.total == made.amount == 26100
    assert [(line.product_id, line.amount) for line in quote.lines] == [(pump.pk, 25600), (None, 500)]
    assert "螺杆空压机" in text_of(ann.get(f"/orders/new?opportunity={made.pk}"))
    assert "螺杆空压机" not in text_of(browse(staff.cat).get(f"/quotes/new?opportunity={made.pk}"))


def test_found_by_product_in_the_list_and_on_the_page_of_the_product(
    staff: Staff, customer: Any, pump: Any, browse: Browse
) -> None:
    made = with_products(staff.ann, customer, {"product": pump.pk, "quantity": "2"}, title="要空压机")
    make_opportunity(staff.ann, customer, "不要空压机", amount=Decimal(5))
    look, ann = entity_of(Opportunity).looks["lines"], browse(staff.ann)

    def titles(op: str, *value: str) -> set[str]:
        page = ann.get("/opportunities/", {"f": Group((Line(look, op, list(value)),)).text()})
        assert len(page.context["list"].chips) == 1
        return {row.title for row in page.context["list"].rows}

    assert titles("one_of", str(pump.pk)) == titles("filled") == {"要空压机"}
    assert titles("none_of", str(pump.pk)) == titles("empty") == {"不要空压机"}
    page = text_of(ann.get(f"/products/{pump.pk}/panel/hoped"))
    assert "要空压机" in page
    assert "25,600.00" in page
    assert "要空压机" not in text_of(browse(staff.cat).get(f"/products/{pump.pk}/panel/hoped"))
    entity_of(Opportunity).change(made, by=staff.ann, state=WON)
    assert "要空压机" not in text_of(ann.get(f"/products/{pump.pk}/panel/hoped"))


@pytest.mark.feature("O4")
def test_the_funnel_by_product(staff: Staff, customer: Any, pump: Any, browse: Browse) -> None:
    fan, entity = make_product(staff.boss, "风机", price="100"), entity_of(Opportunity)
    both = {"product": pump.pk, "quantity": "1", "price": "300"}, {"product": fan.pk, "quantity": "1"}
    won = with_products(staff.ann, customer, *both, title="都要")
    entity.change(won, by=staff.ann, state=WON)
    lost = with_products(staff.ann, customer, {"product": fan.pk, "quantity": "2"}, title="风机")
    entity.change(lost, by=staff.ann, state=LOST, lost_reason="price")
    with_products(staff.cat, make_customer(staff.cat, "别家"), {"product": fan.pk, "quantity": "7"})
    # Without products of its own an opportunity is about those of its quote.
    quoted = make_opportunity(staff.ann, customer, "有报价", amount=Decimal(900))
    typed = entity_of(Quote).looks["lines"].from_json([{"product": fan.pk, "quantity": "4"}], staff.ann)
    for about in (quoted, won):
        entity_of(Quote).create(by=staff.ann, customer=customer, opportunity=about, subject="报价", lines=typed)
    asked = Asked(staff.ann, {})
    found = shares(asked, asked.span, "product")
    assert [(each.label, each.number, each.open, each.won, each.lost, each.amount) for each in found] == [
        ("螺杆空压机", 1, 0, 1, 0, 300),
        ("风机", 3, 1, 1, 1, 100),
    ]
    ann = browse(staff.ann)
    page = text_of(ann.get("/opportunities/funnel?by=product"))
    assert f"product={fan.pk}" in page
    for product, number in ((fan, 3), (pump, 1)):
        assert ann.get(f"/opportunities/funnel?product={product.pk}").context["began"] == number
    assert ann.get(f"/opportunities/outcome?product={pump.pk}").context["whole"]["won"] == "1"


@pytest.mark.feature("O4")
@pytest.mark.parametrize("seed", [1, 2])
def test_amounts_by_product_are_those_of_a_plain_recomputation(staff: Staff, customer: Any, seed: int) -> None:
    """Whatever stands on the lines: they add up to the amount, and reports part what it is worth as they are."""
    change.create(ExchangeRate, by=staff.boss, currency="USD", on=date(2026, 1, 1), rate=Decimal("7.13"))
    chance, quotes = Random(seed), entity_of(Quote)
    products = [make_product(staff.boss, f"产品{n}", price="100", tax_rate="13") for n in range(3)]
    plain: dict[tuple[int, str], list[Any]] = defaultdict(lambda: [set(), Fraction(0)])

    def typed(entity: Any) -> Any:
        """Some lines; those of every second document come to whole units."""
        least = chance.choice([1, 1_000_000])
        lines = [
            {
                "product": chance.choice([*(each.pk for each in products), None]), "name": "安装",
                "quantity": str(Decimal(chance.randrange(least, 9_000_001, least)) / 1_000_000 + 1)[:6],
                "price": str(Decimal(chance.randrange(least, 900_000_001, least)) / 10_000),
                "tax_rate": "13" if least == 1 else "0", "gift": chance.random() < 0.1,
            }
            for _ in range(chance.randrange(4))
        ]  # fmt: skip
        return entity.looks["lines"].from_json(lines, staff.ann)

    for _ in range(9):
        lines = typed(entity_of(Opportunity))
        more = {"lines": lines} if lines else {"amount": Decimal(1000)}
        made = make_opportunity(staff.ann, customer, currency=chance.choice(["CNY", "USD"]), **more)
        quoted = quotes.create(by=staff.ann, customer=customer, opportunity=made, subject="报价", lines=typed(quotes))
        entity_of(Opportunity).change(made, by=staff.ann, state=chance.choice([OPEN, WON]))
        held = read(made)
        own, whole = (held.lines, held.amount) if held.lines else (quoted.lines, quoted.total)
        assert not held.lines or sum(line.total for line in own) == whole
        for line in own:
            if line.product_id is not None:
                part = plain[line.product_id, held.state]
                part[0].add(made.pk)
                part[1] += Fraction(held.worth) * Fraction(line.total) / Fraction(whole) if whole else 0
    assert not list(chances(Books()))
    asked, said = Asked(staff.ann, {}), defaultdict[Any, Any](lambda: [0, Decimal(0)])
    for rows in asked.begun(asked.span):
        for each in parts(rows, staff.ann):
            said[each.product, each.state][0] += each.number
            said[each.product, each.state][1] += each.amount
    assert {key: number for key, (number, _) in said.items()} == {key: len(made) for key, (made, _) in plain.items()}
    for key, (_, amount) in said.items():
        assert abs(Fraction(amount) - plain[key][1]) <= Fraction(1, 50), key


def test_the_check_of_the_books_knows_the_products(staff: Staff, customer: Any, pump: Any) -> None:
    made = with_products(
        staff.ann, customer, {"product": pump.pk, "quantity": "1.5", "list_price": "12800", "discount": "93.33"},
        {"product": pump.pk, "quantity": "1", "gift": True}, {"name": "运费", "quantity": "3", "price": "33.3333"},
    )  # fmt: skip

    def findings() -> list[str]:
        return [each.text() for check in DOCUMENTS.values() for each in check(Books())]

    assert findings() == []
    OpportunityLine.objects.filter(document=made, key=1).update(total=Decimal(1))
    assert findings()
