"""The API finds, orders and pages as the screens do, for the same user; and it describes itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from haike.customers.models import Customer
from haike.kernel.entity import entities, entity_of
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P36")]
ENTITY = entity_of(Customer)
FILTER = json.dumps({"all": [{"field": "name", "op": "contains", "value": "公司"}]})


@pytest.fixture
def customers(staff: Staff) -> list[Any]:
    owners = [staff.ann, staff.cat, staff.ann, staff.ben, staff.ann, staff.ann, staff.ann]
    names = ["丙公司", "甲公司", "乙工厂", "丁公司", "戊公司", "甲乙公司", "己公司"]
    return [ENTITY.create(by=owner, name=name) for owner, name in zip(owners, names, strict=True)]


@pytest.mark.parametrize(
    "query",
    [{}, {"q": "甲"}, {"tab": "mine"}, {"f": FILTER}, {"sort": "name"}, {"sort": "-name", "f": FILTER, "q": "公司"}],
)
@pytest.mark.parametrize("who", ["ann", "ben", "cat", "boss"])
def test_filters_and_order_are_those_of_the_list(
    query: dict[str, str], who: str, staff: Staff, browse: Browse, customers: list[Any]
) -> None:
    client = browse(getattr(staff, who))
    page = client.get(f"/customers/?{urlencode({**query, 'size': '50'})}").content.decode()
    body = page[page.index("<tbody") : page.index("</tbody")] if "<tbody" in page else ""
    on_screen = list(dict.fromkeys(int(key) for key in re.findall(r'href="/customers/(\d+)/"', body)))
    through_api: list[int] = []
    after: str | None = ""
    while after is not None:
        asked = {**query, "limit": "2", "count": "true", **({"after": after} if after else {})}
        answer = client.get(f"/api/v1/customers/?{urlencode(asked)}").json()
        assert len(answer["items"]) <= 2
        through_api += [each["id"] for each in answer["items"]]
        after = answer["after"]
    assert through_api == on_screen
    assert answer["count"] == len(on_screen)
    if not query:
        assert len(on_screen) == {"ann": 5, "ben": 6, "cat": 1, "boss": 7}[who]


def test_every_kind_of_record_is_described(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "swagger" in page.content.decode().lower()
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for entity in entities():
        assert "get" in paths[f"/api/v1/{entity.slug}/"], entity.label
        assert {"get", "patch", "delete"} <= set(paths[f"/api/v1/{entity.slug}/{{pk}}"]), entity.label
        assert ("post" in paths[f"/api/v1/{entity.slug}/"]) == entity.creatable, entity.label
