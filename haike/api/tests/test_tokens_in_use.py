"""What programs may do with a token, how often, and that a request sent again makes nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone

from haike.api import limit
from haike.api.limit import RATE
from haike.api.once import OnceAnswer
from haike.api.token import ApiToken, make_token
from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P36")]
ENTITY = entity_of(Customer)


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    limit.forget()
    yield
    limit.forget()


class Program:
    """A client that comes with a token."""

    def __init__(self, key: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method, path, json.dumps(body or {}), "application/json", headers={**self.headers, **headers}
        )


def program(user: User, scopes: dict[str, list[str]] | None = None, *, read_only: bool = False) -> Program:
    return Program(make_token(name="程序", days=30, read_only=read_only, by=user, scopes=scopes)[1])


def test_a_token_does_only_what_it_was_made_for(staff: Staff) -> None:
    customer = ENTITY.create(by=staff.ann, name="甲公司")
    path = f"/api/v1/customers/{customer.pk}"
    reader = program(staff.ann, {ENTITY.label: ["read"]})
    assert reader.get(path).status_code == 200
    assert reader.get("/api/v1/contacts/").status_code == 403
    assert reader.send("PATCH", path, {"remark": "x"}).status_code == 403
    assert reader.send("POST", "/api/v1/customers/", {"name": "乙"}).status_code == 403
    assert reader.send("DELETE", path).status_code == 403
    maker = program(staff.ann, {ENTITY.label: ["create"]})
    assert maker.get(path).status_code == 403
    assert maker.send("POST", "/api/v1/customers/", {"name": "乙公司"}).status_code == 201
    changer = program(staff.ann, {ENTITY.label: ["change", "delete"]})
    assert changer.send("PATCH", path, {"remark": "改"}).status_code == 200
    assert changer.send("DELETE", path).status_code == 204
    assert changer.send("POST", f"{path}/restore").status_code == 200
    customer.refresh_from_db()
    assert customer.remark == "改"


def test_a_scope_gives_no_right_that_its_user_lacks(staff: Staff) -> None:
    customer = ENTITY.create(by=staff.ann, name="甲公司")
    stranger = program(staff.cat, {ENTITY.label: ["read", "change", "delete"]})
    assert stranger.get(f"/api/v1/customers/{customer.pk}").status_code == 404
    assert stranger.send("DELETE", f"/api/v1/customers/{customer.pk}").status_code == 404


def test_making_a_token_with_scopes_on_the_page(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    page = client.get("/account/tokens/").content.decode()
    assert 'value="customers.customer:read"' in page
    data = {"name": "报表", "days": "30", "limit": "some"}
    assert client.post("/account/tokens/", data).status_code == 422, "nothing is ticked"
    data |= {"scope": ["customers.customer:read", "customers.customer:fly", "auth.user:read"]}  # type: ignore[dict-item]
    assert client.post("/account/tokens/", data).status_code == 200
    assert ApiToken.objects.get().scopes == {"customers.customer": ["read"]}


def test_asking_too_often(staff: Staff) -> None:
    choose(RATE, 3)
    mine, other = program(staff.ann), program(staff.ann)
    with time_machine.travel("2026-03-01 10:00:20", tick=False):
        assert [mine.get("/api/v1/customers/").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = mine.get("/api/v1/customers/")
        assert refused["Retry-After"] == "40"
        assert "40" in refused.json()["message"]
        assert other.get("/api/v1/customers/").status_code == 200, "each token counts for itself"
        limit.forget()
        assert mine.get("/api/v1/customers/").status_code == 429, "another process counts the same"
    with time_machine.travel("2026-03-01 10:01:00", tick=False):
        assert mine.get("/api/v1/customers/").status_code == 200


def test_a_limit_of_nought_is_none(staff: Staff) -> None:
    choose(RATE, 0)
    mine = program(staff.ann)
    assert {mine.get("/api/v1/customers/").status_code for _ in range(20)} == {200}


def test_created_once(staff: Staff) -> None:
    mine, path = program(staff.ann), "/api/v1/customers/"
    first = mine.send("POST", path, {"name": "甲公司"}, **{"Idempotency-Key": "a-1"})
    again = mine.send("POST", path, {"name": "甲公司"}, **{"Idempotency-Key": "a-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Customer.objects.count() == 1
    other = mine.send("POST", path, {"name": "乙公司"}, **{"Idempotency-Key": "a-1"})
    assert other.status_code == 422
    assert mine.send("POST", path, {"name": "乙公司"}, **{"Idempotency-Key": "a-2"}).status_code == 201
    # What was refused may be mended and sent again with the same key.
    assert mine.send("POST", path, {"name": ""}, **{"Idempotency-Key": "a-3"}).status_code == 422
    assert mine.send("POST", path, {"name": "丙公司"}, **{"Idempotency-Key": "a-3"}).status_code == 201
    assert mine.send("POST", path, {"name": "丁"}, **{"Idempotency-Key": "x" * 201}).status_code == 422
    assert program(staff.cat).send("POST", path, {"name": "戊"}, **{"Idempotency-Key": "a-1"}).status_code == 201
    OnceAnswer.objects.update(at=timezone.now() - timedelta(hours=25))
    assert mine.send("POST", path, {"name": "甲公司"}, **{"Idempotency-Key": "a-1"}).status_code == 201
    assert Customer.objects.filter(name="甲公司").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one(staff: Staff) -> None:
    mine = program(staff.ann)

    def ask(_: int) -> Any:
        try:
            answer = mine.send("POST", "/api/v1/customers/", {"name": "同时公司"}, **{"Idempotency-Key": "k"})
            return answer.status_code, answer.json().get("id")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, range(4)))
    assert len(answers) == 1
    assert {status for status, __ in answers} == {201}
    assert Customer.objects.count() == 1


@pytest.mark.feature("P16")
def test_a_conflict_says_what_is_different(staff: Staff) -> None:
    customer = ENTITY.create(by=staff.ann, name="甲公司", remark="原来")
    ENTITY.change(customer, by=staff.ben, remark="经理改的")
    body = {"version": 1, "remark": "程序改的", "name": "甲公司"}
    answer = program(staff.ann).send("PATCH", f"/api/v1/customers/{customer.pk}", {**body, "short_name": "甲"})
    assert answer.status_code == 409
    assert answer.json()["current"] == 2
    assert answer.json()["changed"]["remark"] == {"yours": "程序改的", "theirs": "经理改的"}
    assert "name" not in answer.json()["changed"]
    customer.refresh_from_db()
    assert customer.remark == "经理改的"


def test_a_filter_that_is_not_known_is_refused_and_not_passed_over(staff: Staff) -> None:
    """A list that left it out would give a program all records in place of some."""
    ENTITY.create(by=staff.ann, name="甲公司")
    reader = program(staff.ann)
    said = reader.get("/api/v1/customers/?level=A&sorted=name")
    assert said.status_code == 422
    assert set(said.json()["fields"]) == {"level", "sorted"}
    assert "sort" in said.json()["fields"]["sorted"]


def test_a_list_is_found_without_its_last_slash(staff: Staff) -> None:
    maker = program(staff.ann)
    made = maker.send("POST", "/api/v1/customers", {"name": "乙公司"})
    assert made.status_code == 201
    assert [each["id"] for each in maker.get("/api/v1/customers?limit=5").json()["items"]] == [made.json()["id"]]
    assert maker.get("/api/v1/nothing").status_code == maker.get("/api/nothing").status_code == 404
    assert Client().get("/api/v1/customers").status_code == 401


def test_what_is_wrong_is_said_in_the_language_of_the_user(staff: Staff) -> None:
    maker = program(staff.ann)
    path = "/api/v1/customers/"
    answers = [
        maker.send("POST", path),
        maker.send("POST", path, {"name": "乙公司", "nam": "x"}),
        maker.send("PATCH", f"{path}7000000", {"name": "乙"}),
        maker.client.generic("POST", path, "{", "application/json", headers=maker.headers),
        maker.get(f"{path}?limit=x"),
        maker.get("/api/v1/nothing"),
        Client().get(path),
        program(staff.ann, read_only=True).send("POST", path, {"name": "丙公司"}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 404, 422, 422, 404, 401, 422]
    for answer in answers:
        said = answer.json()
        for sentence in (said["message"], *said["fields"].values()):
            assert any("一" <= letter <= "鿿" for letter in sentence), said
    assert answers[0].json()["fields"].keys() == {"name"}
    assert "name" in answers[1].json()["fields"]["nam"]
    assert answers[4].json()["fields"].keys() == {"limit"}
