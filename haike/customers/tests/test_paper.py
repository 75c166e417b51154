"""Printing: rights as for paper, a number in the log of exports, addresses, masked and hidden facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from haike.customers.customer.record import Customer
from haike.customers.paper.letter import whole_address
from haike.customers.testing import make_contact, make_customer
from haike.exchange.approval import FROM_ROWS
from haike.exchange.exported import Export
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.company.profile import change_company
from haike.people.testing import Staff, sign_in
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("C13")]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def customer(staff: Staff) -> Customer:
    made = make_customer(
        staff.ann,
        "深圳市海蓝科技有限公司",
        region="440305",
        address="科技南路 8 号",
        postcode="518057",
        phone="075586001234",
    )
    main = make_contact(staff.ann, made, "王小明", gender="male", mobile="13900001234")
    change_company(by=staff.boss, name="海客软件", region="310115", address="张江路 1 号", post_code="201203")
    return entity_of(Customer).change(made, by=staff.ann, main_contact=main)


def printed(client: Client, paper: str, *keys: int, slug: str = "customers", **more: Any) -> Any:
    return client.post(f"/{slug}/print", {"ids": ",".join(map(str, keys)), "paper": paper, **more})


@pytest.mark.parametrize("code", ["dl", "c5", "waybill"])
def test_an_envelope_and_a_waybill_lead_to_the_main_contact(
    code: str, customer: Customer, staff: Staff, browse: Browse
) -> None:
    page = text_of(printed(browse(staff.ann), code, customer.pk))
    assert {"dl": "size: 220mm 110mm", "c5": "size: 229mm 162mm", "waybill": "size: 100mm 150mm"}[code] in page
    for text in (
        "广东省深圳市南山区科技南路 8 号",
        "王小明先生",
        "深圳市海蓝科技有限公司",
        "上海市",
        "张江路 1 号",
        "海客软件",
    ):
        assert text in page, text
    if code == "waybill":
        assert "139 0000 1234" in page
    else:
        assert "".join(f"<span>{digit}</span>" for digit in "518057") in page
    row = Export.objects.get()
    assert (row.by, row.format, row.rows, row.entity) == (staff.ann, "print", 1, "customers.customer")
    assert row.number in page


def test_lists_and_sheets_have_what_the_reader_may_read(customer: Customer, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    assert "王小明" in text_of(printed(client, "list", customer.pk))
    sheet = text_of(printed(client, "sheet", customer.pk))
    assert "科技南路 8 号" in sheet
    assert Export.objects.filter(format="print").count() == 2


def test_nobody_prints_what_is_not_his(customer: Customer, staff: Staff, browse: Browse) -> None:
    own = make_customer(staff.cat, "广州珠江", address="天河路 1 号")
    assert printed(browse(staff.cat), "dl", customer.pk).status_code != 200
    page = text_of(printed(browse(staff.cat), "dl", own.pk, customer.pk))
    assert "天河路" in page
    assert "科技南路" not in page
    person = customer.main_contact
    assert person is not None
    assert printed(browse(staff.cat), "dl", person.pk, slug="contacts").status_code != 200
    assert Export.objects.get().rows == 1


def test_masked_and_hidden_facts_stay_off_the_paper(customer: Customer, staff: Staff, browse: Browse) -> None:
    role = staff.ann.roles.get()
    type(role)._haike_entity.change(
        role, by=staff.boss,
        field_rights={"customers.contact": {"mobile": "masked"}, "customers.customer": {"address": "hidden"}},
    )  # fmt: skip
    client = browse(staff.ann)
    page = text_of(printed(client, "waybill", customer.pk))
    assert "科技南路" not in page
    assert "139 0000 1234" not in page
    assert "科技南路" not in text_of(printed(client, "sheet", customer.pk))


def test_without_an_address_nothing_is_printed_and_it_is_said(staff: Staff, browse: Browse) -> None:
    bare = make_customer(staff.ann, "无地址客户")
    page = text_of(printed(browse(staff.ann), "dl", bare.pk))
    assert 'class="postcode"' not in page
    assert "notice-warn" in page


def test_contacts_have_their_own_address_first(customer: Customer, staff: Staff, browse: Browse) -> None:
    home = make_contact(
        staff.ann, customer, "李娜", gender="female", address="北京市海淀区中关村 1 号", postcode="100080"
    )
    main = customer.main_contact
    assert main is not None
    page = text_of(printed(browse(staff.ann), "c5", home.pk, main.pk, slug="contacts"))
    assert "北京市海淀区中关村 1 号" in page
    assert "李娜女士" in page
    assert "科技南路 8 号" in page


def test_paper_counts_as_an_export_of_the_day(customer: Customer, staff: Staff, browse: Browse) -> None:
    choose(FROM_ROWS, 2)
    client = browse(staff.ann)
    assert printed(client, "dl", customer.pk).status_code == 200
    assert printed(client, "dl", customer.pk).status_code == 422
    assert Export.objects.count() == 1


def test_offered_in_lists_and_on_the_page_with_the_question(customer: Customer, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    assert "/customers/print" in text_of(client.get("/customers/"))
    assert f"/customers/print?ids={customer.pk}" in text_of(client.get(f"/customers/{customer.pk}/"))
    assert "/contacts/print" in text_of(client.get("/contacts/"))
    question = client.get(f"/customers/print?ids={customer.pk}")
    assert 'value="waybill"' in text_of(question)
    assert client.get("/customers/print?ids=").status_code == 422
    assert Export.objects.count() == 0, "asking is not printing"


def test_a_province_is_not_said_twice() -> None:
    assert whole_address("440305", "广东省深圳市科技路 1 号") == "广东省深圳市科技路 1 号"
    assert whole_address("440305", "科技路 1 号") == "广东省深圳市南山区科技路 1 号"
    assert whole_address("", "科技路") == "科技路"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_envelope_is_as_large_as_its_paper(customer: Customer, browser_page: Any, live_server: Any) -> None:
    page = browser_page
    sign_in(page)
    page.goto(f"/customers/print?ids={customer.pk}")
    page.locator("input[name=paper][value=dl]").check()
    with page.context.expect_page() as opened:
        page.locator("form[target=_blank] button.btn-primary").click()
    paper = opened.value
    paper.emulate_media(media="print")
    box = paper.locator(".paper").bounding_box()
    assert box is not None
    assert abs(box["width"] - 220 * 96 / 25.4) < 2
    expect(paper.locator(".paper-head")).to_be_hidden()
    expect(paper.locator(".top")).to_be_hidden()
