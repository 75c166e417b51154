"""The text of a contract: made from a template with its facts, changed by hand, its versions, rights, evil texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import System
from haike.people.company.profile import change_company
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.sales.contract.text.facts import BLANK
from haike.sales.models import Contract, ContractTemplate, Quote

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("K1", "P31")]
EVIL = "苏州<script>锐诚</script>{{ amount }}有限公司"


def contract_of(by: User, **values: Any) -> Contract:
    values = {"subject": "年度维保", "amount": Decimal(36000), "kind": "sale", **values}
    if "customer" not in values:
        customer = make_customer(by, EVIL, phone="051267890123", tax_number="91350100M000100Y43")
        values |= {"customer": customer, "contact": make_contact(by, customer, "赵工", mobile="13812345678")}
    made: Contract = entity_of(Contract).create(by=by, **values)
    return made


def template_of(by: Any, text: str, **values: Any) -> ContractTemplate:
    made: ContractTemplate = entity_of(ContractTemplate).create(by=by, **{"name": "范本", "text": text, **values})
    return made


def url_of(contract: Contract, act: str = "") -> str:
    return f"/contracts/{contract.pk}/{act}"


def test_the_usual_sales_contract_by_one_click(staff: Staff, browse: Browse) -> None:
    change_company(by=staff.boss, name="海客机械有限公司", bank="工商银行苏州分行")
    ann, quotes = browse(staff.ann), entity_of(Quote)
    contract = contract_of(staff.ann, signer=staff.ann, ends_on=date(2027, 3, 9), payment_terms="预付 30%")
    lines = quotes.looks["lines"].from_json([{"name": "空压机", "quantity": "2", "price": "18000"}], staff.ann)
    quote = quotes.create(by=staff.ann, subject="空压机", customer=contract.customer, lines=lines)
    contract = entity_of(Contract).change(contract, by=staff.ann, quote=quote)
    usual = ContractTemplate.objects.get(name="购销合同")
    offer = ann.get(url_of(contract, "panel/text")).content.decode()
    assert offer.index("购销合同") < offer.index("服务合同")
    assert ann.post(url_of(contract, "text"), {"template": usual.pk}).status_code == 302
    contract.refresh_from_db()
    for known in (
        f"甲方（买方）：{EVIL}", "乙方（卖方）：海客机械有限公司", "¥36,000.00（大写：人民币叁万陆仟元整）", "预付 30%",
        "91350100M000100Y43", "138 1234 5678", "赵工", "2027年3月9日", "1. 空压机，2", "工商银行苏州分行",
    ):  # fmt: skip
        assert known in contract.text, known
    assert f"交货地点：{BLANK}" in contract.text
    assert (contract.text_from_id, contract.heading) == (usual.pk, "产品购销合同")
    # On paper it is the whole contract, escaped; the facts above it would say everything twice.
    paper = ann.get(url_of(contract, "paper")).content.decode().split('class="papers')[1]
    assert '<h2 class="paper-title">产品购销合同</h2>' in paper
    assert "<h3>第一条 标的物</h3>" in paper
    assert "苏州&lt;script&gt;锐诚&lt;/script&gt;{{ amount }}有限公司" in paper
    assert "paper-sides" in paper
    assert "<dt>" not in paper.split("</section>")[0]


def test_nothing_typed_is_lost(staff: Staff, browse: Browse) -> None:
    ann, contract = browse(staff.ann), contract_of(staff.ann)
    one, two = template_of(staff.boss, "甲方 {{ 客户 }}"), template_of(staff.boss, "另一份 {{ number }}", name="另一份")
    ann.post(url_of(contract, "text"), {"template": one.pk})
    contract.refresh_from_db()
    typed = {"version": contract.version, "heading": "合同", "text": f"{contract.text}\n第二条 手写的<b>条款</b>"}
    assert ann.post(url_of(contract, "text/edit"), typed).status_code == 302
    contract.refresh_from_db()
    hand = contract.text
    assert "手写的" in hand
    # Where there is a text, a click alone asks; the question names what goes and what comes.
    asked = ann.post(url_of(contract, "text"), {"template": two.pk}).content.decode()
    assert "<del>第二条 手写的&lt;b&gt;条款&lt;/b&gt;</del>" in asked
    assert f"<ins>另一份 {contract.number}</ins>" in asked
    contract.refresh_from_db()
    assert contract.text == hand
    # A question that is out of date is asked again.
    stale = {"template": two.pk, "version": contract.version - 1}
    assert ann.post(url_of(contract, "text"), stale).status_code == 422
    assert ann.post(url_of(contract, "text"), {**stale, "version": contract.version}).status_code == 302
    contract.refresh_from_db()
    assert (contract.text, contract.text_from) == (f"另一份 {contract.number}", two)
    # The former text stands among the versions, and is taken back; so is the whole act.
    shown = ann.get(url_of(contract, "panel/text")).content.decode()
    key = next(int(part.split('"')[0]) for part in shown.split("text/versions/")[1:])
    version = url_of(contract, f"text/versions/{key}")
    assert "手写的&lt;b&gt;条款&lt;/b&gt;" in ann.get(version).content.decode()
    assert browse(staff.cat).get(version).status_code == 404
    assert ann.post(f"/batches/{Batch.objects.latest('pk').pk}/undo").status_code in (200, 302)
    contract.refresh_from_db()
    assert (contract.text, contract.text_from) == (hand, one)
    assert ann.post(url_of(contract, f"text/versions/{key}")).status_code == 302
    # Somebody else saved meanwhile: what was typed stays in the form, and is saved by sending it again.
    late = ann.post(url_of(contract, "text/edit"), {"version": 1, "text": "我的新条款"})
    assert late.status_code == 422
    assert "我的新条款" in late.content.decode()


def test_who_sees_the_contract_sees_its_text(staff: Staff, browse: Browse) -> None:
    contract, template = contract_of(staff.ann), template_of(staff.boss, "金额 {{ amount }}，大写 {{ capital }}")
    make, cat = url_of(contract, "text"), browse(staff.cat)
    for act in ("text", "text/edit", "text/versions/0", "panel/text"):
        assert cat.get(url_of(contract, act)).status_code == 404
        assert cat.post(url_of(contract, act), {"template": template.pk, "text": "x"}).status_code == 404
    assert browse(staff.ann).post("/contract-templates/new", {"name": "x", "text": "x"}).status_code == 422
    # What is hidden from who makes it is not filled in for him, nor is a text that he may not read shown.
    for role in Role.objects.all():
        entity_of(Role).change(role, by=System("test"), field_rights={"sales.contract": {"amount": "hidden"}})
    ann = browse(staff.ann)
    assert ann.post(make, {"template": template.pk}).status_code == 302
    contract.refresh_from_db()
    assert contract.text == f"金额 {BLANK}，大写 {BLANK}"
    for role in Role.objects.all():
        entity_of(Role).change(role, by=System("test"), field_rights={"sales.contract": {"text": "hidden"}})
    assert ann.get(make).status_code == 404
    assert BLANK not in ann.get(url_of(contract, "panel/text")).content.decode()
    contract = entity_of(Contract).change(contract, by=System("test"), state="cancelled")
    assert browse(staff.boss).post(make, {"template": template.pk}).status_code in (404, 422)


def test_templates_take_nothing_but_placeholders(staff: Staff) -> None:
    for text in (
        "{{ custmer }}",
        "{% include 'x' %}",
        "{{ customer.owner }}",
        "{{ customer|upper }}",
        "{{ customer",
        "",
    ):
        with pytest.raises(Refused) as no:
            template_of(staff.boss, text)
        assert set(no.value.fields) == {"text"}
    with pytest.raises(Refused) as no:
        template_of(staff.boss, "x", name="购销合同")
    assert set(no.value.fields) == {"name"}
    made = template_of(staff.boss, "<img src=x onerror=alert(1)>{{ lines }}{{ contact_phone }}")
    assert "{{ lines }}" in made.text
