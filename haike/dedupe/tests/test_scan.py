"""The search over the whole stock: what it finds, what it forgets, who sees it."""

from __future__ import annotations

from typing import Any

import pytest

from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.merge.act import merge
from haike.dedupe.scan import search
from haike.dedupe.scan.record import Pair, Scan
from haike.jobs.testing import run_ready_jobs
from haike.kernel.change import remove
from haike.kernel.entity import entity_of
from haike.people.testing import Staff

NAME, OTHER = "深圳市海蓝科技有限公司", "海蓝科技（深圳）有限公司"
URL = "/customers/duplicates"


def look_over(browse: Any, staff: Staff) -> set[tuple[str, str]]:
    """Begin the search as the boss, let it run, and tell which names were found together."""
    assert browse(staff.boss).post(URL).status_code == 302
    run_ready_jobs()
    names = dict(Customer._base_manager.values_list("pk", "name"))
    return {(names[pair.one], names[pair.other]) for pair in Pair.objects.filter(dismissed_at=None)}


@pytest.mark.feature("C25", "C3")
def test_the_search_finds_names_phones_and_contacts_phones(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    make_customer(staff.cat, OTHER)
    make_customer(staff.ann, "红山贸易有限公司", phone="0755-26001234")
    make_customer(staff.ann, "青石商行", mobile="0755-26001234 转 8")
    one, two = make_customer(staff.ann, "北山机械厂"), make_customer(staff.ann, "北山机械设备公司")
    make_contact(staff.ann, one, mobile="13800138000")
    make_contact(staff.ann, two, mobile="13800138000")
    make_customer(staff.ann, "毫不相干食品有限公司")
    found = look_over(browse, staff)
    assert found == {(NAME, OTHER), ("红山贸易有限公司", "青石商行"), ("北山机械厂", "北山机械设备公司")}
    scan = Scan.objects.get()
    assert (scan.pairs, scan.ended_at is not None) == (3, True)


@pytest.mark.feature("C25")
def test_small_chunks_find_the_same(staff: Staff, browse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        make_customer(
            staff.ann,
            f"{'海蓝红山青石北山南屏东湖'[number // 2 * 2 :][:2]}科技有限公司{'' if number % 2 else '（深圳）'}",
        )
    whole = look_over(browse, staff)
    assert len(whole) == 6
    for chunk in (2, 3, 7):
        monkeypatch.setattr(search, "CHUNK", chunk)
        assert look_over(browse, staff) == whole


@pytest.mark.feature("C25")
def test_a_dismissed_pair_does_not_come_back(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    make_customer(staff.ann, OTHER)
    look_over(browse, staff)
    ann, pair = browse(staff.ann), Pair.objects.get()
    page = ann.get(URL).content.decode()
    assert NAME in page
    assert OTHER in page
    assert "alike-share" in page
    assert browse(staff.cat).post(URL, {"dismiss": pair.pk}).status_code == 404
    assert ann.post(URL, {"dismiss": pair.pk}).status_code == 302
    assert NAME not in ann.get(URL).content.decode()
    assert look_over(browse, staff) == set()
    assert Pair.objects.get().dismissed_by == staff.ann


@pytest.mark.feature("C25", "X2")
def test_pairs_are_shown_to_those_who_see_both(staff: Staff, browse: Any) -> None:
    make_customer(staff.ann, NAME)
    make_customer(staff.cat, OTHER)
    look_over(browse, staff)
    assert NAME in browse(staff.boss).get(URL).content.decode()
    for user in (staff.ann, staff.ben, staff.cat):
        page = browse(user).get(URL).content.decode()
        assert NAME not in page
        assert OTHER not in page


@pytest.mark.feature("C25")
def test_three_that_belong_together_stand_in_one_card(staff: Staff, browse: Any) -> None:
    keys = sorted(make_customer(staff.ann, name).pk for name in (NAME, OTHER, "深圳海蓝科技公司"))
    look_over(browse, staff)
    page = browse(staff.ann).get(URL).content.decode()
    assert page.count('class="pair"') == 3
    assert page.count(f"/customers/merge?ids={','.join(map(str, keys))}") == 1


@pytest.mark.feature("C25")
def test_what_was_merged_or_deleted_is_not_shown(staff: Staff, browse: Any) -> None:
    one, two = make_customer(staff.ann, NAME), make_customer(staff.ann, OTHER)
    three = make_customer(staff.ann, "深圳海蓝科技公司")
    look_over(browse, staff)
    merge(entity_of(Customer), one, [two], by=staff.ann)
    remove(three, by=staff.ann)
    assert 'class="pair"' not in browse(staff.ann).get(URL).content.decode()
    assert look_over(browse, staff) == set()


@pytest.mark.feature("C25")
def test_who_may_begin_a_search(staff: Staff, browse: Any) -> None:
    assert browse(staff.ann).post(URL).status_code == 422
    assert browse(staff.ben).post(URL).status_code == 302
    # One at a time.
    assert browse(staff.boss).post(URL).status_code == 422
    assert browse(staff.ann).get("/contacts/duplicates").status_code == 404
    assert browse(staff.ann).get("/users/duplicates").status_code == 404
    assert Scan.objects.count() == 1
