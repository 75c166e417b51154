"""Settings, the data dictionary, the manual."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from haike.kernel.dictionary import DictionaryWord, dictionaries, words_of
from haike.kernel.log import Change
from haike.kernel.option import choose, options
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.site.help_pages import chapters
from haike.site.menu import MENU_ORDER

Browse = Callable[[User], Client]


@pytest.mark.feature("P34")
def test_a_setting_is_changed_by_the_boss_and_logged(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    idle = next(each for each in options() if each.key == "people.idle_minutes")
    values = {each.key: str(each()) for each in options() if not isinstance(each.default, bool)}
    assert boss.post("/settings/", {**values, "people.idle_minutes": "45"}).status_code == 302
    assert idle() == 45
    change = Change.objects.get(entity="kernel.option")
    assert change.by == staff.boss
    assert [30, 45] in change.diff.values()


@pytest.mark.feature("P34")
def test_every_section_of_the_settings_is_a_jump_away(staff: Staff, browse: Browse) -> None:
    page = browse(staff.boss).get("/settings/").content.decode()
    jumps = re.findall(r'href="#((?:pages|group)-\d+)"', page)
    assert jumps == re.findall(r'<(?:section|fieldset)[^>]* id="([^"]+)"', page)
    assert len(jumps) > 20


@pytest.mark.feature("P34")
def test_a_bad_value_saves_nothing(staff: Staff, browse: Browse) -> None:
    values = {each.key: str(each()) for each in options() if not isinstance(each.default, bool)}
    answer = browse(staff.boss).post("/settings/", {**values, "people.idle_minutes": "soon"})
    assert answer.status_code == 422
    assert not Change.objects.filter(entity="kernel.option").exists()


@pytest.mark.feature("P34")
def test_sellers_find_no_settings(staff: Staff, browse: Browse) -> None:
    assert browse(staff.ann).get("/settings/").status_code == 404
    assert browse(staff.ann).get("/settings/dictionaries/").status_code == 404


@pytest.mark.feature("P20")
def test_words_are_added_renamed_moved_and_retired_without_losing_history(staff: Staff, browse: Browse) -> None:
    boss, url = browse(staff.boss), "/settings/dictionaries/customer_source/"
    assert boss.post(url, {"add": "1", "name": "朋友介绍的朋友", "colour": "green"}).status_code == 302
    word = DictionaryWord.objects.get(name="朋友介绍的朋友")
    assert boss.post(url, {"add": "1", "name": "朋友介绍的朋友"}).status_code == 422
    boss.post(url, {"word": word.pk, "name": "老朋友", "name_en": "Old friend"})
    boss.post(url, {"word": word.pk, "move": "up"})
    order = list(words_of("customer_source"))
    assert order.index(word.code) == len(order) - 2
    page = browse(staff.ann).post("/customers/new", {"name": "甲公司", "form": "business", "source": word.code})
    assert page.status_code == 302, page.content.decode()
    boss.post(url, {"word": word.pk, "retire": "1"})
    assert word.code not in words_of("customer_source", retired=False)
    assert "老朋友" in browse(staff.ann).get(page["Location"]).content.decode()
    assert Change.objects.filter(entity="kernel.dictionaryword", record_id=word.pk).count() >= 4


@pytest.mark.feature("P20")
def test_more_than_forty_pick_lists_are_shipped_each_with_words_in_both_languages(staff: Staff, browse: Browse) -> None:
    known = dictionaries()
    assert len(known) > 40
    assert {"customer_kind", "industry", "customer_source", "customer_stage", "hot_reason"} <= set(known)
    for each in known.values():
        assert len(each.words) > 1, each.key
        assert all(word.name and word.name_en for word in each.words), each.key
    page = browse(staff.boss).get("/settings/dictionaries/").content.decode()
    assert all(f"/settings/dictionaries/{key}/" in page for key in known)


@pytest.mark.feature("P34")
def test_the_menu_stands_in_the_order_that_the_company_chose(staff: Staff, browse: Browse) -> None:
    choose(MENU_ORDER, "/contacts/ /customers/ /today/")
    menu = [item.url for item in browse(staff.ann).get("/today/").context["frame"].menu]
    assert menu[:3] == ["/contacts/", "/customers/", "/today/"]


@pytest.mark.feature("P41")
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_manual_is_whole_in_both_languages(language: str) -> None:
    assert set(chapters(language)) == set(chapters("zh-Hans"))
    for chapter in chapters(language).values():
        for link in re.findall(r"\]\(([a-z-]+)\.md\)", chapter.text):
            assert link in chapters(language), f"{chapter.key} → {link}"


@pytest.mark.feature("P41")
def test_the_question_mark_opens_the_right_chapter(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    pages = [("/customers/", "客户"), ("/today/", "今日"), ("/contacts/", "联系人"), ("/customers/import/", "导入")]
    for page, chapter in [*pages, ("/customers/bin/", "批量操作与撤销"), ("/batches/", "批量操作与撤销")]:
        url = client.get(page).context["frame"].help_url
        assert f"<h1>{chapter}</h1>" in client.get(url).content.decode()


@pytest.mark.feature("P41")
def test_the_manual_is_searched(staff: Staff, browse: Browse) -> None:
    assert "导入" in browse(staff.ann).get("/help/", {"q": "GBK"}).content.decode()
    assert browse(staff.ann).get("/help/pictures/../../../etc/passwd").status_code == 404


def test_the_manual_stands_where_the_readme_says() -> None:
    assert (Path(__file__).parents[3] / "docs" / "manual" / "zh-Hans" / "index.md").is_file()


@pytest.mark.feature("P1")
def test_a_form_of_an_older_session_is_answered_in_plain_words(ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    answer = client.post("/account/display", {"theme": "dark"}, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 403
    assert "刷新页面" in answer.content.decode()
    assert "DEBUG" not in answer.content.decode()
