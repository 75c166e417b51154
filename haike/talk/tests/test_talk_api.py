"""Comments and notices through the REST API, with the rights and rules of the screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from haike.api import limit
from haike.api.limit import RATE
from haike.api.token import make_token
from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.talk.models import Comment, Notice

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P25", "P28", "P36")]
ENTITY = entity_of(Customer)
JSON = "application/json"


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    limit.forget()
    yield
    limit.forget()


@pytest.fixture
def customer(staff: Staff) -> Any:
    return ENTITY.create(by=staff.ann, name="苏州锐诚机械")


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def program(user: Any, scopes: dict[str, list[str]] | None = None, *, read_only: bool = False) -> Client:
    __, key = make_token(name="程序", days=1, read_only=read_only, by=user, scopes=scopes)
    return Client(headers={"Authorization": f"Bearer {key}"})


def path_of(record: Any) -> str:
    return f"/api/v1/customers/{record.pk}/comments"


def test_write_list_change_and_delete(staff: Staff, customer: Any, committed: Any) -> None:
    ann, ben = program(staff.ann), program(staff.ben)
    with committed():
        made = ben.post(path_of(customer), {"text": "@安然 请跟进"}, content_type=JSON)
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["mentions"] == [{"id": staff.ann.pk, "name": "安然"}]
    assert body["by"] == {"id": staff.ben.pk, "name": "贲志强"}
    assert Notice.objects.get().kind == "mention"
    listed = ann.get(path_of(customer)).json()
    assert (listed["items"], listed["after"]) == ([body], None)
    mine = f"/api/v1/comments/{body['id']}"
    assert ann.patch(mine, {"text": "改"}, content_type=JSON).status_code == 422, "only the author"
    changed = ben.patch(mine, {"text": "改过了"}, content_type=JSON).json()
    assert (changed["text"], changed["mentions"]) == ("改过了", [])
    assert changed["edited_at"]
    assert ben.delete(mine).status_code == 204
    assert ben.delete(mine).status_code == 404
    assert ann.get(path_of(customer)).json()["items"] == []


def test_pages_of_comments(staff: Staff, customer: Any) -> None:
    ann = program(staff.ann)
    for number in range(5):
        ann.post(path_of(customer), {"text": f"第{number}条"}, content_type=JSON)
    first = ann.get(f"{path_of(customer)}?limit=2").json()
    assert [each["text"] for each in first["items"]] == ["第4条", "第3条"]
    rest = ann.get(f"{path_of(customer)}?limit=3&after={first['after']}").json()
    assert [each["text"] for each in rest["items"]] == ["第2条", "第1条", "第0条"]
    assert rest["after"] is None
    assert ann.get(f"{path_of(customer)}?limit=201").status_code == 422


def test_what_is_not_yours_is_not_there(staff: Staff, customer: Any) -> None:
    ann, cat = program(staff.ann), program(staff.cat)
    comment = ann.post(path_of(customer), {"text": "内部"}, content_type=JSON).json()["id"]
    assert cat.get(path_of(customer)).status_code == 404
    assert cat.post(path_of(customer), {"text": "偷看"}, content_type=JSON).status_code == 404
    assert cat.patch(f"/api/v1/comments/{comment}", {"text": "改"}, content_type=JSON).status_code == 404
    assert cat.delete(f"/api/v1/comments/{comment}").status_code == 404
    assert cat.get("/api/v1/users/1/comments").status_code == 404, "users carry no comments"
    assert Client().get(path_of(customer)).status_code == 401
    assert Comment.objects.get().text == "内部"


def test_refusals_are_those_of_the_screen(staff: Staff, customer: Any) -> None:
    ann = program(staff.ann)
    empty = ann.post(path_of(customer), {"text": "  "}, content_type=JSON)
    assert (empty.status_code, list(empty.json()["fields"])) == (422, ["text"])
    blind = ann.post(path_of(customer), {"text": "@蔡晓 看看"}, content_type=JSON)
    assert blind.status_code == 422
    assert "蔡晓" in blind.json()["fields"]["text"]
    assert not Comment.objects.exists()


def test_scopes_rate_and_creating_once(staff: Staff, customer: Any) -> None:
    body = {"text": "好"}
    assert program(staff.ann, {"customers.contact": ["read", "change"]}).get(path_of(customer)).status_code == 403
    reader = program(staff.ann, {ENTITY.label: ["read"]})
    assert reader.get(path_of(customer)).status_code == 200
    assert reader.post(path_of(customer), body, content_type=JSON).status_code == 403
    assert program(staff.ann, read_only=True).post(path_of(customer), body, content_type=JSON).status_code == 422
    writer = program(staff.ann, {ENTITY.label: ["change"]})
    once = {"Idempotency-Key": "k1"}
    first = writer.post(path_of(customer), body, content_type=JSON, headers=once)
    assert first.status_code == 201
    Comment.objects.update(text="另写")
    assert writer.post(path_of(customer), body, content_type=JSON, headers=once).json() == first.json()
    assert Comment.objects.count() == 1
    assert reader.delete(f"/api/v1/comments/{first.json()['id']}").status_code == 403
    choose(RATE, 1)
    limit.forget()
    hasty = program(staff.ann)
    assert [hasty.get("/api/v1/notices/").status_code for _ in range(2)] == [200, 429]


def test_own_notices_and_marking_them_read(staff: Staff, customer: Any, committed: Any) -> None:
    other = ENTITY.create(by=staff.cat, name="别人的")
    with committed():
        program(staff.ben).post(path_of(customer), {"text": "@安然 一"}, content_type=JSON)
        program(staff.boss).post(path_of(customer), {"text": "二"}, content_type=JSON)
        program(staff.boss).post(path_of(other), {"text": "@蔡晓 三"}, content_type=JSON)
    ann, cat = program(staff.ann), program(staff.cat)
    listed = ann.get("/api/v1/notices/").json()
    assert listed["unread"] == 2
    assert [each["kind"] for each in listed["items"]] == ["comment", "mention"]
    mention = listed["items"][1]
    assert (mention["entity"], mention["record"], mention["title"]) == ("customers", customer.pk, "苏州锐诚机械")
    assert (mention["by"]["name"], mention["read"]) == ("贲志强", False)
    assert [each["id"] for each in ann.get("/api/v1/notices/?kind=mention").json()["items"]] == [mention["id"]]
    page = ann.get("/api/v1/notices/?limit=1").json()
    assert ann.get(f"/api/v1/notices/?limit=1&after={page['after']}").json()["items"] == [mention]
    theirs = cat.get("/api/v1/notices/").json()["items"]
    read = "/api/v1/notices/read"
    assert ann.post(read, {"ids": [theirs[0]["id"]]}, content_type=JSON).json() == {"read": 0}, "not her own"
    assert ann.post(read, {"ids": [mention["id"]]}, content_type=JSON).json() == {"read": 1}
    assert [each["kind"] for each in ann.get("/api/v1/notices/?unread=true").json()["items"]] == ["comment"]
    assert ann.post(read, {}, content_type=JSON).json() == {"read": 1}
    assert ann.get("/api/v1/notices/").json()["unread"] == 0
    assert Notice.objects.filter(user=staff.cat, read_at__isnull=True).exists()


def test_a_notice_of_what_one_no_longer_sees_tells_nothing(staff: Staff, customer: Any, committed: Any) -> None:
    with committed():
        program(staff.ben).post(path_of(customer), {"text": "@安然 机密"}, content_type=JSON)
    ENTITY.change(customer, by=staff.boss, owner=staff.cat)
    (told,) = program(staff.ann).get("/api/v1/notices/").json()["items"]
    assert (told["entity"], told["record"], told["title"], told["text"], told["url"]) == (None, None, "", "", "")


def test_a_token_with_limits_hears_only_of_what_it_may_read(staff: Staff, customer: Any, committed: Any) -> None:
    with committed():
        program(staff.ben).post(path_of(customer), {"text": "@安然 一"}, content_type=JSON)
    contacts = program(staff.ann, {"customers.contact": ["read"]})
    assert contacts.get("/api/v1/notices/").json()["items"] == []
    assert contacts.post("/api/v1/notices/read", {}, content_type=JSON).json() == {"read": 0}
    customers = program(staff.ann, {ENTITY.label: ["read"]})
    assert len(customers.get("/api/v1/notices/").json()["items"]) == 1
