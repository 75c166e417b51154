"""What is rendered once and shown again: to nobody else's eyes, in every language, and escaped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from haike.customers.customer.record import Customer
from haike.kernel import change
from haike.kernel.entity import entity_of
from haike.people.testing import Staff

EVIL = '<img src=x onerror="alert(1)">'
HARMLESS = "&lt;img src=x onerror="

NAME = Template("{% load haike %}{% fixed name=me.name %}[{{ name }}]{% endfixed %}")


def test_a_fixed_part_is_made_for_each_value() -> None:
    for name in ("安", "本", "安"):
        assert NAME.render(Context({"me": {"name": name}})) == f"[{name}]"


def test_a_fixed_part_sees_nothing_that_it_is_not_given() -> None:
    template = Template("{% load haike %}{% fixed company=company %}{{ company }} {{ me.name }}{% endfixed %}")
    for name in ("ann", "boss"):
        assert template.render(Context({"company": "海客", "me": {"name": name}})).strip() == "海客"


def test_a_fixed_part_is_made_for_each_language() -> None:
    template = Template("{% load haike i18n %}{% fixed %}{% trans 'Cancel' %}{% endfixed %}")
    found = []
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            found.append(template.render(Context()))
    assert found[0] == found[2] == "Cancel"
    assert found[1] != "Cancel"


def test_a_fixed_part_is_escaped_even_after_the_same_text_was_safe() -> None:
    assert EVIL in NAME.render(Context({"me": {"name": mark_safe(EVIL)}}))
    shown = NAME.render(Context({"me": {"name": EVIL}}))
    assert HARMLESS in shown
    assert "<img" not in shown


def test_a_fixed_part_tells_equal_values_of_different_kinds_apart() -> None:
    assert [NAME.render(Context({"me": {"name": value}})) for value in (True, 1, 1.0)] == ["[True]", "[1]", "[1.0]"]


@pytest.mark.django_db
def test_pages_of_two_users_in_turn_show_each_his_own(staff: Staff, browse: Any) -> None:
    own = {user.name: browse(user) for user in (staff.ann, staff.boss, staff.cat)}
    for __ in range(2):
        for name, client in own.items():
            page = client.get("/customers/").content.decode()
            cards = re.findall(r'<div class="me-card">.*?<b>(.*?)</b>', page)
            assert cards == [name]
            # Only the boss sets the company up.
            assert ('href="/settings/' in page) == (name == staff.boss.name)


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_column_of_cells_is_what_each_cell_is(staff: Staff) -> None:
    values: dict[str, list[Any]] = {"name": [EVIL, "甲", EVIL], "region": ["440305", "", "440305"]}
    known = ["potential", EVIL, "", None, "potential"]
    looks = entity_of(Customer).looks
    for name, look in looks.items():
        column = values.get(name, known if look.repeats else [None, None])
        assert look.cells(column) == [look.cell(value) for value in column], name
        assert "<img" not in "".join(look.cells(column)), name
    assert {"level", "region"} <= {name for name, look in looks.items() if look.repeats}


@pytest.mark.django_db
def test_cells_of_one_user_never_reach_another(staff: Staff, browse: Any) -> None:
    change.create(Customer, by=staff.ann, name=f"甲{EVIL}", level="A")
    change.create(Customer, by=staff.cat, name="别人的乙", level="A")
    first, second = browse(staff.ann), browse(staff.cat)
    for __ in range(2):
        anns, cats = (client.get("/customers/").content.decode() for client in (first, second))
        assert f"甲{HARMLESS}" in anns
        assert "<img src=x" not in anns
        assert "别人的乙" not in anns
        assert "别人的乙" in cats
        assert HARMLESS not in cats
