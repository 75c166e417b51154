"""Which fields the quick search of a list looks in is everybody's own choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.exchange.tests.test_export import export, rows_of
from haike.kernel import discreet
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("C4")


def found(client: Client, words: str, within: str = "") -> list[str]:
    page = client.get("/customers/", {"q": words, "sort": "name", **({"in": within} if within else {})})
    assert page.status_code == 200
    return [row.title for row in page.context["list"].rows]


@pytest.fixture
def three(staff: Staff) -> list[Customer]:
    blue = make_customer(staff.ann, "海蓝科技", mobile="13800138000")
    red = make_customer(staff.ann, "红日贸易", short_name="海蓝分部", mnemonic="hl")
    third = make_customer(staff.ann, "紫荆花木")
    make_contact(staff.ann, third, "海蓝")
    return [blue, red, third]


def choose_fields(client: Client, *names: str) -> None:
    answer = client.post("/customers/columns", {"column": ["name", "phone"], "search": names})
    assert answer.status_code == 302


@pytest.mark.parametrize("words", ["海蓝", "hailan", "hl"])
def test_only_the_chosen_fields_are_searched(words: str, three: list[Customer], staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    assert set(found(ann, words)) == {"海蓝科技", "红日贸易", "紫荆花木"}
    assert found(ann, words, "name") == ["海蓝科技"]
    assert found(ann, words, "contacts__name") == ["紫荆花木"]
    assert found(ann, words, "name,short_name") == ["海蓝科技", "红日贸易"]
    assert set(found(ann, words, "nonsense")) == {"海蓝科技", "红日贸易", "紫荆花木"}


def test_the_choice_stays_with_the_user_and_is_shown(three: list[Customer], staff: Staff, browse: Browse) -> None:
    ann, ben = browse(staff.ann), browse(staff.ben)
    choose_fields(ann, "name", "contacts__name")
    hidden = '<input type="hidden" form="list-search" name="in" value="name,contacts__name">'
    assert hidden in ann.get("/customers/").content.decode()
    assert 'name="in"' not in ben.get("/customers/").content.decode()
    page = ann.get("/customers/", {"q": "海蓝", "in": "name,contacts__name"}).context["list"]
    assert {row.title for row in page.rows} == {"海蓝科技", "紫荆花木"}
    (chip,) = page.chips
    assert "客户名称" in chip.text
    assert len(ann.get(chip.remove_url).context["list"].rows) == 3
    dialog = ann.get("/customers/columns").content.decode()
    assert set(re.findall(r'name="search" value="(\w+)" checked', dialog)) == {"name", "contacts__name"}
    ann.post("/customers/columns", {"reset": "1"})
    assert 'name="in"' not in ann.get("/customers/").content.decode()


def test_what_follows_from_the_search_keeps_to_it(
    three: list[Customer], staff: Staff, browse: Browse, tmp_path: Path
) -> None:
    boss = browse(staff.boss)
    count = boss.get("/customers/count", {"q": "海蓝", "in": "name"}, headers={"HX-Request": "true"})
    assert ">1<" in re.sub(r"\s", "", count.content.decode())
    content = export(boss, "?q=海蓝&in=name").content
    assert [row[0] for row in rows_of(content, tmp_path)] == ["客户名称", "海蓝科技"]


def test_a_word_that_very_many_have(staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more than are looked at one by one, the others are found as they are written."""
    monkeypatch.setattr(discreet, "MOST", 3)
    for number in range(8):
        make_customer(staff.ann, f"海蓝{number}号店")
        make_customer(staff.ann, f"别的{number}号店", short_name="海蓝")
    assert found(browse(staff.ann), "海蓝", "name") == [f"海蓝{number}号店" for number in range(8)]


def test_a_masked_field_stays_masked(three: list[Customer], staff: Staff, browse: Browse) -> None:
    assert found(browse(staff.ann), "0013", "mobile") == ["海蓝科技"]
    assert found(browse(staff.cat), "0013", "mobile") == []
