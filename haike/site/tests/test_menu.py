"""Few functions for those who begin, all for those who know the program."""

import re

import pytest

from haike.kernel.option import choose
from haike.site.menu import SIMPLE_MENU

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P41")]


def menu(browse, who) -> list[str]:
    page = browse(who).get("/today/").content.decode()
    return re.findall(r'class="room[^"]*" href="([^"]+)"', page)


def test_new_users_see_few_and_may_ask_for_all(ann, browse):
    assert menu(browse, ann) == ["/today/", "/customers/", "/contacts/", "/follow-ups/"]
    browse(ann).post("/account/display", {"menu": "full"})
    assert "/departments/" in menu(browse, ann)
    browse(ann).post("/account/display", {"menu": "simple"})
    assert "/departments/" not in menu(browse, ann)


def test_where_one_is_stands_in_the_menu(ann, browse):
    page = browse(ann).get("/departments/").content.decode()
    assert 'class="room active" href="/departments/"' in page


def test_the_settings_stay_within_reach(boss, browse):
    assert menu(browse, boss)[-1] == "/settings/"


def test_the_company_says_what_is_simple(ann, browse):
    choose(SIMPLE_MENU, "/today/ /users/")
    assert menu(browse, ann) == ["/today/", "/users/"]


def test_an_unknown_size_changes_nothing(ann, browse):
    browse(ann).post("/account/display", {"menu": "huge"})
    assert len(menu(browse, ann)) == 4
