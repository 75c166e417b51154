"""Hot customers: made so in one act, first in the list of who wants it, cooled by rule at night."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from haike.customers.customer.heat import DAYS, OTHER_DAYS, cool_by_rule, until_by_rule
from haike.customers.customer.record import Customer, heat_rank
from haike.customers.jobs import cool_customers
from haike.customers.testing import make_customer
from haike.jobs.cron import entries
from haike.kernel.dictionary import DictionaryWord, changed
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import OptionValue
from haike.kernel.period import today
from haike.kernel.versioned import bump
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("C6")


def names_in(client: Client, query: str = "") -> list[str]:
    return re.findall(r'class="row-link"[^>]*>([^<]+)<', client.get(f"/customers/{query}").content.decode())


def keep(key: str, value: int) -> None:
    OptionValue.objects.update_or_create(key=key, defaults={"value": value})
    bump("options")


def test_hot_in_one_act_with_a_reason_until_the_day_of_the_rule(staff: Staff, browse: Browse) -> None:
    customer, ann = make_customer(staff.ann), browse(staff.ann)
    assert f'href="/customers/{customer.pk}/heat"' in ann.get(f"/customers/{customer.pk}/").content.decode()
    form = ann.get(f"/customers/{customer.pk}/heat").content.decode()
    offered = f"{today() + timedelta(days=14):%Y-%m-%d}"
    assert offered in form
    # The day was offered for high heat: low heat has its own.
    sent = {"heat": "low", "heat_reason": "urgent_need", "heat_until": offered}
    assert ann.post(f"/customers/{customer.pk}/heat", sent).status_code == 302
    customer.refresh_from_db()
    assert (customer.heat, customer.heat_reason) == ("low", "urgent_need")
    assert customer.heat_until == today() + timedelta(days=60)
    assert Change.objects.filter(record_id=customer.pk, action="change").count() == 1
    own = today() + timedelta(days=3)
    ann.post(f"/customers/{customer.pk}/heat", {"heat": "high", "heat_reason": "", "heat_until": f"{own}"})
    customer.refresh_from_db()
    assert (customer.heat, customer.heat_until) == ("high", own)
    assert ann.post(f"/customers/{customer.pk}/cool").status_code == 302
    customer.refresh_from_db()
    assert (customer.heat, customer.heat_until, customer.heat_rank) == (None, None, None)


def test_a_day_that_has_passed_or_no_level_is_told_beside_the_field(staff: Staff, browse: Browse) -> None:
    customer, ann = make_customer(staff.ann), browse(staff.ann)
    url, past = f"/customers/{customer.pk}/heat", today() - timedelta(days=1)
    no = ann.post(url, {"heat": "high", "heat_reason": "urgent_need", "heat_until": f"{past}"})
    assert no.status_code == 422
    assert "这一天已经过去" in no.content.decode()
    assert f"{past}" in no.content.decode()
    no = ann.post(url, {"heat": "", "heat_reason": "urgent_need"})
    assert (no.status_code, "请选择客户有多热" in no.content.decode()) == (422, True)
    customer.refresh_from_db()
    assert customer.heat is None


def test_who_may_not_edit_cannot_heat(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    assert browse(staff.cat).get(f"/customers/{customer.pk}/heat").status_code == 404
    assert browse(staff.cat).post(f"/customers/{customer.pk}/cool").status_code == 404
    rights = {"customers.customer": {"heat_reason": "read"}}
    entity_of(Role).change(Role.objects.get(key="sales"), by=staff.boss, field_rights=rights)
    ann = browse(staff.ann)
    assert ann.get(f"/customers/{customer.pk}/heat").status_code == 404
    assert f'href="/customers/{customer.pk}/heat"' not in ann.get(f"/customers/{customer.pk}/").content.decode()


def test_everybody_chooses_whether_the_hot_ones_come_first(staff: Staff, browse: Browse) -> None:
    for name, level in [("低热", "low"), ("不热甲", None), ("高热", "high"), ("中热", "medium"), ("不热乙", None)]:
        make_customer(staff.ann, name, heat=level)
    newest = ["不热乙", "中热", "高热", "不热甲", "低热"]
    hottest = ["高热", "中热", "低热", "不热乙", "不热甲"]
    ann, ben = browse(staff.ann), browse(staff.ben)
    assert names_in(ann) == names_in(ben) == newest
    assert "热点优先" in ann.get("/customers/").content.decode()
    assert ann.get("/customers/hot-first").status_code == 404
    ann.post("/customers/hot-first")
    assert names_in(ann) == names_in(ann, "?tab=mine") == hottest
    assert names_in(ben) == newest
    assert names_in(ben, "?sort=-heat") == hottest
    assert names_in(ann, "?sort=-created_at") == newest
    ann.post("/customers/hot-first")
    assert names_in(ann) == newest


def test_hot_first_goes_on_over_the_pages(staff: Staff, browse: Browse) -> None:
    levels = ["low", None, "high", "medium"]
    for at in range(24):
        make_customer(staff.ann, f"客户{at:02}", heat=levels[at % 4])
    ann, seen, query = browse(staff.ann), [], "?sort=-heat&size=10"
    for page in (1, 2, 3):
        seen += names_in(ann, f"{query}&page={page}")
    ranks = {"high": 0, "medium": 1, "low": 2, None: 3}
    ordered = sorted(range(24), key=lambda at: (ranks[levels[at % 4]], -at))
    assert seen == [f"客户{at:02}" for at in ordered]


def test_who_may_not_read_heat_learns_nothing_from_the_order(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "高热", heat="high")
    make_customer(staff.ann, "不热")
    ann = browse(staff.ann)
    ann.post("/customers/hot-first")
    assert names_in(ann) == ["高热", "不热"]
    rights = {"customers.customer": {"heat": "hidden"}}
    entity_of(Role).change(Role.objects.get(key="sales"), by=staff.boss, field_rights=rights)
    assert names_in(ann) == names_in(ann, "?sort=-heat") == ["不热", "高热"]
    assert "/customers/hot-first" not in ann.get("/customers/").content.decode()


def test_the_night_cools_whose_day_has_passed_and_says_so(staff: Staff) -> None:
    gone = make_customer(staff.ann, "过期", heat="high", heat_reason="asked_price", heat_until=today() - timedelta(1))
    last = make_customer(staff.ann, "今天到期", heat="high", heat_until=today())
    none = make_customer(staff.ann, "没有日期", heat="medium")
    cold = make_customer(staff.ann, "不热")
    assert cool_customers.func() == {"cooled": 1, "dated": 1}
    for customer in (gone, last, none, cold):
        customer.refresh_from_db()
    assert (gone.heat, gone.heat_reason, gone.heat_until, gone.heat_rank) == (None, None, None, None)
    assert (last.heat, last.heat_until) == ("high", today())
    assert (none.heat, none.heat_until) == ("medium", today() + timedelta(days=30))
    line = Change.objects.filter(record_id=gone.pk).latest("id")
    assert (line.by_id, line.by_name, line.diff["heat"]) == (None, "heat", ["high", None])
    assert line.diff["heat_reason"] == ["asked_price", None]
    assert cool_by_rule() == {"cooled": 0, "dated": 0}
    assert Change.objects.filter(record_id=cold.pk, action="change").count() == 0
    assert "customers.cool" in {entry.name for entry in entries()}


def test_the_days_are_a_setting_of_each_level(staff: Staff) -> None:
    keep(DAYS["high"].key, 5)
    keep(DAYS["low"].key, 0)
    keep(OTHER_DAYS.key, 7)
    assert until_by_rule("high") == today() + timedelta(days=5)
    assert until_by_rule("low") is None
    assert until_by_rule("glowing") == today() + timedelta(days=7)
    endless = make_customer(staff.ann, heat="low")
    assert cool_by_rule() == {"cooled": 0, "dated": 0}
    endless.refresh_from_db()
    assert (endless.heat, endless.heat_until) == ("low", None)


def test_levels_in_another_order_sort_so_after_the_night(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "高热", heat="high")
    make_customer(staff.ann, "低热", heat="low")
    ann = browse(staff.ann)
    assert names_in(ann, "?sort=-heat") == ["高热", "低热"]
    DictionaryWord.objects.filter(dictionary="heat", code="high").update(position=9)
    changed()
    cool_by_rule()
    assert names_in(ann, "?sort=-heat") == ["低热", "高热"]
    assert heat_rank("low") == Customer.objects.get(name="低热").heat_rank
