"""Few functions for those who begin, all for those who know the program."""

import re

import pytest

from haike.customers.testing import make_customer
from haike.kernel.option import choose
from haike.people.user.actions import make_user
from haike.site.menu import SIMPLE_MENU

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P41")]

SALE = ["/opportunities/", "/quotes/", "/orders/", "/contracts/"]
FEW = ["/today/", "/customers/", "/contacts/", "/follow-ups/", *SALE]


def menu(browse, who) -> list[str]:
    page = browse(who).get("/today/").content.decode()
    return re.findall(r'class="room[^"]*" href="([^"]+)"', page)


def test_new_users_see_few_and_may_ask_for_all(ann, browse):
    assert menu(browse, ann) == FEW
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
    assert menu(browse, ann) == FEW


def test_what_one_uses_daily_stands_before_the_menu_of_the_other_tabs(staff, browse):
    customer = make_customer(staff.ann)
    html = browse(staff.ann).get(f"/customers/{customer.pk}/?tab=team").content.decode()
    bar = html[html.index('class="record-tabs"') :].partition('class="record-panel"')[0]
    row, menu = bar.split('<details class="menu')
    daily = ["timeline", "contacts", "follow-ups-customer", "opportunities-customer", "quotes-customer"]
    assert re.findall(r"\?tab=([^\"]+)\" hx-get", row) == [
        *daily, "contracts-customer", "orders-customer", "payments-customer"
    ]  # fmt: skip
    # The menu bears the name of the tab that is open in it.
    assert re.search(r'<summary class="tab" aria-current="true"[^>]*><span data-more="更多">团队</span>', menu)
    assert 'aria-current="true"' not in row


def test_a_cashier_has_his_rooms_among_the_few(boss, browse):
    lucy = make_user(username="lucy", name="程洁", password="not-a-secret", roles=["finance"])
    assert {"/payment-plans/", "/payments/", "/invoices/"} <= set(menu(browse, lucy))
    assert "/payments/" not in menu(browse, boss)
