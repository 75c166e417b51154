"""Every operator of the filter on every kind of field, in words and days that are counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
import time_machine
from django.test import Client

from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.change import writer
from haike.kernel.entity import entity_of
from haike.kernel.period import PERIOD_LABELS
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("P14")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2026, 3, 11, 12, 0, tzinfo=SHANGHAI)

DAYS = """2024-05-01 2025-03-31 2025-10-01 2025-12-31 2026-01-01 2026-02-28 2026-03-01 2026-03-02 2026-03-08 2026-03-09
2026-03-10 2026-03-11 2026-03-12 2026-03-15 2026-03-16 2026-03-22 2026-03-31 2026-04-01 2026-04-30 2026-05-01""".split()
"""The first and last days of what surrounds that Wednesday."""
PERIODS = {
    "today": ("2026-03-11", "2026-03-11"),
    "yesterday": ("2026-03-10", "2026-03-10"),
    "tomorrow": ("2026-03-12", "2026-03-12"),
    "this_week": ("2026-03-09", "2026-03-15"),
    "last_week": ("2026-03-02", "2026-03-08"),
    "next_week": ("2026-03-16", "2026-03-22"),
    "this_month": ("2026-03-01", "2026-03-31"),
    "last_month": ("2026-02-01", "2026-02-28"),
    "next_month": ("2026-04-01", "2026-04-30"),
    "this_quarter": ("2026-01-01", "2026-03-31"),
    "last_quarter": ("2025-10-01", "2025-12-31"),
    "this_year": ("2026-01-01", "2026-12-31"),
    "last_year": ("2025-01-01", "2025-12-31"),
}
ON_DAYS: list[tuple[str, Any, str, str]] = [
    *(("in", period, first, last) for period, (first, last) in PERIODS.items()),
    ("on", "2026-03-11", "2026-03-11", "2026-03-11"),
    ("before", "2026-03-01", "2024-01-01", "2026-02-28"),
    ("after", "2026-03-22", "2026-03-23", "2030-01-01"),
    ("between", ["2026-03-08", "2026-03-10"], "2026-03-08", "2026-03-10"),
    ("between", ["2026-03-10", "2026-03-08"], "2026-03-08", "2026-03-10"),
    ("last", "0", "2026-03-11", "2026-03-11"),
    ("last", "3", "2026-03-08", "2026-03-11"),
    ("next", "4", "2026-03-11", "2026-03-15"),
    ("older", "1", "2024-01-01", "2026-03-09"),
    ("filled", "", "2024-01-01", "2030-01-01"),
]


def found(client: Client, field: str, operator: str, value: Any, slug: str = "customers") -> set[str]:
    text = orjson.dumps({"all": [{"field": field, "op": operator, "value": value}]}).decode()
    answer = client.get(f"/{slug}/", {"f": text, "size": "100"})
    assert answer.status_code == 200
    page = answer.context["list"]
    assert len(page.chips) == 1, "the filter was not understood"
    return {row.title for row in page.rows}


@pytest.fixture
def now() -> Iterator[None]:
    with time_machine.travel(WEDNESDAY, tick=False):
        yield


@pytest.fixture
def calendar(now: None, staff: Staff) -> None:
    """A customer for each of the days, hot until then and contacted then: at midnight or at its last minute."""
    make_customer(staff.ann, "没有日期")
    for place, text in enumerate(DAYS):
        customer = make_customer(staff.ann, text, heat="high", heat_until=date.fromisoformat(text))
        hour = {"hour": 23, "minute": 59} if place % 2 else {"hour": 0, "minute": 0}
        moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI, **hour)
        with writer():
            Customer.objects.filter(pk=customer.pk).update(last_contact_at=moment)


def test_days_and_moments_in_every_period(calendar: None, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    assert set(PERIODS) == set(PERIOD_LABELS)
    for operator, value, first, last in ON_DAYS:
        expected = {day for day in DAYS if first <= day <= last}
        for field in ("heat_until", "last_contact_at"):
            assert found(client, field, operator, value) == expected, (field, operator, value)
    for field in ("heat_until", "last_contact_at"):
        assert found(client, field, "empty", "") == {"没有日期"}
        stale = {day for day in DAYS if day <= "2026-03-03"} | {"没有日期"}
        assert found(client, field, "stale", "7") == stale


@pytest.fixture
def three(now: None, staff: Staff) -> None:
    first = make_customer(
        staff.ann, "甲公司", opening_debt=Decimal("100.50"), level="important", region="440305", remark="急件，快",
        mobile="13800138000", email="a@first.cn", wechat="first_wx", qq="123456", website="https://first.cn",
        phone="075526001234", preferences=["quality", "price"], birthday="1990-03-15",
        longitude=Decimal("114.05"), latitude=Decimal("22.55"),
    )  # fmt: skip
    make_customer(
        staff.ben, "乙公司", opening_debt=Decimal(20), level="vip", region="310104", remark="不急", form="individual",
        mobile="13900139000", email="b@second.cn", wechat="wx_second", qq="654321", website="https://second.cn",
        phone="02152001234", preferences=["service"], birthday="lunar 1985-08-15", parent=first,
        longitude=Decimal("121.47"), latitude=Decimal("31.23"),
    )  # fmt: skip
    make_customer(staff.ann, "丙公司")


ALL, NONE = {"甲公司", "乙公司", "丙公司"}, set[str]()
TEXTS = {
    "name": ("甲", "甲公司"),
    "remark": ("急件", "急件，快"),
    "email": ("first", "a@first.cn"),
    "wechat": ("first", "first_wx"),
    "qq": ("2345", "123456"),
    "website": ("first", "https://first.cn"),
    "mobile": ("8001", "138 0013 8000"),
    "phone": ("6001", "0755-26001234"),
}
CASES: list[tuple[str, str, Any, set[str]]] = [
    ("debt", "is", "100.50", {"甲公司"}),
    ("debt", "is", "１００．５０", {"甲公司"}),
    ("debt", "not", "20", {"甲公司", "丙公司"}),
    ("debt", "more", "20", {"甲公司"}),
    ("debt", "least", "20", {"甲公司", "乙公司"}),
    ("debt", "less", "20", {"丙公司"}),
    ("debt", "most", "20", {"乙公司", "丙公司"}),
    ("debt", "between", ["10", "100.50"], {"甲公司", "乙公司"}),
    ("longitude", "is", "114.05", {"甲公司"}),
    ("debt", "filled", "", ALL),
    ("debt", "empty", "", NONE),
    ("longitude", "not", "114.05", {"乙公司", "丙公司"}),
    ("longitude", "more", "120", {"乙公司"}),
    ("longitude", "least", "114.05", {"甲公司", "乙公司"}),
    ("longitude", "less", "120", {"甲公司"}),
    ("longitude", "most", "121.47", {"甲公司", "乙公司"}),
    ("longitude", "between", ["110", "120"], {"甲公司"}),
    ("longitude", "empty", "", {"丙公司"}),
    ("longitude", "filled", "", {"甲公司", "乙公司"}),
    ("level", "one_of", ["important", "vip"], {"甲公司", "乙公司"}),
    ("level", "none_of", ["vip"], {"甲公司", "丙公司"}),
    ("level", "empty", "", {"丙公司"}),
    ("level", "filled", "", {"甲公司", "乙公司"}),
    ("form", "one_of", ["individual"], {"乙公司"}),
    ("form", "none_of", ["individual"], {"甲公司", "丙公司"}),
    ("preferences", "one_of", ["quality"], {"甲公司"}),
    ("preferences", "one_of", ["price", "service"], {"甲公司", "乙公司"}),
    ("preferences", "none_of", ["service"], {"甲公司", "丙公司"}),
    ("preferences", "empty", "", {"丙公司"}),
    ("preferences", "filled", "", {"甲公司", "乙公司"}),
    ("region", "in", "440000", {"甲公司"}),
    ("region", "in", "上海市", {"乙公司"}),
    ("region", "outside", "440000", {"乙公司", "丙公司"}),
    ("region", "empty", "", {"丙公司"}),
    ("region", "filled", "", {"甲公司", "乙公司"}),
    ("birthday", "in", "this_month", {"甲公司"}),
    ("birthday", "next", "10", {"甲公司"}),
    ("birthday", "empty", "", {"丙公司"}),
    ("birthday", "filled", "", {"甲公司", "乙公司"}),
    ("owner", "one_of", ["me"], {"乙公司"}),
    ("owner", "none_of", ["me"], {"甲公司", "丙公司"}),
    ("owner", "filled", "", ALL),
    ("owner", "empty", "", NONE),
    ("parent", "empty", "", {"甲公司", "丙公司"}),
    ("parent", "filled", "", {"乙公司"}),
    ("photo", "empty", "", ALL),
    ("photo", "filled", "", NONE),
    ("tags", "empty", "", ALL),
    ("tags", "filled", "", NONE),
    *((field, "contains", part, {"甲公司"}) for field, (part, __) in TEXTS.items()),
    *((field, "lacks", part, {"乙公司", "丙公司"}) for field, (part, __) in TEXTS.items()),
    *((field, "is", whole, {"甲公司"}) for field, (__, whole) in TEXTS.items()),
    *((field, "starts", whole[:3], {"甲公司"}) for field, (__, whole) in TEXTS.items() if field != "website"),
    ("website", "starts", "https://f", {"甲公司"}),
    *((field, "empty", "", {"丙公司"}) for field in TEXTS if field != "name"),
    *((field, "filled", "", {"甲公司", "乙公司"}) for field in TEXTS if field != "name"),
    ("name", "filled", "", ALL),
    ("name", "empty", "", NONE),
]


def test_every_operator_of_every_kind_of_field(three: None, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ben)
    for field, operator, value, expected in CASES:
        assert found(client, field, operator, value) == expected, (field, operator, value)
    parent = str(Customer.objects.get(name="甲公司").pk)
    assert found(client, "parent", "one_of", [parent]) == {"乙公司"}
    assert found(client, "parent", "none_of", [parent]) == {"甲公司", "丙公司"}


def test_no_operator_was_forgotten() -> None:
    """A new kind of field or operator needs a case here."""
    looks = entity_of(Customer).looks
    shown = {(looks[field].kind, operator) for field, operator, *__ in CASES}
    shown |= {("reference", "one_of"), ("reference", "none_of")}
    shown |= {(kind, operator) for kind in ("date", "datetime") for operator in looks["heat_until"].operators}
    # Tags and groups have tests of their own, and one kind is shown where another is the same underneath.
    same = {"tags", "segments", "mobile"}
    missing = {
        (look.kind, operator)
        for look in looks.values()
        for operator in look.operators
        if look.kind not in same and (look.kind, operator) not in shown
    }
    assert not missing


def test_any_column_that_can_be_sorted_sorts(three: None, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ben)
    for name, look in entity_of(Customer).looks.items():
        if look.multiple or look.kind in ("picture", "tags"):
            continue
        for sort in (name, f"-{name}"):
            rows = client.get("/customers/", {"sort": sort}).context["list"].rows
            assert {row.title for row in rows} == ALL, sort
    up = [row.title for row in client.get("/customers/", {"sort": "debt"}).context["list"].rows]
    down = [row.title for row in client.get("/customers/", {"sort": "-debt"}).context["list"].rows]
    assert up == ["丙公司", "乙公司", "甲公司"]
    assert down == up[::-1]


def test_totals_of_this_page_and_of_everything_found(staff: Staff, browse: Browse) -> None:
    for number in range(12):
        make_customer(staff.ann, f"公司{number:02}", opening_debt=Decimal(number))
    make_contact(staff.ann, Customer.objects.get(name="公司03"))
    client = browse(staff.ann)
    client.post("/customers/columns", {"column": ["name", "debt"]})

    def totals(**query: Any) -> list[str]:
        answer = client.get("/customers/count", {"size": 10, "sort": "name", **query}, headers={"HX-Request": "true"})
        return [line["cells"][1] for line in answer.context["list"].totals]

    assert totals() == ["¥45.00", "¥66.00"]
    assert totals(page=2) == ["¥21.00", "¥66.00"]
    text = orjson.dumps({"all": [{"field": "debt", "op": "most", "value": "10"}]}).decode()
    assert totals(f=text) == ["¥45.00", "¥55.00"]
    assert totals(page=2, f=text) == ["¥10.00", "¥55.00"]


def test_the_density_is_kept_for_each_list(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    assert client.get("/customers/").context["list"].density == "normal"
    assert client.post("/customers/density", {"density": "dense"}).status_code == 204
    assert client.get("/customers/").context["list"].density == "dense"
    assert client.get("/contacts/").context["list"].density == "normal"
    assert browse(staff.ben).get("/customers/").context["list"].density == "normal"
