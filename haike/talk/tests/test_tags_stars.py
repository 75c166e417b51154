"""Tags and stars through the browser: who sees which, who may hang them, what a list shows and finds by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client

from haike.customers.customer.record import Customer
from haike.find.share import Share
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.talk.models import Star, Tag, Tagged
from haike.talk.tag.actions import make_tag, tag_many

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("P25"), pytest.mark.django_db]


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return entity_of(Customer).create(by=staff.ann, name="苏州锐诚机械")  # type: ignore[no-any-return]


def of_company(staff: Staff, name: str, colour: str = "red") -> Tag:
    return make_tag(name, colour=colour, shared=True, by=staff.boss)


def hang(client: Client, customer: Customer, *tags: Tag, **more: Any) -> Any:
    return client.post(f"/customers/{customer.pk}/tags", {"tags": [str(tag.pk) for tag in tags], **more})


def listed(client: Client, **query: Any) -> list[str]:
    if "f" in query:
        query["f"] = orjson.dumps(query["f"]).decode()
    return [row.title for row in client.get(f"/customers/?{urlencode(query)}").context["list"].rows]


def by_tag(op: str, *tags: Tag) -> dict[str, Any]:
    return {"all": [{"field": "tags", "op": op, "value": [str(tag.pk) for tag in tags]}]}


def test_a_tag_of_the_company_shows_on_page_list_and_api(staff: Staff, browse: Browse, customer: Customer) -> None:
    tag, ann, ben = of_company(staff, "重点项目"), browse(staff.ann), browse(staff.ben)
    assert hang(ann, customer, tag).status_code == 302
    chip = '<span class="tag tag-red">重点项目</span>'
    assert chip in ben.get(f"/customers/{customer.pk}/").content.decode()
    assert chip in ben.get("/customers/").content.decode()
    assert ben.get(f"/api/v1/customers/{customer.pk}").json()["tags"] == ["重点项目"]
    assert ben.get("/api/v1/customers/").json()["items"][0]["tags"] == ["重点项目"]
    log = Change.objects.get(entity="customers.customer", record_id=customer.pk, action="tag")
    assert (log.diff, log.by_id) == ({"tags": [[], ["重点项目"]]}, staff.ann.pk)
    assert "重点项目" in ben.get(f"/customers/{customer.pk}/panel/log").content.decode()
    hang(ann, customer)
    assert not Tagged.objects.exists()
    assert chip not in ben.get(f"/customers/{customer.pk}/").content.decode()


def test_a_personal_tag_is_nobody_elses_business(staff: Staff, browse: Browse, customer: Customer) -> None:
    ann, ben = browse(staff.ann), browse(staff.ben)
    assert hang(ann, customer, name="老同学", colour="pink").status_code == 302
    mine = Tag.objects.get(name="老同学")
    assert mine.owner_id == staff.ann.pk
    for path in (
        f"/customers/{customer.pk}/",
        "/customers/",
        "/tags/",
        "/customers/filter/row?row-0-field=tags&index=0",
    ):
        assert "老同学" not in ben.get(path).content.decode(), path
    assert "老同学" in ann.get("/customers/").content.decode()
    assert ben.get(f"/api/v1/customers/{customer.pk}").json()["tags"] == []
    # Neither by its key: as a filter, on a record, on the page of tags.
    page = ben.get(f"/customers/?{urlencode({'f': orjson.dumps(by_tag('one_of', mine)).decode()})}")
    assert "老同学" not in page.content.decode()
    hang(ben, customer, mine)
    assert list(Tagged.objects.values_list("by_id", flat=True)) == [staff.ann.pk]
    assert ben.get(f"/tags/{mine.pk}/edit").status_code == 404
    assert ben.post(f"/tags/{mine.pk}/delete").status_code == 404
    assert not Change.objects.filter(action="tag").exists()


def test_the_filter_finds_by_tags(staff: Staff, browse: Browse, customer: Customer) -> None:
    hot, far = of_company(staff, "急"), of_company(staff, "外地")
    other = entity_of(Customer).create(by=staff.ann, name="杭州云栖")
    entity_of(Customer).create(by=staff.ann, name="南京钟山")
    ann = browse(staff.ann)
    hang(ann, customer, hot, far)
    hang(ann, other, far)
    assert listed(ann, f=by_tag("one_of", hot)) == ["苏州锐诚机械"]
    assert set(listed(ann, f=by_tag("one_of", hot, far))) == {"苏州锐诚机械", "杭州云栖"}
    assert listed(ann, f=by_tag("all_of", hot, far)) == ["苏州锐诚机械"]
    assert listed(ann, f=by_tag("none_of", far)) == ["南京钟山"]
    assert listed(ann, f=by_tag("empty")) == ["南京钟山"]
    assert set(listed(ann, f=by_tag("filled"))) == {"苏州锐诚机械", "杭州云栖"}
    # Whoever sees by owners and whoever sees all take different ways to the same rows.
    assert listed(browse(staff.boss), f=by_tag("all_of", hot, far), sort="name") == ["苏州锐诚机械"]
    assert listed(browse(staff.cat), f=by_tag("one_of", hot)) == []
    row = ann.get("/customers/filter/row?row-0-field=tags&index=0&group=0").content.decode()
    assert "急" in row


def test_only_who_may_edit_hangs_a_tag_of_the_company(staff: Staff, browse: Browse, customer: Customer) -> None:
    tag, cat = of_company(staff, "重点"), browse(staff.cat)
    assert hang(cat, customer, tag).status_code == 404
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat, can_write=False)
    answer = hang(cat, customer, tag)
    assert answer.status_code == 422
    assert "公司标签" in answer.content.decode() or "自己的标签" in answer.content.decode()
    assert not Tagged.objects.exists()
    assert hang(cat, customer, name="关注", colour="teal").status_code == 302
    assert Tagged.objects.get().tag.owner_id == staff.cat.pk


def test_company_tags_are_made_by_those_who_may(staff: Staff, browse: Browse) -> None:
    ann, boss = browse(staff.ann), browse(staff.boss)
    ann.post("/tags/new", {"name": "我的", "colour": "blue", "shared": "1"})
    assert Tag.objects.get(name="我的").owner_id == staff.ann.pk
    assert boss.post("/tags/new", {"name": "展会", "colour": "blue", "shared": "1"}).status_code == 302
    shared = Tag.objects.get(name="展会")
    assert shared.owner_id is None
    assert ann.post(f"/tags/{shared.pk}/edit", {"name": "改", "colour": "red"}).status_code == 422
    assert ann.post(f"/tags/{shared.pk}/delete").status_code == 422
    assert Tag.objects.get(pk=shared.pk).name == "展会"
    assert boss.post(f"/tags/{shared.pk}/edit", {"name": "广交会", "colour": "red"}).status_code == 302
    assert "广交会" in ann.get("/tags/").content.decode()


@pytest.mark.parametrize(
    ("name", "colour", "said"),
    [("", "red", "请填写"), ("长" * 21, "red", "20"), ("展会", "red", "已有同名的标签"), ("新", "nocolour", "颜色")],
)
def test_a_bad_tag_is_refused_in_words(
    name: str, colour: str, said: str, staff: Staff, browse: Browse, customer: Customer
) -> None:
    of_company(staff, "展会")
    answer = browse(staff.boss).post("/tags/new", {"name": name, "colour": colour, "shared": "1"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Tag.objects.count() == 1


def test_markup_in_a_tag_is_text(staff: Staff, browse: Browse, customer: Customer) -> None:
    hang(browse(staff.ann), customer, name="<b>x</b>", colour="red")
    for path in (f"/customers/{customer.pk}/", "/customers/", "/tags/"):
        page = browse(staff.ann).get(path).content.decode()
        assert "<b>x</b>" not in page, path
        assert "&lt;b&gt;x&lt;/b&gt;" in page, path


def test_many_records_are_tagged_at_once(staff: Staff, customer: Customer) -> None:
    entity, tag = entity_of(Customer), of_company(staff, "年会邀请")
    foreign = entity.create(by=staff.cat, name="宁波海曙")
    keys = [customer.pk, foreign.pk, 999_999]
    assert tag_many(entity, keys, add=[tag.pk], by=staff.ann) == [customer.pk]
    assert tag_many(entity, keys, add=[tag.pk], by=staff.ann) == []
    assert tag_many(entity, keys, remove=[tag.pk], by=staff.boss) == [customer.pk]
    assert not Tagged.objects.exists()
    with pytest.raises(Refused):
        tag_many(entity, keys, add=[tag.pk + 1000], by=staff.boss)


def test_a_deleted_tag_is_gone_everywhere(staff: Staff, browse: Browse, customer: Customer) -> None:
    tag = of_company(staff, "旧")
    hang(browse(staff.ann), customer, tag)
    assert browse(staff.boss).post(f"/tags/{tag.pk}/delete").status_code == 302
    assert "tag-red" not in browse(staff.ann).get("/customers/").content.decode()
    assert (
        browse(staff.ann)
        .get(f"/customers/?{urlencode({'f': orjson.dumps(by_tag('one_of', tag)).decode()})}")
        .status_code
        == 200
    )


def test_a_star_brings_a_record_under_starred(staff: Staff, browse: Browse, customer: Customer) -> None:
    entity_of(Customer).create(by=staff.ann, name="南京钟山")
    ann, ben, cat = browse(staff.ann), browse(staff.ben), browse(staff.cat)
    for __ in range(2):
        assert ann.post(f"/customers/{customer.pk}/star", {"on": "1"}).status_code == 302
    assert Star.objects.count() == 1
    assert listed(ann, tab="starred") == ["苏州锐诚机械"]
    assert "row-star" in ann.get("/customers/").content.decode()
    assert listed(ben, tab="starred") == []
    assert cat.post(f"/customers/{customer.pk}/star", {"on": "1"}).status_code == 404
    assert ann.get(f"/customers/{customer.pk}/star").status_code == 404
    ann.post(f"/customers/{customer.pk}/star", {"on": "0"})
    assert listed(ann, tab="starred") == []


def test_a_star_shows_nothing_that_one_no_longer_sees(staff: Staff, browse: Browse, customer: Customer) -> None:
    ben = browse(staff.ben)
    ben.post(f"/customers/{customer.pk}/star", {"on": "1"})
    entity_of(Customer).change(customer, by=staff.boss, owner=staff.cat)
    assert listed(ben, tab="starred") == []
