"""All that can be noted of a customer and of a contact, and all that can be begun from the page of a customer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.api.token import make_token
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.kernel.change import writer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.look.choice import PickLook, PicksLook
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.follow_up.record import FollowUp

Browse = Callable[[User], Client]
CODE = "91440300708461136T"
CUSTOMER = {
    "name": "深圳市海蓝科技有限公司", "short_name": "海蓝", "mnemonic": "hl", "form": "business", "kind": "vip",
    "stage": "signed", "level": "important", "industry": "it", "size": "small", "source": "fair", "value": "a",
    "potential": "large", "satisfaction": "satisfied", "phone": "0755-26001234", "mobile": "13800138000",
    "fax": "0755-26001235", "email": "info@hailan.cn", "website": "https://hailan.cn", "wechat": "hailan_kj",
    "qq": "12345678", "region": "440305", "address": "科技园南区1栋", "postcode": "518057",
    "longitude": "113.946533", "latitude": "22.530711", "credit_rating": "aa", "credit_limit": "50000",
    "payment_manner": "monthly", "opening_debt": "1234.50", "tax_name": "深圳市海蓝科技有限公司", "tax_number": CODE,
    "invoice_kind": "special", "bank": "招商银行科技园支行", "bank_account": "755901234567",
    "tax_phone": "0755-26001236", "tax_address": "深圳市南山区", "preferences": ["quality", "price"],
    "remark": "老客户，重交期",
}  # fmt: skip
PERSON = {"form": "individual", "birthday": "1985-03-15", "gender": "female", "employer": "海蓝科技", "post": "经理"}
CONTACT = {
    "name": "王小明", "form_of_address": "mr", "gender": "male", "department_name": "采购部", "post": "主管",
    "decision_role": "decider", "classification": "key", "responsible_for": "电子料采购", "mobile": "13900139000",
    "mobile_2": "13900139001", "phone": "0755-26001237", "home_phone": "0755-26001238", "email": "wang@hailan.cn",
    "qq": "87654321", "wechat": "wxm", "msn": "wxm@msn.com", "address": "科技园", "birthday": "农历八月十五",
    "hobbies": ["fishing"], "remark": "爱喝茶",
}  # fmt: skip


def chosen(model: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The values, with the first word of a pick-list in the place of one that the list does not have."""
    looks, found = entity_of(model).looks, {}
    for name, value in values.items():
        look = looks[name]
        known = look.options(new=True) if isinstance(look, PickLook | PicksLook) else {}
        some = value if isinstance(value, list) else [value]
        found[name] = [each if each in known else next(iter(known)) for each in some] if known else value
        if known and not isinstance(value, list):
            found[name] = found[name][0]
    return found


def bare(html: str) -> str:
    """What one reads, without tags, blanks and the commas of amounts."""
    return re.sub(r"<[^>]+>|[ ,]", "", html)


def texts(record: Any, names: Any) -> dict[str, str]:
    """What the page of a record shows of these fields."""
    looks = entity_of(type(record)).looks
    return {name: bare(looks[name].cell(looks[name].get(record))) for name in names}


@pytest.mark.feature("C1")
@pytest.mark.parametrize("more", [{}, PERSON], ids=["business", "individual"])
def test_every_field_of_a_customer_is_typed_shown_and_read_by_programs(
    more: dict[str, str], staff: Staff, browse: Browse
) -> None:
    ann, parent = browse(staff.ann), make_customer(staff.ann, "母公司")
    sent = chosen(Customer, {**CUSTOMER, **more}) | {"parent": parent.pk, "dealer": parent.pk}
    answer = ann.post("/customers/new", sent)
    assert answer.status_code == 302, re.findall(r'class="form-error"[^>]*>(.*?)</p>', answer.content.decode(), re.S)
    made = Customer.objects.exclude(pk=parent.pk).get()
    page = ann.get(f"/customers/{made.pk}/").content.decode()
    shown = bare(page)
    for name, text in texts(made, sent).items():
        assert text, name
        assert text in shown, (name, text)
    assert "https://uri.amap.com/marker?position=113.946533,22.530711&amp;name=" in page
    headers = {"Authorization": f"Bearer {make_token(name='t', days=1, read_only=True, by=staff.ann)[1]}"}
    told = Client().get(f"/api/v1/customers/{made.pk}", headers=headers).json()
    assert not [name for name in sent if told.get(name) in (None, "", [])]


@pytest.mark.feature("C17")
def test_every_field_of_a_contact_is_typed_and_shown(staff: Staff, browse: Browse) -> None:
    ann, customer = browse(staff.ann), make_customer(staff.ann)
    sent = chosen(Contact, CONTACT) | {"customer": customer.pk}
    assert ann.post("/contacts/new", sent).status_code == 302
    made = Contact.objects.get()
    shown = bare(ann.get(f"/contacts/{made.pk}/").content.decode())
    for name, text in texts(made, sent).items():
        assert text, name
        assert text in shown, (name, text)


@pytest.mark.feature("C2")
@pytest.mark.parametrize("path", ["/today/", "/contacts/", "/follow-ups/", "/account/", "/help/"])
def test_a_customer_is_made_from_anywhere(path: str, staff: Staff, browse: Browse) -> None:
    page = browse(staff.ann).get(path).content.decode()
    assert 'href="/customers/new?quick=1"' in page
    assert "/customers/new?quick=1" in browse(staff.ann).get("/palette", {"q": "新建客户"}).content.decode()


@pytest.mark.feature("C10")
def test_the_chart_shows_departments_posts_and_people(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "海蓝科技")
    chief = make_contact(staff.ann, customer, "赵总", department_name="总经办", post="总经理", decision_role="decider")
    buyer = make_contact(staff.ann, customer, "钱二", department_name="采购部", post="采购主管", reports_to=chief)
    make_contact(staff.ann, customer, "孙三", department_name="采购部", post="采购员", reports_to=buyer)
    make_contact(staff.ann, customer, "李四", department_name="财务部", post="会计", decision_role="influencer")
    make_contact(staff.ann, customer, "周五")
    page = browse(staff.ann).get(f"/customers/{customer.pk}/panel/chart").content.decode()
    for piece in ("海蓝科技", "总经办", "财务部", "总经理", "采购主管", "采购员", "会计", "决策者"):
        assert piece in page, piece
    places = [page.index(name) for name in ("赵总", "钱二", "孙三")]
    assert places == sorted(places)
    # Each stands inside the list of the one to whom he reports.
    between = page[places[0] : places[2]]
    assert between.count("<ul>") - between.count("</ul>") == 2
    assert browse(staff.cat).get(f"/customers/{customer.pk}/panel/chart").status_code == 404


MADE_HERE = {
    "contacts": "/contacts/new?quick=1&amp;customer={pk}",
    "family": "/customers/new?parent={pk}",
    "follow-ups-customer": "/follow-ups/new?customer={pk}",
}
"""Tabs with the address under which one more is made there."""


@pytest.mark.feature("C14")
def test_what_belongs_to_a_customer_is_made_from_its_page(staff: Staff, browse: Browse) -> None:
    customer, other = make_customer(staff.ann, "海蓝科技"), make_customer(staff.ann, "兄弟公司")
    ann = browse(staff.ann)
    for tab, link in MADE_HERE.items():
        page = ann.get(f"/customers/{customer.pk}/?tab={tab}").content.decode()
        url = link.format(pk=customer.pk)
        assert url in page, tab
        form = ann.get(url.replace("&amp;", "&")).content.decode()
        assert "海蓝科技" in form, tab
    family = ann.get(f"/customers/{customer.pk}/panel/family").content.decode()
    assert f"/relations/new?customer={customer.pk}" in family
    sent = {"customer": customer.pk, "other": other.pk, "kind": "sister"}
    assert ann.post(f"/relations/new?customer={customer.pk}", sent).status_code == 302
    assert ann.post(f"/customers/{customer.pk}/comments", {"text": "记一笔"}).status_code in (200, 302)
    assert "记一笔" in ann.get(f"/customers/{customer.pk}/panel/comments").content.decode()


@pytest.mark.feature("C14")
def test_the_page_with_a_thousand_talks_opens_quickly(staff: Staff, browse: Browse) -> None:
    customer, now = make_customer(staff.ann), timezone.now()
    rows = [
        FollowUp(
            customer=customer, content=f"谈话{number:04}", at=now - timedelta(hours=number), created_by=staff.ann,
            changed_by=staff.ann, created_at=now, changed_at=now, owner=staff.ann, department=staff.ann.department,
        )
        for number in range(1000)
    ]  # fmt: skip
    with writer():
        FollowUp.objects.bulk_create(rows)
    ann = browse(staff.ann)
    ann.get(f"/customers/{customer.pk}/")
    # The processor's time, since other tests may run on this machine; the best of some for the same reason.
    best = 1.0
    for __ in range(5):
        start = time.process_time()
        assert ann.get(f"/customers/{customer.pk}/").status_code == 200
        best = min(best, time.process_time() - start)
    assert best < 0.15, best


@pytest.mark.feature("C14")
def test_one_click_writes_to_all_contacts_and_the_card_is_copied(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "海蓝科技", phone="075526001234")
    for name, email in (("王一", "wang@a.cn"), ("李二", "li@a.cn"), ("赵三", "")):
        make_contact(staff.ann, customer, name, email=email)
    ann = browse(staff.ann)
    link = re.search(
        r'href="mailto:\?bcc=([^"]+)"', ann.get(f"/customers/{customer.pk}/panel/contacts").content.decode()
    )
    assert link is not None
    assert set(link[1].split(",")) == {"wang@a.cn", "li@a.cn"}
    card = ann.get(f"/customers/{customer.pk}/card").content.decode()
    copied = re.search(r'data-copy="([^"]+)"', card)
    assert copied is not None
    assert copied[1].startswith("海蓝科技\n")
    assert "0755-2600 1234" in copied[1]
    assert "王一" in copied[1]


@pytest.mark.feature("C18")
def test_groups_of_contacts_are_filters_that_are_kept(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    for name, group in (("王一", "key"), ("李二", "key"), ("赵三", "")):
        word = chosen(Contact, {"classification": group})["classification"] if group else None
        make_contact(staff.ann, customer, name, classification=word, mobile="13800138000" if group else "")
    ann = browse(staff.ann)
    word = Contact.objects.get(name="王一").classification
    f = f'{{"all":[{{"field":"classification","op":"one_of","value":["{word}"]}}]}}'
    assert ann.post("/contacts/views/new?" + f"f={f}", {"name": "重点联系人"}).status_code == 302
    view = ann.get("/contacts/").context["list"].views[0]
    rows = ann.get(view.url).context["list"].rows
    assert {row.title for row in rows} == {"王一", "李二"}
    page = ann.get("/contacts/chosen", {"ids": ",".join(str(row.id) for row in rows)}).content.decode()
    assert "sms:13800138000" in page


# -- the credit code, wherever a customer comes from -------------------------------------------------------------------

WRONG = "91440300708461136X"


@pytest.mark.feature("X3")
def test_the_credit_code_is_checked_in_forms_imports_and_by_programs(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    form = {"name": "甲公司", "form": "business", "kind": "potential", "stage": "prospect"}
    assert boss.post("/customers/new", {**form, "tax_number": WRONG}).status_code == 422
    headers = {"Authorization": f"Bearer {make_token(name='t', days=1, read_only=False, by=staff.boss)[1]}"}
    sent = {"name": "甲公司", "tax_number": WRONG}
    refused = Client().post("/api/v1/customers/", sent, content_type="application/json", headers=headers)
    assert refused.status_code == 422
    assert "tax_number" in refused.content.decode()
    bring_in(boss, upload(boss, sheet([["甲公司", WRONG], ["乙公司", CODE.lower()]], head=["客户名称", "税号"])))
    assert list(Customer.objects.values_list("name", "tax_number")) == [("乙公司", CODE)]
    good = Client().post(
        "/api/v1/customers/", {"name": "丙公司", "tax_number": f" {CODE[:8]} {CODE[8:]}"},
        content_type="application/json", headers=headers,
    )  # fmt: skip
    assert good.status_code == 201, good.content
    assert Customer.objects.get(name="丙公司").tax_number == CODE
    names = ["海蓝科技（深圳）有限公司", "深圳市海蓝科技有限责任公司"]
    bring_in(boss, upload(boss, sheet([[names[0]]], head=["客户名称"])))
    Client().post("/api/v1/customers/", {"name": names[1]}, content_type="application/json", headers=headers)
    keys = set(Customer.objects.filter(name__in=names).values_list("name_key", flat=True))
    assert len(keys) == 1
    assert Change.objects.filter(entity="customers.customer", action="create").count() == Customer.objects.count()
