"""The risk check: review with a right and reasons, repeated addresses and numbers told, no order before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from haike.customers.customer.record import Customer
from haike.customers.review.act import DEMANDED, GRANT, may_order, review
from haike.customers.review.state import address_key
from haike.customers.testing import make_contact, make_customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused

Browse = Callable[[User], Client]
CUSTOMERS = entity_of(Customer)
pytestmark = [pytest.mark.django_db, pytest.mark.feature("C27")]


def fresh(customer: Customer) -> Customer:
    return Customer._base_manager.get(pk=customer.pk)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def allow(user: User, *, by: User) -> None:
    role = user.roles.get()
    role._haike_entity.change(role, by=by, grants=[*role.grants, GRANT])


def test_only_who_has_the_right_decides_and_a_no_has_a_reason(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "深圳海蓝")
    url = f"/customers/{customer.pk}/review"
    assert browse(staff.ann).post(url, {"review": "checked"}).status_code == 404
    assert browse(staff.cat).get(url).status_code == 404
    assert f"{url}" not in text_of(browse(staff.ann).get(f"/customers/{customer.pk}/"))
    allow(staff.ann, by=staff.boss)
    client = browse(staff.ann)
    assert url in text_of(client.get(f"/customers/{customer.pk}/"))
    assert client.get(url).status_code == 200
    assert client.post(url, {"review": "refused", "review_reason": " "}).status_code == 422
    assert fresh(customer).review == "unchecked"
    assert client.post(url, {"review": "refused", "review_reason": "执照过期"}).status_code == 302
    after = fresh(customer)
    assert (after.review, after.review_reason, after.reviewed_at is not None) == ("refused", "执照过期", True)
    assert "执照过期" in text_of(browse(staff.boss).get(f"/customers/{customer.pk}/"))
    last = Change.objects.filter(entity=CUSTOMERS.label, record_id=customer.pk).latest("id")
    assert (last.by_id, last.diff["review"]) == (staff.ann.pk, ["unchecked", "refused"])
    with pytest.raises(Refused):
        review(after, verdict="checked", by=staff.cat)


def test_it_is_not_typed_into_forms_or_the_api(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann, "深圳海蓝")
    client = browse(staff.ann)
    assert 'name="review"' not in text_of(client.get(f"/customers/{customer.pk}/edit"))
    assert client.post(f"/customers/{customer.pk}/field/review", {"review": "checked"}).status_code != 200
    assert "review" not in CUSTOMERS.editable_by(staff.boss)
    assert fresh(customer).review == "unchecked"


def test_no_order_before_the_review_where_the_company_wants_it(staff: Staff) -> None:
    customer = make_customer(staff.ann, "深圳海蓝")
    may_order(customer)
    choose(DEMANDED, True)
    with pytest.raises(Refused, match="深圳海蓝"):
        may_order(customer)
    no = review(customer, verdict="refused", reason="资质不全", by=staff.boss)
    with pytest.raises(Refused, match="资质不全"):
        may_order(no)
    may_order(review(no, verdict="checked", by=staff.boss))


def test_another_name_or_tax_number_is_looked_at_again(staff: Staff) -> None:
    customer = review(make_customer(staff.ann, "深圳海蓝"), verdict="checked", by=staff.boss)
    phoned = CUSTOMERS.change(customer, by=staff.ann, phone="075586001234")
    assert fresh(phoned).review == "checked"
    CUSTOMERS.change(phoned, by=staff.ann, name="深圳天蓝")
    assert fresh(phoned).review == "unchecked"


def test_the_same_address_and_number_are_told_within_rights(staff: Staff, browse: Browse) -> None:
    there = make_customer(
        staff.cat, "别人的客户", region="440305", address="广东省深圳市南山区科技南路8号", phone="075586001234"
    )
    mine = make_customer(staff.ann, "我的老客户", address="深圳市南山区 科技南路 ８ 号")
    make_contact(staff.cat, make_customer(staff.cat, "联系人同号"), "王五", mobile="13900001234")
    new = make_customer(
        staff.ann, "新来的客户", region="440305", address="科技南路8号", phone="075586001234", mobile="13900001234"
    )
    page = text_of(browse(staff.ann).get(f"/customers/{new.pk}/"))
    assert "另有 2 个客户的地址相同" in page
    assert "另有 2 个客户的电话相同" in page
    assert page.count("health-grave") >= 2
    assert str(mine) in page
    assert str(there) not in page, "of others' customers one hears only that they are"
    review(new, verdict="checked", by=staff.boss)
    assert "health-grave" not in text_of(browse(staff.ann).get(f"/customers/{new.pk}/"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("440305", "科技南路 8 号"), ("", "广东省深圳市南山区科技南路８号"), True),
        (("", "深圳市南山区科技南路8号"), ("440305", "广东深圳南山科技南路8号"), True),
        (("110105", "建国路 88 号"), ("", "北京市朝阳区建国路88号"), True),
        (("440305", "科技南路 8 号"), ("440305", "科技南路 9 号"), False),
        (("320500", "人民路 12 号"), ("320100", "人民路 12 号"), False),
        (("", "1 号"), ("", "1 号"), False),
    ],
)
def test_addresses_are_compared_without_how_they_are_written(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    keys = address_key(*one), address_key(*other)
    assert (bool(keys[0]) and keys[0] == keys[1]) is same
