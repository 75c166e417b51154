"""Quotes, orders and contracts on paper: templates, columns of each user, amounts in capitals, rights."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from haike.catalog.models import PrintChoice, PrintTemplate
from haike.catalog.testing import make_product
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.exchange.exported import Export
from haike.fields.tests.owned import add
from haike.kernel.entity import entity_of
from haike.kernel.policy import System
from haike.people.company.profile import change_company
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.contract.record import Contract
from haike.sales.quote.record import Quote
from haike.sales.testing import make_order
from haike.sheets.read import open_sheet

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("Q3", "P31")]


@pytest.fixture
def quote(staff: Staff) -> Quote:
    customer = make_customer(staff.ann, "苏州<锐诚>精密机械有限公司")
    pump = make_product(staff.boss, "螺杆空压机", model="GA37", spec="37 kW", price="12800", tax_rate="13")
    entity = entity_of(Quote)
    rows = [{"product": pump.pk, "quantity": "2"}, {"name": "运费", "price": "1080.32"}]
    made: Quote = entity.create(
        by=staff.ann, subject="空压机", customer=customer, lines=entity.looks["lines"].from_json(rows, staff.ann),
        terms="货到 30 天付款",
    )  # fmt: skip
    return made


def make_template(by: Any, **values: Any) -> PrintTemplate:
    said = {"name": "正式报价", "entity": "sales.quote", "usual": True, **values}
    made: PrintTemplate = entity_of(PrintTemplate).create(by=by, **said)
    return made


def page(client: Client, quote: Any, query: str = "") -> str:
    answer = client.get(f"{entity_of(quote).url_of(quote)}paper{query}")
    assert answer.status_code == 200
    return answer.content.decode().split('class="papers')[1]


def test_a_quote_on_paper_without_and_with_a_template(staff: Staff, quote: Quote, browse: Browse) -> None:
    change_company(by=staff.boss, name="海客机械有限公司")
    ann = browse(staff.ann)
    plain = page(ann, quote)
    for said in (
        "海客机械有限公司",
        "37 kW",
        "26,680.32",
        "贰万陆仟陆佰捌拾元零叁角贰分",
        "货到 30 天付款",
        quote.number,
    ):
        assert said in plain
    make_template(
        staff.boss, heading="{{ customer }}专用报价", intro="致{{ 客户 }}，编号 {{ number }}，<b>不变</b>",
        footer="{{ company }}", columns=["name", "quantity", "amount"], prices="net", terms="三年质保",
    )  # fmt: skip
    shown = page(ann, quote)
    assert "苏州&lt;锐诚&gt;精密机械有限公司专用报价" in shown
    assert "致苏州&lt;锐诚&gt;精密机械有限公司，编号 BJ" in shown
    assert "三年质保" in shown
    assert "37 kW" not in shown
    assert "¥22,654.87" in shown  # 25 600 without 13 %
    assert "23,735.19" in shown
    assert "26,680.32" not in shown
    # Looking at it is no printing; the button notes that it leaves the house, and says the number.
    printed = Export.objects.filter(entity="sales.quote", format="print")
    assert not printed.exists()
    answer = ann.post(f"/quotes/{quote.pk}/paper", {"template": "0", "printed": "1"})
    assert answer.status_code == 200
    assert printed.get().number in answer.content.decode()
    assert browse(staff.cat).post(f"/quotes/{quote.pk}/paper", {"printed": "1"}).status_code == 404
    assert printed.count() == 1


@pytest.mark.feature("P19")
def test_own_fields_are_printed_where_the_reader_may_read_them(staff: Staff, quote: Quote, browse: Browse) -> None:
    boss, ann = browse(staff.boss), browse(staff.ann)
    pledge, shelf = (add(boss, "text", slug, label="质保承诺").key for slug in ("quotes", "customers"))
    make_template(staff.boss, terms=f"质保：{{{{ 质保承诺 }}}}；又名 {{{{ {pledge} }}}}")
    entity_of(Quote).change(quote, by=staff.ann, **{pledge: "三年<上门>"})
    entity_of(Customer).change(quote.customer, by=staff.ann, **{shelf: "五年包换"})
    assert "质保：三年&lt;上门&gt;；又名 三年&lt;上门&gt;" in page(ann, quote)
    sheet = {"ids": quote.customer_id, "paper": "sheet"}
    assert "五年包换" in ann.post("/customers/print", sheet).content.decode()
    hidden = {"sales.quote": {pledge: "hidden"}, "customers.customer": {shelf: "hidden"}}
    for role in Role.objects.all():
        entity_of(Role).change(role, by=System("test"), field_rights={**role.field_rights, **hidden})
    assert "质保：；又名 " in page(ann, quote)
    assert "五年包换" not in ann.post("/customers/print", sheet).content.decode()


def test_columns_are_kept_for_each_user_and_template(staff: Staff, quote: Quote, browse: Browse) -> None:
    template = make_template(staff.boss)
    ann, url = browse(staff.ann), f"/quotes/{quote.pk}/paper"
    assert ann.post(url, {"template": template.pk, "columns": ["name", "amount"]}).status_code == 302
    assert "37 kW" not in page(ann, quote)
    assert "37 kW" in page(ann, quote, "?template=0")
    assert "37 kW" in page(browse(staff.ben), quote)
    ann.post(url, {"template": template.pk, "columns": ["name"], "reset": "1"})
    assert "37 kW" in page(ann, quote)
    assert not PrintChoice.objects.exists()


def test_a_bad_placeholder_is_told(staff: Staff, quote: Quote, browse: Browse) -> None:
    for text, told in [
        ("{{ custmer }}", "customer"), ("{% include 'x' %}", ""), ("{{ customer.owner }}", ""),
        ("{{ customer|upper }}", ""), ("{{ customer", ""), ("{% debug %}", ""),
    ]:  # fmt: skip
        with pytest.raises(Refused) as no:
            make_template(staff.boss, intro=text)
        assert told in str(no.value.fields["intro"])
    boss = browse(staff.boss)
    answer = boss.post("/print-templates/new", {"name": "试", "entity": "sales.quote", "intro": "{{ nobody }}"})
    assert answer.status_code == 422
    assert "nobody" in answer.content.decode()
    assert not PrintTemplate.objects.exists()
    assert browse(staff.ann).post("/print-templates/new", {"name": "试", "entity": "sales.quote"}).status_code == 422


def test_one_template_of_a_kind_is_used_first(staff: Staff, quote: Quote) -> None:
    first, second = make_template(staff.boss), make_template(staff.boss, name="简版")
    first.refresh_from_db()
    assert (first.usual, second.usual) == (False, True)


def test_rights_and_the_lines_as_a_file(staff: Staff, quote: Quote, browse: Browse, tmp_path: Any) -> None:
    cat = browse(staff.cat)
    assert cat.get(f"/quotes/{quote.pk}/paper").status_code == 404
    assert cat.get(f"/quotes/{quote.pk}/lines.xlsx").status_code == 404
    assert browse(staff.boss).get(f"/customers/{quote.customer_id}/paper").status_code == 404
    answer = browse(staff.boss).get(f"/quotes/{quote.pk}/lines.xlsx")
    file = tmp_path / "lines.xlsx"
    file.write_bytes(answer.content)
    with open_sheet(file, filename="lines.xlsx") as book:
        rows = list(book.rows())
    assert [row[1] for row in rows[1:]] == ["螺杆空压机 GA37", "运费"]
    again = browse(staff.ann).post("/lines/file", {"file": BytesIO(answer.content), "taxed": "1"})
    assert again.status_code in (200, 422)


def test_orders_and_contracts_by_the_same_page(staff: Staff, quote: Quote, browse: Browse) -> None:
    order = make_order(staff.ann, quote.customer)
    shown = page(browse(staff.ann), order)
    assert "安装调试" in shown
    assert "贰佰元整" in shown
    contract = entity_of(Contract).create(
        by=staff.ann, subject="年度维保", customer=quote.customer, amount=Decimal(36000), text="甲方委托乙方维保。"
    )
    make_template(staff.boss, entity="sales.contract", signatures=True, intro="合同额 {{ capital }}")
    shown = page(browse(staff.ann), contract)
    assert "合同额 人民币叁万陆仟元整" in shown
    assert "甲方委托乙方维保。" in shown
    assert "paper-sides" in shown
