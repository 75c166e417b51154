"""A company switches off the functions it has no use for, and on again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from haike.api.token import make_token
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.files.models import Attachment
from haike.kernel.entity import entity_named
from haike.kernel.log import Change
from haike.kernel.versioned import forget
from haike.people.account.choices import cards_of
from haike.people.switches import grants_known
from haike.pools.models import Pool
from haike.pools.recycle import recycle
from haike.sales.models import Lead
from haike.screens.module import modules

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P34")]

PAGES = {
    "leads": ["/leads/", "/leads/new", "/leads/count", "/leads/export", "/leads/import/", "/lead-follow-ups/"],
    "pools": ["/pools/", "/pools/new"],
    "duplicates": ["/claims/", "/customers/duplicates", "/customers/lookup"],
    "orders": ["/orders/", "/orders/new", "/orders/lines", "/shipments/", "/shipments/lines"],
    "talk": ["/tags/"],
    "files": ["/attachments/"],
    "api": ["/account/tokens/", "/settings/webhooks/"],
}
GRANTS = {"pools": "pools", "orders": "correct_costs", "duplicates": "duplicates", "talk": "tags"}
SETTINGS = {
    "leads": "sales.lead_",
    "orders": "bought.",
    "duplicates": "dedupe.",
    "talk": "talk.edit_hours",
    "files": "files.largest",
    "api": "api.requests_per_minute",
}


@pytest.fixture
def switch(boss: Any, browse: Any) -> Any:
    def act(module: str, on: bool) -> Any:
        return browse(boss).post("/settings/modules/", {"module": module, "on": "1" if on else "0"})

    return act


def everything(browse: Any, who: Any, pages: list[str]) -> dict[str, tuple[int, str]]:
    found = {}
    for url in pages:
        answer = browse(who).get(url)
        found[url] = answer.status_code, without_chance(answer.content.decode())
    return found


def without_chance(page: str) -> str:
    """Without tokens, times of the build and what the reader opened last."""
    page = re.sub(r'(csrfmiddlewaretoken" value|nonce|data-csrf|X-CSRFToken)[^>]*', "", page)
    page = re.sub(r'<div class="strip.*?</div>', "", page, flags=re.DOTALL)
    return re.sub(r"[A-Za-z0-9]{32,}|Last switched by[^<]*|最近由[^<]*", "", page)


def make_lead(browse: Any, who: Any) -> Lead:
    assert browse(who).post("/leads/new", {"person": "王小二", "mobile": "13800001111"}).status_code == 302
    return Lead.objects.latest("pk")


@pytest.mark.parametrize("module", list(PAGES))
def test_pages_of_a_module_answer_404_with_a_sentence_and_come_back(
    boss: Any, ann: Any, browse: Any, switch: Any, module: str
) -> None:
    before = {url: browse(boss).get(url).status_code for url in PAGES[module]}
    assert set(before.values()) == {200}, before
    assert switch(module, False).status_code == 302
    for url in PAGES[module]:
        for who in (boss, ann):
            answer = browse(who).get(url)
            assert answer.status_code == 404, (url, who)
            assert "已停用" in answer.content.decode(), url
    switch(module, True)
    assert {url: browse(boss).get(url).status_code for url in PAGES[module]} == before


@pytest.mark.parametrize("module", list(PAGES))
def test_menu_palette_and_settings_leave_it_out(boss: Any, browse: Any, switch: Any, module: str) -> None:
    browse(boss).post("/account/display", {"menu": "full"})
    looked = ["/today/", "/settings/", "/palette", "/account/", "/customers/", "/roles/", "/settings/dictionaries/"]
    before = everything(browse, boss, looked)
    addresses = {*PAGES[module], "/leads/?tab=sea"} if module in ("pools", "leads") else {*PAGES[module]}
    linked = {url for url in addresses if any(f'href="{url}"' in page for __, page in before.values())}
    assert linked or module == "talk", "nothing leads to it even while it is on"
    switch(module, False)
    off = everything(browse, boss, looked)
    for url in addresses:
        assert not any(f'href="{url}"' in page for __, page in off.values()), url
    if module in SETTINGS:
        assert f'name="{SETTINGS[module]}' in before["/settings/"][1]
        assert f'name="{SETTINGS[module]}' not in off["/settings/"][1]
    if module in GRANTS:
        assert GRANTS[module] not in grants_known()
    switch(module, True)
    assert everything(browse, boss, looked) == before


def test_leads_disappear_everywhere_and_come_back(ann: Any, boss: Any, browse: Any, switch: Any) -> None:
    lead = make_lead(browse, ann)
    __, key = make_token(name="t", days=1, read_only=False, by=ann)
    headers = {"Authorization": f"Bearer {key}"}
    page, shown = f"/leads/{lead.pk}/", browse(ann)
    assert shown.get(page).status_code == 200
    assert f'href="{page}"' in shown.get("/palette?q=王小二").content.decode()
    assert shown.get(f"/api/v1/leads/{lead.pk}", headers=headers).status_code == 200
    switch("leads", False)
    assert shown.get(page).status_code == 404
    assert page not in shown.get("/palette?q=王小二").content.decode()
    assert "王小二" not in shown.get("/palette").content.decode(), "among the records opened last"
    assert page not in shown.get("/today/").content.decode(), "in the strip of open records"
    for answer in (
        shown.get(f"/api/v1/leads/{lead.pk}", headers=headers),
        shown.get("/api/v1/leads/", headers=headers),
        shown.post("/api/v1/leads/", {"person": "李四"}, content_type="application/json", headers=headers),
    ):
        assert answer.status_code == 404
        assert "已停用" in answer.json()["message"] or "switched off" in answer.json()["message"]
    assert shown.post("/leads/new", {"person": "李四", "mobile": "13800002222"}).status_code == 404
    assert Lead.objects.count() == 1, "nothing is written and nothing is lost"
    rights = browse(boss).get(f"/roles/{ann.roles.first().pk}/rights").content.decode()
    assert "sales.lead:" not in rights
    switch("leads", True)
    assert shown.get(page).status_code == 200
    assert f'href="{page}"' in shown.get("/palette?q=王小二").content.decode()
    assert shown.get(f"/api/v1/leads/{lead.pk}", headers=headers).json()["person"] == "王小二"


def test_a_role_saved_meanwhile_keeps_its_rights_to_leads(boss: Any, ann: Any, browse: Any, switch: Any) -> None:
    role = ann.roles.first()
    before = browse(boss).get(f"/roles/{role.pk}/rights").content.decode()
    sent = dict(re.findall(r'<select[^>]*name="([^"]+)"[^>]*>.*?<option value="([^"]+)" selected', before, re.DOTALL))
    sent = {name: value for name, value in sent.items() if not name.startswith("sales.lead")}
    switch("leads", False)
    answer = browse(boss).post(f"/roles/{role.pk}/rights", {**sent, "version": role.version, "grant": role.grants})
    assert answer.status_code == 302
    switch("leads", True)
    assert browse(ann).get("/leads/").status_code == 200


def test_pools_stop_and_what_lies_in_them_stays(ann: Any, ben: Any, boss: Any, browse: Any, switch: Any) -> None:
    pool = Pool._haike_entity.create(
        by=boss, name="华东公海", entity="customers.customer", members=[ann], recycles=True, follow_days=1
    )
    customer = make_customer(boss, name="公海里的公司")
    Customer._haike_entity.change(customer, by=boss, owner=pool.account)
    own = make_customer(ann, name="很久没联系的公司")
    assert browse(ann).get(f"/customers/{customer.pk}/").status_code == 200
    assert "/customers/?tab=sea" in browse(boss).get("/customers/").content.decode()
    switch("pools", False)
    assert browse(ann).get(f"/customers/{customer.pk}/").status_code == 404
    assert browse(boss).get(f"/customers/{customer.pk}/").status_code == 200, "who sees everything goes on seeing it"
    assert browse(boss).post(f"/customers/{customer.pk}/claim").status_code == 404
    assert "/customers/?tab=sea" not in browse(boss).get("/customers/").content.decode()
    assert recycle.func() == {}
    assert "recycling" not in cards_of(ann)
    assert browse(ann).get(f"/customers/{own.pk}/panel/owners").status_code == 404
    customer.refresh_from_db()
    assert customer.owner_id == pool.account_id
    switch("pools", True)
    forget()
    assert browse(ann).get(f"/customers/{customer.pk}/").status_code == 200
    assert "recycling" in cards_of(ann)


def test_a_card_chosen_meanwhile_does_not_lose_the_one_that_is_off(ann: Any, browse: Any, switch: Any) -> None:
    switch("pools", False)
    assert 'value="recycling"' not in browse(ann).get("/account/workbench").content.decode()
    browse(ann).post("/account/workbench", {"card": ["done", "new"]})
    switch("pools", True)
    ann.refresh_from_db()
    assert cards_of(ann) == ["done", "new", "recycling"]


def test_tabs_marks_and_fields_of_attachments_and_talk_go_and_come(ann: Any, browse: Any, switch: Any) -> None:
    customer = make_customer(ann, name="有附件的公司")
    page, shown = f"/customers/{customer.pk}/", browse(ann)
    sent = shown.post(f"{page}attachments?name=合同.txt", "正文".encode(), content_type="application/octet-stream")
    assert sent.status_code == 201
    assert shown.post(f"{page}comments", {"text": "看一下"}).status_code in (200, 204, 302)
    assert f"{page}panel/attachments" in shown.get(page).content.decode()
    assert 'class="clip"' in shown.get("/customers/").content.decode()
    switch("files", False)
    switch("talk", False)
    html, rows = shown.get(page).content.decode(), shown.get("/customers/").content.decode()
    assert f"{page}panel/attachments" not in html
    assert f"{page}panel/comments" not in html
    assert f"{page}star" not in html
    assert 'class="clip"' not in rows
    assert "tab=starred" not in rows
    assert shown.get(f"{page}panel/attachments").status_code == 404
    assert shown.post(f"{page}comments", {"text": "再看"}).status_code == 404
    assert shown.get("/customers/filter").content.decode().count('value="tags"') == 0
    assert shown.get(f"/api/v1/customers/{customer.pk}/comments").status_code == 404
    assert shown.get(f"/api/v1/customers/{customer.pk}/attachments").status_code == 404
    switch("files", True)
    switch("talk", True)
    assert Attachment.objects.filter(record_id=customer.pk).count() == 1
    assert "看一下" in shown.get(f"{page}panel/comments").content.decode()
    assert 'class="clip"' in shown.get("/customers/").content.decode()


def test_duplicates_are_neither_told_nor_forbidden(ann: Any, browse: Any, switch: Any) -> None:
    make_customer(ann, name="苏州锐诚机械有限公司")
    typed = {"name": "苏州锐诚机械有限公司", "form": "business"}
    assert browse(ann).post("/customers/new", typed).status_code == 422
    switch("duplicates", False)
    assert "likeness" not in browse(ann).get("/customers/new").content.decode()
    assert browse(ann).post("/customers/likeness?field=name", typed).status_code == 404
    assert browse(ann).post("/customers/new", typed).status_code == 302
    switch("duplicates", True)
    assert "likeness" in browse(ann).get("/customers/new").content.decode()


def test_the_api_is_shut(ann: Any, browse: Any, switch: Any, client: Any) -> None:
    __, key = make_token(name="t", days=1, read_only=False, by=ann)
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/customers/", headers=headers).status_code == 200
    switch("api", False)
    answer = client.get("/api/v1/customers/", headers=headers)
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "fields"}
    switch("api", True)
    assert client.get("/api/v1/customers/", headers=headers).status_code == 200


def test_every_change_is_in_the_log_with_who_and_what(boss: Any, browse: Any, switch: Any) -> None:
    switch("leads", False)
    switch("leads", False)
    switch("leads", True)
    rows = Change.objects.filter(entity="site.module").order_by("id")
    assert [row.by for row in rows] == [boss, boss]
    assert [row.diff for row in rows] == [{"线索": ["启用", "停用"]}, {"线索": ["停用", "启用"]}]
    page = browse(boss).get("/settings/operations/?entity=site.module").content.decode()
    assert "停用" in page
    assert boss.name in browse(boss).get("/settings/modules/").content.decode()


@pytest.mark.parametrize("key", ["customers", "people", "work", "fields", "exchange", "notices"])
def test_what_may_not_be_switched_off_is_told(boss: Any, browse: Any, switch: Any, key: str) -> None:
    answer = switch(key, False)
    assert answer.status_code == 422
    assert "不能停用" in answer.content.decode()
    assert browse(boss).get("/customers/").status_code == 200
    assert not Change.objects.filter(entity="site.module").exists()


def test_only_those_who_may_set_switch(ann: Any, browse: Any) -> None:
    assert browse(ann).get("/settings/modules/").status_code == 404
    assert browse(ann).post("/settings/modules/", {"module": "leads", "on": "0"}).status_code == 404
    assert all(module.is_on() for module in modules().values())


def test_an_unknown_module_is_refused(switch: Any) -> None:
    assert switch("nothing", False).status_code == 422


def test_every_entity_of_a_module_exists() -> None:
    for module in modules().values():
        assert all(entity_named(label) is not None for label in module.entities), module.key


@pytest.mark.parametrize("form", ["/pools/new", "/assignment-rules/new", "/tab-schemes/new"])
def test_no_pool_and_no_rule_is_begun_for_leads_that_are_off(form: str, boss: Any, browse: Any, switch: Any) -> None:
    pool = Pool._haike_entity.create(by=boss, name="线索池", entity="sales.lead", members=[boss])
    client, offered = browse(boss), '<option value="sales.lead"'
    assert offered in client.get(form).content.decode()
    switch("leads", False)
    page = client.get(form).content.decode()
    assert offered not in page
    assert '<option value="customers.customer"' in page
    assert '<option value="sales.lead" selected' in client.get(f"/pools/{pool.pk}/edit").content.decode(), "it stays"
    assert "entity=sales.lead" not in client.get("/assignment-rules/").content.decode()
    switch("leads", True)
    assert offered in client.get(form).content.decode()
    assert "entity=sales.lead" in client.get("/assignment-rules/").content.decode()
