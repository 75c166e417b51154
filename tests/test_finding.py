"""Names are found by any piece wherever one types them, within one's rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from haike.customers.testing import make_contact, make_customer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.work.follow_up.actions import write_follow_up

Browse = Callable[[User], Client]
PIECES = ["海客科", "szhk", "haike", "hai ke", "深圳 科技", "3456", "hkmn"]


@pytest.fixture
def customer(staff: Staff) -> object:
    found = make_customer(staff.ann, "深圳海客科技有限公司", phone="075523456789", mnemonic="hkmn")
    make_contact(staff.ann, found, "欧阳小明", mobile="13800138000")
    make_customer(staff.ann, "别的公司", phone="02188887777")
    return found


@pytest.mark.feature("X1", "P27")
@pytest.mark.parametrize("words", PIECES)
def test_a_customer_in_list_picker_and_palette(words: str, customer: object, staff: Staff, browse: Browse) -> None:
    ann, cat = browse(staff.ann), browse(staff.cat)
    assert [row.title for row in ann.get("/customers/", {"q": words}).context["list"].rows] == ["深圳海客科技有限公司"]
    assert [item["label"] for item in ann.get("/customers/pick", {"q": words}).json()["items"]] == [
        "深圳海客科技有限公司"
    ]
    assert "深圳海客科技有限公司" in ann.get("/palette", {"q": words}).content.decode()
    assert "深圳海客科技有限公司" in ann.get("/search", {"q": words}).content.decode()
    assert cat.get("/customers/pick", {"q": words}).json()["items"] == []
    for path in ("/palette", "/search"):
        assert "深圳海客科技有限公司" not in cat.get(path, {"q": words}).content.decode()


@pytest.mark.feature("X1")
@pytest.mark.parametrize("words", ["欧阳", "oyxm", "ouyang", "小明", "0138"])
def test_a_contact_wherever_he_is_chosen(words: str, customer: object, staff: Staff, browse: Browse) -> None:
    assert [i["label"] for i in browse(staff.ann).get("/contacts/pick", {"q": words}).json()["items"]] == ["欧阳小明"]
    assert "欧阳小明" in browse(staff.ann).get("/contacts/book/", {"q": words}).content.decode()
    assert browse(staff.cat).get("/contacts/pick", {"q": words}).json()["items"] == []


@pytest.mark.feature("X1")
@pytest.mark.parametrize("words", ["贲", "志强", "bzq", "ben zhi"])
def test_a_colleague_in_a_picker_and_in_a_mention(words: str, staff: Staff, browse: Browse) -> None:
    ann, mine = browse(staff.ann), make_customer(staff.ann)
    assert [item["label"] for item in ann.get("/users/pick", {"q": words}).json()["items"]] == ["贲志强"]
    (item,) = ann.get(f"/customers/{mine.pk}/mention", {"q": words}).json()["items"]
    assert (item["label"], item["sees"]) == ("贲志强", True)


@pytest.mark.feature("P27")
def test_the_number_of_a_document_finds_it(customer: object, staff: Staff, browse: Browse) -> None:
    number = customer.number  # type: ignore[attr-defined]
    for words in (number, number.lower(), number[-9:]):
        items = browse(staff.ann).get("/customers/pick", {"q": words}).json()["items"]
        assert [item["label"] for item in items] == ["深圳海客科技有限公司"], words


@pytest.mark.feature("P27")
def test_what_is_found_stands_under_its_kind(customer: object, staff: Staff, browse: Browse) -> None:
    write_follow_up(customer, by=staff.ann, content="客户问海客的报价")  # type: ignore[arg-type]
    palette = browse(staff.ann).get("/palette", {"q": "海客"}).context["palette"]
    kinds = {str(group.label): [item.label for item in group.items] for group in palette.groups if group.items}
    assert kinds["客户"] == ["深圳海客科技有限公司"]
    assert kinds["联系人"] == ["欧阳小明"]
    assert kinds["跟进记录"] == ["客户问海客的报价"]
