"""The map: who sees which pins, squares where there are many, who is near, and the way of a day."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.customers.customer.record import Customer
from haike.customers.map import pins, tiles
from haike.customers.map.route import Place, distance, length, short_way
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.option import OptionValue
from haike.kernel.versioned import bump
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User

pytestmark = [pytest.mark.django_db, pytest.mark.feature("C12")]
Browse = Callable[[User], Client]
CHINA = "73.5,18.2,134.8,53.6"
PINS = "/customers/map/pins"


def at(by: User, name: str, east: str, north: str, **values: Any) -> Customer:
    return make_customer(by, name, longitude=east, latitude=north, **values)


def drawn(client: Client, **query: str) -> dict[str, Any]:
    return dict(client.get(PINS, {"box": CHINA, "zoom": "5", **query}).json())


def names(found: dict[str, Any]) -> set[str]:
    return {pin["name"] for pin in found["pins"]}


def test_everybody_sees_the_pins_of_his_own_reach(staff: Staff, browse: Browse) -> None:
    at(staff.ann, "深圳一家", "114.06", "22.55")
    at(staff.cat, "上海一家", "121.47", "31.23")
    make_customer(staff.ann, "不知在哪")
    ann, ben, cat, boss = (browse(user) for user in (staff.ann, staff.ben, staff.cat, staff.boss))
    assert names(drawn(ann)) == names(drawn(ben)) == {"深圳一家"}
    assert names(drawn(cat)) == {"上海一家"}
    assert names(drawn(boss)) == {"深圳一家", "上海一家"}
    assert names(drawn(boss, box="120,30,122,32")) == {"上海一家"}
    assert names(drawn(boss, q="深圳")) == {"深圳一家"}
    pin = drawn(ann)["pins"][0]
    assert "深圳一家" in ann.get(f"/customers/map/{pin['id']}").content.decode()
    assert cat.get(f"/customers/map/{pin['id']}").status_code == 404


def test_colours_follow_the_dictionary_and_the_owner(staff: Staff, browse: Browse) -> None:
    at(staff.ann, "甲", "114.06", "22.55", stage="intent")
    at(staff.ann, "乙", "114.07", "22.55", stage="prospect")
    at(staff.cat, "丙", "114.08", "22.55", stage="intent")
    boss = browse(staff.boss)
    colour = {pin["name"]: pin["colour"] for pin in drawn(boss, by="stage")["pins"]}
    assert colour["甲"] == colour["丙"] != colour["乙"]
    by_owner = drawn(boss, by="owner")
    colour = {pin["name"]: pin["colour"] for pin in by_owner["pins"]}
    assert colour["甲"] == colour["乙"] != colour["丙"]
    assert {line["label"] for line in by_owner["legend"]} == {str(staff.ann), str(staff.cat)}
    # Each sees himself first where nobody else is on the map: his colour is the same.
    for person, name in ((staff.ann, "甲"), (staff.cat, "丙")):
        alone = {pin["name"]: pin["colour"] for pin in drawn(browse(person), by="owner")["pins"]}
        assert alone[name] == colour[name]


def test_many_become_squares_whose_numbers_add_up(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "MOST_PINS", 5)
    chance = random.Random(1)
    for number in range(12):
        at(staff.ann if number % 2 else staff.cat, f"第{number}家", f"{114 + chance.random():.6f}", "22.5")
    found = drawn(browse(staff.boss), zoom="9")
    assert not found["pins"]
    assert sum(square["number"] for square in found["squares"]) == 12
    assert len(found["squares"]) > 1
    assert sum(square["number"] for square in drawn(browse(staff.ann))["squares"]) == 6
    assert all(114 <= square["place"][0] <= 115 for square in found["squares"])


def test_queries_do_not_grow_with_pins(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            drawn(ann, by="owner")
        return len(queries)

    at(staff.ann, "第一家", "114.06", "22.55")
    asked()
    first = asked()
    for number in range(20):
        at(staff.ann, f"又{number}家", "114.06", f"22.{number + 10}")
    assert asked() == first <= 12


def test_a_masked_or_hidden_place_is_no_place(staff: Staff, browse: Browse) -> None:
    at(staff.ann, "深圳一家", "114.06", "22.55")
    entity = entity_of(Customer)
    ann = browse(staff.ann)
    assert ann.get("/customers/map/").status_code == 200
    assert "/customers/map/" in ann.get("/customers/").content.decode()
    for kind in ("masked", "hidden"):
        for role in staff.ann.roles.all():
            entity_of(Role).change(role, by=SETUP, field_rights={entity.label: {"latitude": kind}})
        assert entity.right(User.objects.get(pk=staff.ann.pk), "latitude") == kind
        assert ann.get("/customers/map/").status_code == 404
        assert ann.get(PINS, {"box": CHINA, "zoom": "5"}).status_code == 404
        assert ann.get("/customers/map/near", {"at": "114,22"}).status_code == 404
        assert "/customers/map/" not in ann.get("/customers/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"box": "1,2,3", "zoom": "5"},
        {"box": "a,b,c,d", "zoom": "5"},
        {"box": CHINA, "zoom": "99"},
        {"box": "nan,1,2,3", "zoom": "5"},
        {"box": "1e999,1,2,3", "zoom": "5"},
    ],
)
def test_numbers_that_are_no_place_are_not_found(query: dict[str, str], staff: Staff, browse: Browse) -> None:
    assert browse(staff.ann).get(PINS, query).status_code == 404


def test_near_me_tells_the_nearest_first_with_the_distance(staff: Staff, browse: Browse) -> None:
    at(staff.ann, "远的", "116.41", "39.90")
    at(staff.ann, "近的", "114.07", "22.55")
    at(staff.ann, "更近的", "114.061", "22.55")
    at(staff.cat, "别人的", "114.0605", "22.55")
    page = browse(staff.ann).get("/customers/map/near", {"at": "114.06,22.55"}).content.decode()
    assert page.index("更近的") < page.rindex(">近的<")
    assert "100 米" in page
    assert "1.0 公里" in page
    assert "远的" not in page
    assert "别人的" not in page
    assert "没有标了位置" in browse(staff.ann).get("/customers/map/near", {"at": "-70,-50"}).content.decode()


def test_near_me_looks_no_farther_than_it_must(staff: Staff, browse: Browse) -> None:
    for number in range(pins.ENOUGH):
        at(staff.ann, f"附近{number}家", f"114.0{number + 1}", "22.55")
    at(staff.ann, "另一座城市", "113.26", "23.13")
    page = browse(staff.ann).get("/customers/map/near", {"at": "114.06,22.55"}).content.decode()
    assert all(f"附近{number}家" in page for number in range(pins.ENOUGH))
    assert "另一座城市" not in page


def test_the_way_of_the_day_orders_its_stops(staff: Staff, browse: Browse) -> None:
    west = at(staff.ann, "西", "114.00", "22.55")
    east = at(staff.ann, "东", "114.20", "22.55")
    middle = at(staff.ann, "中", "114.10", "22.55")
    nowhere = make_customer(staff.ann, "无处")
    other = at(staff.cat, "外人", "114.05", "22.55")
    ids = ",".join(str(row.pk) for row in (west, east, middle, nowhere, other))
    page = browse(staff.ann).get("/customers/map/route", {"ids": ids}).content.decode()
    assert f'data-ids="{west.pk},{middle.pk},{east.pk}"' in page
    assert "共 3 站" in page
    assert "20.5 公里" in page
    assert "无处" in page.partition("没有标位置")[2]
    assert "外人" not in page
    page = browse(staff.ann).get("/customers/map/route", {"ids": ids, "from": "114.3,22.55"}).content.decode()
    assert f'data-ids="{east.pk},{middle.pk},{west.pk}"' in page
    assert "uri.amap.com/navigation?from=114.300000,22.550000" in page


def test_the_visits_of_today_make_a_way(staff: Staff, browse: Browse) -> None:
    ann, entity = browse(staff.ann), entity_of(Customer)
    assert "今天没有拜访计划" in ann.get("/customers/map/route", {"today": "1"}).content.decode()
    go, call = at(staff.ann, "要去的", "114.06", "22.55"), at(staff.ann, "只打电话", "114.07", "22.55")
    soon = timezone.localtime().replace(hour=23, minute=0)
    entity.change(go, by=staff.ann, next_contact_at=soon, next_contact_manner="visit")
    entity.change(call, by=staff.ann, next_contact_at=soon, next_contact_manner="call")
    page = ann.get("/customers/map/route", {"today": "1"}).content.decode()
    assert "要去的" in page
    assert "只打电话" not in page


def test_pictures_come_only_from_the_chosen_service(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    page = boss.get("/customers/map/")
    assert "地图还没有底图" in page.content.decode()
    assert "is.example" not in page["Content-Security-Policy"]
    values = {"customers.map_tiles": "https://t{s}.is.example/{z}/{x}/{y}.png", "customers.map_servers": "0,1"}
    for key, value in values.items():
        OptionValue.objects.create(key=key, value=value)
    bump("options")
    page = boss.get("/customers/map/")
    assert "https://t0.is.example https://t1.is.example" in page["Content-Security-Policy"]
    assert 'data-tiles="https://t{s}.is.example/{z}/{x}/{y}.png"' in page.content.decode()
    for wrong in ("ftp://is.example/{z}/{x}/{y}", "https://is.example/map.png", "https://a b;c/{z}/{x}/{y}"):
        OptionValue.objects.filter(key="customers.map_tiles").update(value=wrong)
        bump("options")
        page = boss.get("/customers/map/")
        assert "不能用" in page.content.decode()
        assert 'data-tiles=""' in page.content.decode()
        assert tiles.origins(tiles.tiles()) == []


PLACES = st.lists(st.tuples(st.floats(73, 135), st.floats(18, 54)), max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(places=PLACES, start=st.none() | st.tuples(st.floats(73, 135), st.floats(18, 54)))
def test_a_way_visits_each_place_once_and_no_piece_turned_round_shortens_it(
    places: list[Place], start: Place | None
) -> None:
    order = short_way(places, start)
    assert sorted(order) == list(range(len(places)))
    if places and not start:
        assert order[0] == 0
    way = ([start] if start else []) + [places[number] for number in order]
    for first, last in combinations(range(1, len(way)), 2):
        turned = way[:first] + way[first : last + 1][::-1] + way[last + 1 :]
        assert length(way) <= length(turned) + 1e-6


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [((116.41, 39.90), (121.47, 31.23), 1067), ((114.06, 22.55), (113.27, 23.13), 104), ((0, 0), (180, 0), 20015)],
)
def test_distances_are_those_of_the_globe(one: Place, other: Place, kilometres: float) -> None:
    assert distance(one, other) == pytest.approx(kilometres, rel=0.01)
    assert distance(one, one) == 0
