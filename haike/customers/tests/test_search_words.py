"""Contacts found as one speaks of them, 王总: by surname and title, and their customers with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from haike.bulk.write import change_many
from haike.chinese.names import called
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.search import match
from haike.people.testing import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.feature("C4")]
CONTACTS = entity_of(Contact)


@pytest.mark.parametrize(
    ("name", "posts", "ways"),
    [
        ("王建国", ("", "销售副总经理"), "王副总经理、王总经理"),
        ("欧阳锋", ("总", "董事长"), "欧阳总、欧阳董事长"),
        ("李四", ("先生", "高级工程师"), "李先生、李工程师"),
        ("王小明", ("", "总经理助理"), "王助理"),
        ("John Smith", ("经理",), ""),
        ("王五", ("", "家属"), ""),
    ],
)
def test_ways_of_addressing(name: str, posts: tuple[str, ...], ways: str) -> None:
    assert called(name, *posts) == ways


def found(words: str, user: Any) -> list[list[str]]:
    """The customers and the contacts that the user finds."""
    answer = []
    for model in (Customer, Contact):
        keys = match(model, words, entity_of(model).policy.scope(user), 9)
        answer.append(sorted(str(each) for each in model.objects.filter(pk__in=keys)))
    return answer


def test_a_title_finds_the_contact_and_his_customer(staff: Staff, client: Client) -> None:
    sea, mountain = make_customer(staff.ann, "深圳海蓝"), make_customer(staff.ann, "青山机械")
    head = make_contact(staff.ann, sea, "王建国", post="总经理")
    make_contact(staff.ann, sea, "王小芳", post="会计")
    make_contact(staff.ann, mountain, "王卫东", post="工程师")
    make_contact(staff.ann, mountain, "李敏", form_of_address="chief")
    assert found("王总", staff.ann) == [["深圳海蓝"], ["王建国"]]
    assert found("李总", staff.ann) == [["青山机械"], ["李敏"]]
    assert found("王总 海蓝", staff.ann) == [["深圳海蓝"], ["王建国"]]
    assert found("王总", staff.cat) == [[], []]
    client.force_login(staff.ann)
    page = client.get("/customers/", {"q": "王总"}).content.decode()
    assert "深圳海蓝" in page
    assert "青山机械" not in page
    # Another post, by hand and for many at once, is another way of being addressed.
    CONTACTS.change(head, by=staff.ann, post="采购经理")
    assert (found("王总", staff.ann), found("王经理", staff.ann)) == ([[], []], [["深圳海蓝"], ["王建国"]])
    batch = start_batch(CONTACTS, "edit", "t", by=staff.ann)
    change_many(CONTACTS, [head.pk], lambda __: {"post": "副总裁"}, ["post"], by=staff.ann, batch=batch)
    assert found("王总", staff.ann) == [["深圳海蓝"], ["王建国"]]
    assert found("王经理", staff.ann) == [[], []]


def test_whoever_does_not_see_posts_does_not_find_by_them(staff: Staff, client: Client) -> None:
    make_contact(staff.ann, make_customer(staff.ann, "深圳海蓝"), "王建国", post="总经理")
    client.force_login(staff.ann)
    pages = [f"/{slug}/?q=王总" for slug in ("customers", "contacts")]
    assert all("王建国" in client.get(page).content.decode() for page in pages)
    role = staff.ann.roles.get()
    entity_of(role).change(role, by=staff.boss, field_rights={CONTACTS.label: {"post": "hidden"}})
    assert not any("王建国" in client.get(page).content.decode() for page in pages)
