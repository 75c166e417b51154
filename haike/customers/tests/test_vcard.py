"""vCards: what comes in, what goes out, and files that mean no good."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from haike.customers.contact import vcard
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.log import Batch, Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused

Browse = Callable[[User], Client]
IMPORT = "/contacts/vcards/import"

V3 = """BEGIN:VCARD
VERSION:3.0
N:王;小明;;;
FN:王小明
ORG:海蓝科技有限公司;采购部
TITLE:采购经理
TEL;TYPE=CELL,VOICE:+86 138 0013 8000
TEL;TYPE=WORK:0755-26001234
TEL;TYPE=WORK,FAX:0755-26001235
TEL;TYPE=HOME:0755-83001234
EMAIL;TYPE=INTERNET:wang@hailan.cn
ADR;TYPE=WORK:;;科技园一路1号;深圳市;广东省;518000;中国
URL:https://hailan.cn
BDAY:1980-05-01
NOTE:老客户\\, 重要
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ
 AAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgF
END:VCARD
"""
V4 = """BEGIN:VCARD
VERSION:4.0
FN:李四
TEL;VALUE=uri;TYPE="voice,cell":tel:+86-139-0013-9000
ORG:北山机械
BDAY:--0415
PHOTO:data:image/jpeg;base64,/9j/4AAQSkZJRg
END:VCARD
"""
V21 = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E8=B5=B5;=E5=85=AD;;;
TEL;CELL:13700137000
ADR;WORK;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;=E6=B7=B1=E5=9C=B3=
=E5=B8=82;;;;
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQ
AAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgF

END:VCARD
"""


def upload(text: str | bytes, name: str = "people.vcf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(), "text/vcard")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.feature("C20")
def test_cards_of_all_versions_come_in_from_one_file(staff: Staff, browse: Browse) -> None:
    answer = browse(staff.ann).post(IMPORT, {"file": upload(V3 + V4 + V21)})
    assert answer.status_code == 200
    wang, li, zhao = Contact.objects.order_by("id")
    assert (wang.name, wang.customer.name, wang.department_name, wang.post) == (
        "王小明",
        "海蓝科技有限公司",
        "采购部",
        "采购经理",
    )
    assert (wang.mobile, wang.email, wang.birthday, wang.remark) == (
        "13800138000",
        "wang@hailan.cn",
        "1980-05-01",
        "老客户, 重要",
    )
    assert all((wang.phone, wang.fax, wang.home_phone))
    assert wang.postcode == "518000"
    assert "科技园一路1号" in wang.address
    assert wang.customer.website == "https://hailan.cn"
    assert wang.main
    assert wang.owner == staff.ann
    assert (li.name, li.mobile, li.birthday, li.customer.name) == ("李四", "13900139000", "04-15", "北山机械")
    assert (zhao.name, zhao.mobile, zhao.address, zhao.customer.form) == ("赵六", "13700137000", "深圳市", "individual")
    batch = Batch.objects.get()
    assert batch.created == 3
    assert Change.objects.filter(batch=batch).count() == 6


@pytest.mark.feature("C20")
def test_what_is_known_is_not_made_twice(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    for __ in range(2):
        page = text_of(ann.post(IMPORT, {"file": upload(V3 + V4)}))
    assert "已有" in page or "was there" in page
    assert (Customer.objects.count(), Contact.objects.count()) == (2, 2)


@pytest.mark.feature("C20")
def test_cards_can_go_to_one_customer(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "目标客户")
    browse(staff.ann).post(IMPORT, {"file": upload(V3 + V4), "customer": customer.pk})
    assert set(customer.contacts.values_list("name", flat=True)) == {"王小明", "李四"}
    assert browse(staff.cat).post(IMPORT, {"file": upload(V3), "customer": customer.pk}).status_code == 404
    assert Contact.objects.count() == 2


@pytest.mark.feature("C20")
def test_another_sellers_customer_of_that_name_stays_his(staff: Staff, browse: Browse) -> None:
    foreign = make_customer(staff.cat, "海蓝科技有限公司")
    browse(staff.ann).post(IMPORT, {"file": upload(V3)})
    assert not foreign.contacts.exists()
    assert Contact.objects.get().customer.owner == staff.ann


@pytest.mark.feature("C20")
def test_what_no_field_takes_goes_to_the_remark(staff: Staff, browse: Browse) -> None:
    lines = ["FN:王小明", "ORG:海蓝", "TEL;TYPE=WORK:12", "EMAIL:not mail", "EMAIL:b@c.cn", "BDAY:1980-13-45"]
    odd = "\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""])
    browse(staff.ann).post(IMPORT, {"file": upload(odd)})
    remark = Contact.objects.get().remark
    assert "12" in remark
    assert "not mail" in remark
    assert "b@c.cn" in remark
    assert "1980-13-45" in remark


@pytest.mark.feature("C20")
def test_gbk_files_are_read(staff: Staff) -> None:
    (card,) = vcard.read("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:王小明\r\nORG:海蓝\r\nEND:VCARD\r\n".encode("gb18030"))
    assert (card.name, card.company) == ("王小明", "海蓝")


NESTED = "BEGIN:VCARD\n" * 50 + "FN:x\n" + "END:VCARD\n" * 50
EVIL = {
    "nothing": b"",
    "text": b"hello",
    "binary": bytes(range(256)) * 20,
    "nested": NESTED.encode(),
    "calendar": b"BEGIN:VCARD\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCARD\n",
    "long line": b"BEGIN:VCARD\nFN:" + b"a" * 30_000 + b"\nEND:VCARD\n",
    "many": b"BEGIN:VCARD\nFN:a\nEND:VCARD\n" * 1001,
    "no line": b"BEGIN:VCARD\n;;;===\x00\nEND:VCARD\n",
    "bad qp": b"BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=x-none:=E7=8E\nEND:VCARD\n",
    "open": b"BEGIN:VCARD\nFN:a\n",
    "huge": b"BEGIN:VCARD\n" + b"NOTE:x\n" * 700_000,
}


@pytest.mark.feature("C20")
@pytest.mark.parametrize("kind", EVIL)
def test_evil_files_are_refused_in_words(staff: Staff, browse: Browse, kind: str) -> None:
    answer = browse(staff.ann).post(IMPORT, {"file": upload(EVIL[kind])})
    assert answer.status_code == 422
    assert "notice-bad" in text_of(answer)
    assert not Contact.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.feature("C20")
@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        vcard.read(f"BEGIN:VCARD\nVERSION:3.0\n{text}\nEND:VCARD\n".encode())
    except Refused:
        pass


@pytest.mark.feature("C20")
def test_scripts_in_a_card_are_only_text(staff: Staff, browse: Browse) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:<script>alert(1)</script>\nORG:<b>x</b>\nURL:javascript:alert(1)\nEND:VCARD\n"
    page = text_of(browse(staff.ann).post(IMPORT, {"file": upload(card)}))
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page
    assert "javascript:" not in Customer.objects.get().website


@pytest.mark.feature("C20")
@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_what_goes_out_comes_in_again(staff: Staff, browse: Browse, version: str) -> None:
    customer = make_customer(staff.ann, "海蓝科技; 逗号, 有限公司", website="https://hailan.cn")
    facts = {
        "department_name": "采购部", "post": "经理; 兼, 其他", "mobile": "13800138000", "phone": "075526001234",
        "email": "w@h.cn", "qq": "123456", "wechat": "wxm", "address": "科技园一路1号" * 8, "remark": "第一行\n第二行",
        "birthday": "lunar 1980-04-15",
    }  # fmt: skip
    one = make_contact(staff.ann, customer, "欧阳小明", **facts)
    two = make_contact(staff.ann, customer, "John Smith", birthday="05-01")
    answer = browse(staff.boss).get("/contacts/vcards", {"ids": [one.pk, two.pk], "version": version})
    assert answer["Content-Type"].startswith("text/vcard")
    assert f"VERSION:{version}" in text_of(answer)
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    cards = {card.name: card for card in vcard.read(answer.content)}
    assert cards["欧阳小明"].company == customer.name
    assert vcard.parse_values(cards["欧阳小明"], staff.ann) == {"name": "欧阳小明", **facts}
    assert vcard.parse_values(cards["John Smith"], staff.ann)["birthday"] == "05-01"


@pytest.mark.feature("C20", "P18")
def test_taking_cards_along_needs_the_right_and_is_logged(staff: Staff, browse: Browse) -> None:
    contact = make_contact(staff.ann, make_customer(staff.ann))
    foreign = make_contact(staff.cat, make_customer(staff.cat, "别家"), "外人")
    exports = Change.objects.filter(action="export")
    assert browse(staff.ann).get("/contacts/vcards", {"ids": contact.pk}).status_code == 422
    assert browse(staff.ann).get(f"/contacts/{foreign.pk}/vcard").status_code == 404
    assert not exports.exists()
    assert "外人" not in text_of(browse(staff.ben).get("/contacts/vcards", {"ids": [contact.pk, foreign.pk]}))
    assert browse(staff.ann).get(f"/contacts/{contact.pk}/vcard").status_code == 200
    assert sorted(exports.values_list("record_id", "by")) == sorted(
        [(contact.pk, staff.ben.pk), (contact.pk, staff.ann.pk)]
    )


@pytest.mark.feature("C20", "P17")
def test_a_file_of_cards_is_taken_back(staff: Staff, browse: Browse) -> None:
    old = make_customer(staff.ann, "北山机械")
    ann = browse(staff.ann)
    page = text_of(ann.post(IMPORT, {"file": upload(V3 + V4)}))
    url = f"/contacts/vcards/{Batch.objects.get().pk}/undo"
    assert url in page
    assert browse(staff.cat).post(url).status_code == 404
    assert Contact.objects.live().count() == 2
    assert ann.post(url).status_code == 302
    assert not Contact.objects.live().exists()
    assert list(Customer.objects.live()) == [old]
    assert Customer.objects.get(pk=old.pk).main_contact is None
    assert ann.post(url).status_code == 422
