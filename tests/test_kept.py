"""What pages keep in the process is new on the next page after whatever it follows from has changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from haike.customers.models import Customer
from haike.fields.tests.owned import add
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.kernel.preference import ListChoice
from haike.kernel.versioned import bump
from haike.people.models import Role, User
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.pools.models import Pool
from haike.pools.testing import make_pool
from haike.screens.kept import kept_for
from haike.site.menu import MENU_ORDER
from haike.site.one_catalogue import join_catalogues

pytestmark = pytest.mark.django_db

Browse = Callable[[User], Client]


@pytest.fixture(autouse=True)
def customer(staff: Staff) -> Customer:
    made: Customer = entity_of(Customer).create(by=staff.ann, name="甲有限公司")
    versioned.forget()
    return made


@contextmanager
def another_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is changed within is changed by another process: this one hears of it when it asks again, not at once."""
    before = dict(versioned._seen)
    yield
    versioned._seen.clear()
    versioned._seen.update(before)
    monkeypatch.setattr(versioned, "SECONDS", 0.0)


def html(client: Client, path: str = "/customers/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def heads(page: str) -> list[str]:
    return re.findall(r'data-column="(\w+)"', page)


def sales(**rights: str) -> None:
    role = Role.objects.get(key="sales")
    actions = {**role.rights.get("customers.customer", {}), **rights}
    entity_of(Role).change(role, by=SETUP, rights={**role.rights, "customers.customer": actions})


@pytest.mark.feature("P9")
def test_a_right_that_is_taken_is_gone_from_the_next_list(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = browse(staff.ann)
    first = html(ann)
    assert 'href="/customers/new"' in first
    assert "data-editable" in first
    assert 'data-edit="field"' in first
    with another_process(monkeypatch):
        sales(create="none", edit="none")
    second = html(ann)
    assert 'href="/customers/new' not in second, "neither in the head nor in the menu of what can be made"
    assert "data-editable" not in second
    assert 'data-edit="field"' not in second


@pytest.mark.feature("P9")
def test_who_may_no_longer_see_records_does_not_find_their_room(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = browse(staff.ann)
    assert 'class="room" href="/customers/"' in html(ann, "/account/")
    with another_process(monkeypatch):
        sales(view="none")
    assert 'class="room" href="/customers/"' not in html(ann, "/account/")
    assert ann.get("/customers/").status_code == 404


@pytest.mark.feature("P10")
def test_a_field_that_is_hidden_has_no_column_on_the_next_list(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = browse(staff.ann)
    assert "level" in heads(html(ann))
    with another_process(monkeypatch):
        role = Role.objects.get(key="sales")
        entity_of(Role).change(role, by=SETUP, field_rights={"customers.customer": {"level": "hidden"}})
    assert "level" not in heads(html(ann))


def test_two_readers_keep_apart(staff: Staff, browse: Browse) -> None:
    boss, ann = html(browse(staff.boss)), html(browse(staff.ann))
    assert "/settings/" in boss
    assert 'href="/settings/"' not in ann
    assert html(browse(staff.boss)).count("/settings/") == boss.count("/settings/")


@pytest.mark.feature("P41")
def test_another_language_is_spoken_at_once(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    assert "<span>客户</span>" in html(ann)
    ann.post("/account/display", {"language": "en"})
    page = html(ann)
    assert "<span>Customers</span>" in page
    assert "<span>客户</span>" not in page
    assert not re.search(r'<th scope="col"[^>]*>[^"]*[\u4e00-\u9fff]', page), "the heads of the columns too"


@pytest.mark.feature("P19")
def test_an_own_field_and_its_new_name_stand_in_the_next_list(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = browse(staff.boss)
    html(boss)
    with another_process(monkeypatch):
        own = add(boss, "text")
        ListChoice(user=staff.boss, entity="customers.customer", columns=["name", own.key]).save()
    page = html(boss)
    assert heads(page) == ["name", own.key]
    assert "经营品牌" in page
    with another_process(monkeypatch):
        boss.post(f"/settings/fields/customers/{own.key}/edit", {"label": "主营品牌", "version": "1"})
    page = html(boss)
    assert "主营品牌" in page
    assert "经营品牌" not in page


@pytest.mark.feature("P21")
def test_the_order_of_the_menu_changes_for_everybody(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = browse(staff.ann)
    rooms = re.compile(r'class="room[^"]*" href="([^"]+)"')
    assert rooms.findall(html(ann))[0] == "/today/"
    with another_process(monkeypatch):
        choose(MENU_ORDER, "/contacts/ /today/")
    assert rooms.findall(html(ann))[:2] == ["/contacts/", "/today/"]


@pytest.mark.feature("C21")
def test_a_pool_that_is_renamed_has_its_new_name_on_its_tab(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = [make_pool(name, members=[staff.ann]) for name in ("华南公海", "全国公海")]
    versioned.forget()
    ann = browse(staff.ann)
    assert "华南公海" in html(ann, "/customers/?tab=sea")
    with another_process(monkeypatch):
        entity_of(Pool).change(pools[0], by=SETUP, name="大湾区公海")
    page = html(ann, "/customers/?tab=sea")
    assert "大湾区公海" in page
    assert "华南公海" not in page


def test_a_change_that_is_not_settled_yet_is_kept_by_nobody(staff: Staff) -> None:
    made = iter("abcdef")

    def now() -> str:
        return kept_for(staff.ann, "test", lambda: next(made))

    assert [now(), now()] == ["a", "a"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bump("options")
        assert [now(), now()] == ["b", "c"]
        raise ZeroDivisionError
    assert now() == "a", "what was rolled back has changed nothing"
    bump("options")
    assert [now(), now()] == ["d", "d"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_joined_catalogues_say_the_same(language: str) -> None:
    trans_real._translations.clear()
    with translation.override(language):
        catalogue = trans_real.translation(language)._catalog
        keys = list(catalogue.keys())
        before = {key: catalogue.get(key) for key in keys}
        plurals = {key[0]: catalogue.plural(key[0], 5) for key in keys if isinstance(key, tuple) and key[1] == 0}
        parts = len(catalogue._catalogs)
        join_catalogues()
        assert len(catalogue._catalogs) < parts
        assert {key: catalogue.get(key) for key in keys} == before
        assert {word: catalogue.plural(word, 5) for word in plurals} == plurals
