"""Public seas through HTTP: who sees what lies there, claims, returns, assigns it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from haike.customers.models import Customer
from haike.customers.testing import make_contact, make_customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Policy
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.models import Move, Pool
from haike.pools.testing import make_pool

Browse = Callable[[User], Client]
SEA = "/customers/?tab=sea"


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def south(staff: Staff) -> Pool:
    """A sea of ann, led by ben."""
    return make_pool(members=[staff.ann], managers=[staff.ben])


def adrift(pool: Pool, by: User, name: str = "深圳市海蓝科技有限公司", **values: Any) -> Customer:
    """A customer that lies in a sea."""
    made = make_customer(by, name, **values)
    entity_of(Customer).change(made, by=by, owner=pool.account)
    made.refresh_from_db()
    return made


def age(record: Any, **moments: Any) -> None:
    """Let facts of a record be older than a test can wait for."""
    with writer():
        type(record)._base_manager.filter(pk=record.pk).update(**moments)
    record.refresh_from_db()


# -- who sees it -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("P9")
def test_veiled_cells_ask_for_rights_by_column_and_not_by_row(
    staff: Staff, browse: Browse, south: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    field_right = Policy.field_right

    def counted(self: Policy, user: Any, field: str) -> Any:
        asked.append(field)
        return field_right(self, user, field)

    mine = make_customer(staff.ann, phone="0755-26009999")
    adrift(south, staff.boss, "海蓝一", phone="0755-26001234")
    client = browse(staff.ann)
    client.get("/customers/")
    monkeypatch.setattr(Policy, "field_right", counted)
    client.get("/customers/")
    one, asked[:] = len(asked), []
    for place in range(3):
        adrift(south, staff.boss, f"海蓝二{place}", phone=f"0755-2600555{place}")
    asked.clear()
    page = text_of(client.get("/customers/"))
    assert len(asked) == one
    assert "26009999" in page.replace(" ", "").replace("-", "")
    assert page.count('class="masked"') == 4
    assert mine.name in page


@pytest.mark.feature("C21", "P9")
def test_members_see_what_lies_in_their_sea_and_others_do_not(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss, phone="0755-26001234")
    contact = make_contact(staff.boss, customer, mobile="13800138000")
    for user in (staff.ann, staff.ben, staff.boss):
        client = browse(user)
        assert customer.name in text_of(client.get(SEA)), user
        assert client.get(f"/customers/{customer.pk}/").status_code == 200
        assert client.get(f"/contacts/{contact.pk}/").status_code == 200
        assert f'"id":{customer.pk},' in text_of(client.get("/api/v1/customers/"))
        assert customer.name in text_of(client.get("/palette?q=海蓝"))
        assert "1" in text_of(client.get("/customers/count?tab=sea"))
    cat = browse(staff.cat)
    for path in (f"/customers/{customer.pk}/", f"/contacts/{contact.pk}/", f"/api/v1/customers/{customer.pk}"):
        assert cat.get(path).status_code == 404, path
    for path in ("/customers/", SEA, "/palette?q=海蓝", "/api/v1/customers/", "/customers/pick?q=海蓝"):
        assert customer.name not in text_of(cat.get(path)), path
    assert "/customers/?tab=sea" in text_of(browse(staff.ann).get("/customers/"))
    assert "/customers/?tab=sea" not in text_of(cat.get("/customers/"))


@pytest.mark.feature("C21", "P10")
def test_ways_to_reach_people_are_hidden_until_one_claims(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss, phone="13912345678", email="info@hailan.example")
    contact = make_contact(staff.boss, customer, mobile="13800138000", email="wang@hailan.example")
    mine = make_customer(staff.ann, "北山机械有限公司", phone="13700001111")
    ann = browse(staff.ann)
    pages = (
        SEA, f"/customers/{customer.pk}/", f"/customers/{customer.pk}/log", f"/customers/{customer.pk}/card",
        f"/customers/{customer.pk}/panel/contacts", f"/contacts/{contact.pk}/", "/contacts/", "/contacts/book/",
        f"/contacts/chosen?ids={contact.pk}", f"/contacts/{contact.pk}/vcard", f"/api/v1/customers/{customer.pk}",
        "/api/v1/contacts/", "/customers/", "/contacts/pick?q=王",
    )  # fmt: skip
    told = "".join(text_of(ann.get(path)).replace(" ", "") for path in pages)
    for secret in ("13912345678", "13800138000", "info@hailan", "wang@hailan"):
        assert secret not in told, secret
    assert "13700001111" in told, mine
    answer = ann.post(f"/customers/{customer.pk}/reveal/phone")
    assert answer.status_code == 422
    assert "13912345678" in text_of(browse(staff.ben).get(SEA)).replace(" ", "")
    assert ann.post(f"/customers/{customer.pk}/claim").status_code == 302
    assert "13912345678" in text_of(ann.get(f"/customers/{customer.pk}/")).replace(" ", "")


@pytest.mark.feature("C21", "P10")
def test_a_hidden_number_cannot_be_guessed_digit_by_digit(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss, mobile="13912345678")
    ann = browse(staff.ann)
    assert customer.name not in text_of(ann.get(f"{SEA}&q=139123"))
    assert customer.name in text_of(ann.get(f"{SEA}&q=13912345678"))
    assert customer.name in text_of(ann.get(f"{SEA}&q=hailan"))
    by_filter = json.dumps({"all": [{"field": "mobile", "op": "contains", "value": "139123"}]})
    assert customer.name not in text_of(ann.get(SEA, {"tab": "sea", "f": by_filter}))
    assert customer.name in text_of(browse(staff.ben).get(SEA, {"tab": "sea", "f": by_filter}))
    assert customer.name not in text_of(ann.get(SEA, {"tab": "sea", "sort": "mobile"}))


@pytest.mark.feature("C21")
def test_members_may_look_but_not_touch_before_they_claim(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss)
    ann = browse(staff.ann)
    assert ann.post(f"/customers/{customer.pk}/edit", {"name": "改名"}).status_code in (404, 422)
    assert ann.post(f"/customers/{customer.pk}/delete").status_code in (404, 422)
    assert ann.post(f"/customers/{customer.pk}/assign", {"owner": staff.ann.pk}).status_code == 404
    customer.refresh_from_db()
    assert (customer.name, customer.owner_id) == ("深圳市海蓝科技有限公司", south.account_id)


# -- claim and return --------------------------------------------------------------------------------------------------


@pytest.mark.feature("C22")
def test_claim_call_return(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss)
    contact = make_contact(staff.boss, customer)
    ann = browse(staff.ann)
    assert ann.post(f"/customers/{customer.pk}/claim").status_code == 302
    customer.refresh_from_db()
    contact.refresh_from_db()
    assert (customer.owner, customer.pooled_at, contact.owner) == (staff.ann, None, staff.ann)
    assert customer.department == staff.south
    assert ann.get(f"/customers/{customer.pk}/return").status_code == 200
    answer = ann.post(f"/customers/{customer.pk}/return", {"reason": ""})
    assert answer.status_code == 422
    sent = {"reason": "no_budget", "note": "明年再说"}
    assert ann.post(f"/customers/{customer.pk}/return", sent).status_code == 302
    customer.refresh_from_db()
    assert (customer.owner_id, customer.pool, customer.protected_until) == (south.account_id, south, None)
    assert customer.pooled_at is not None
    panel = text_of(browse(staff.boss).get(f"/customers/{customer.pk}/panel/owners"))
    for words in (staff.ann.name, south.name, "没有预算", "明年再说", "领取", "退回", "新建"):
        assert words in panel, words
    assert [move.kind for move in Move.objects.order_by("id")] == ["claim", "return"]


@pytest.mark.feature("C22")
def test_who_is_too_late_is_told_who_was_faster(staff: Staff, browse: Browse) -> None:
    pool = make_pool(members=[staff.ann, staff.cat])
    customer = adrift(pool, staff.boss)
    # Both have the page open.
    assert browse(staff.ann).post(f"/customers/{customer.pk}/claim").status_code == 302
    late = browse(staff.cat).post(f"/customers/{customer.pk}/claim")
    assert late.status_code == 422
    assert staff.ann.name in text_of(late)
    age(customer, owned_since=timezone.now() - timedelta(days=2))
    assert browse(staff.cat).post(f"/customers/{customer.pk}/claim").status_code == 404
    answer = browse(staff.cat).post("/customers/bulk/sea-claim?tab=sea", {"ids": str(customer.pk), "sure": "1"})
    customer.refresh_from_db()
    assert customer.owner == staff.ann
    batch = Batch.objects.latest("id")
    assert (answer["Location"], batch.refused) == (f"/batches/{batch.pk}/", 1)
    assert staff.ann.name in text_of(browse(staff.cat).get(f"/batches/{batch.pk}/"))


@pytest.mark.feature("C21")
def test_limits_per_day_and_in_all(staff: Staff, browse: Browse) -> None:
    pool = make_pool(members=[staff.ann], claims_per_day=3, holds_most=2)
    customers = [adrift(pool, staff.boss, f"第{n}有限公司") for n in range(5)]
    ann = browse(staff.ann)
    ids = ",".join(str(customer.pk) for customer in customers)
    ann.post("/customers/bulk/sea-claim?tab=sea", {"ids": ids, "sure": "1"})
    assert Customer.objects.filter(owner=staff.ann).count() == 2
    note = text_of(ann.get(SEA))
    assert "今日已领 2 / 3" in note
    assert "持有 2 / 2" in note
    mine = Customer.objects.filter(owner=staff.ann).first()
    assert mine is not None
    assert ann.post(f"/customers/{mine.pk}/return", {"reason": "too_busy"}).status_code == 302
    rest = list(Customer.objects.filter(owner=pool.account).order_by("id"))
    assert ann.post(f"/customers/{rest[0].pk}/claim").status_code in (302, 422)
    assert Move.objects.filter(kind="claim").count() == 3
    held = Customer.objects.filter(owner=staff.ann).first()
    assert held is not None
    ann.post(f"/customers/{held.pk}/return", {"reason": "too_busy"})
    answer = ann.post(f"/customers/{rest[1].pk}/claim")
    assert answer.status_code == 422
    assert "3" in text_of(answer)


@pytest.mark.feature("C21")
def test_one_does_not_reclaim_ones_own_at_once(staff: Staff, browse: Browse) -> None:
    pool = make_pool(members=[staff.ann, staff.cat], reclaim_days=7)
    customer = adrift(pool, staff.boss)
    ann = browse(staff.ann)
    ann.post(f"/customers/{customer.pk}/claim")
    ann.post(f"/customers/{customer.pk}/return", {"reason": "other"})
    assert ann.post(f"/customers/{customer.pk}/claim").status_code == 422
    customer.refresh_from_db()
    assert customer.owner_id == pool.account_id
    for path in (f"/customers/{customer.pk}/", "/customers/?tab=sea"):
        page = text_of(ann.get(path))
        assert f"/customers/{customer.pk}/claim" not in page
        assert f"{timezone.localtime(timezone.now() + timedelta(days=7)):%m-%d}" in page
        assert f"/customers/{customer.pk}/claim" in text_of(browse(staff.cat).get(path))
    Move.objects.update(at=timezone.now() - timedelta(days=8))
    assert ann.post(f"/customers/{customer.pk}/claim").status_code == 302


@pytest.mark.feature("C21")
def test_a_claim_protects_for_some_days(staff: Staff, browse: Browse) -> None:
    pool = make_pool(members=[staff.ann], protect_days=10)
    customer = adrift(pool, staff.boss)
    browse(staff.ann).post(f"/customers/{customer.pk}/claim")
    customer.refresh_from_db()
    assert customer.protected_until is not None
    assert timedelta(days=9, hours=23) < customer.protected_until - timezone.now() <= timedelta(days=10)


@pytest.mark.feature("C22", "X4")
def test_a_claim_can_be_undone(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss)
    ann = browse(staff.ann)
    ann.post(f"/customers/{customer.pk}/claim")
    batch = Batch.objects.latest("id")
    ann.post(f"/batches/{batch.pk}/undo", {"sure": "1"})
    customer.refresh_from_db()
    assert customer.owner_id == south.account_id
    assert customer.pooled_at is not None


@pytest.mark.feature("C22", "C23")
def test_a_manager_assigns(staff: Staff, browse: Browse, south: Pool) -> None:
    customer, other = adrift(south, staff.boss), adrift(south, staff.boss, "北山机械有限公司")
    ben = browse(staff.ben)
    assert ben.get(f"/customers/{customer.pk}/assign").status_code == 200
    assert ben.post(f"/customers/{customer.pk}/assign", {"owner": staff.ann.pk}).status_code == 302
    customer.refresh_from_db()
    assert customer.owner == staff.ann
    sent = {"ids": str(other.pk), "sure": "1", "how": "hand", "owner": staff.ann.pk}
    assert ben.post("/customers/bulk/sea-assign?tab=sea", sent).status_code == 302
    other.refresh_from_db()
    assert other.owner == staff.ann
    assert {move.kind for move in Move.objects.all()} == {"assign"}


@pytest.mark.feature("C22")
def test_given_up_lately_is_a_list_of_its_own(staff: Staff, browse: Browse, south: Pool) -> None:
    fresh, old = adrift(south, staff.boss, "刚退回有限公司"), adrift(south, staff.boss, "早退回有限公司")
    age(old, pooled_at=timezone.now() - timedelta(days=20))
    ann = browse(staff.ann)
    week = text_of(ann.get("/customers/?tab=sea-week"))
    assert fresh.name in week
    assert old.name not in week
    assert old.name in text_of(ann.get("/customers/?tab=sea-month"))


# -- which pool --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C21")
def test_a_returned_record_goes_where_it_belongs(staff: Staff, browse: Browse) -> None:
    east = make_pool("华东公海", members=[staff.cat], regions=["310000", "320000"])
    mine = make_pool("华南部公海", members=[staff.ann], departments=[staff.south])
    rest = make_pool("其余", members=[staff.boss])
    ann = browse(staff.ann)
    for customer, pool in (
        (make_customer(staff.ann, "上海某某有限公司", region="310100"), east),
        (make_customer(staff.ann, "深圳某某有限公司", region="440300"), mine),
        (make_customer(staff.boss, "北京某某有限公司", region="110100"), rest),
    ):
        client = ann if customer.owner == staff.ann else browse(staff.boss)
        assert client.post(f"/customers/{customer.pk}/return", {"reason": "other"}).status_code == 302
        customer.refresh_from_db()
        assert customer.pool == pool, customer
    chosen = make_customer(staff.ann, "苏州某某有限公司", region="320500")
    ann.post(f"/customers/{chosen.pk}/return", {"reason": "other", "pool": str(mine.pk)})
    chosen.refresh_from_db()
    assert chosen.owner_id == mine.account_id


# -- setting up --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C21")
def test_the_boss_sets_up_a_sea(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    sent = {"name": "华北公海", "entity": "customers.customer", "members": [staff.ann.pk], "position": "0"}
    assert boss.post("/pools/new", {**sent, "members": []}).status_code == 422
    assert not Pool.objects.exists()
    assert boss.post("/pools/new", sent).status_code == 302
    pool = Pool.objects.get()
    assert (pool.account.is_active, str(pool.account)) == (False, "华北公海")
    boss.get("/pools/")  # takes the message about what was saved
    assert "华北公海" not in text_of(boss.get("/users/"))
    assert "华北公海" not in text_of(boss.get("/users/pick?q="))
    assert browse(staff.ann).get(f"/pools/{pool.pk}/").status_code == 200
    assert browse(staff.ann).post("/pools/new", sent).status_code == 422
    assert browse(staff.ann).get("/settings/").status_code == 404
    assert "/pools/" in text_of(boss.get("/settings/"))


@pytest.mark.feature("C21")
def test_rules_that_contradict_are_shown_before_they_are_saved(staff: Staff, browse: Browse) -> None:
    make_pool("华南公海", members=[staff.ann], regions=["440000"])
    boss = browse(staff.boss)
    sent = {
        "name": "深圳公海", "entity": "customers.customer", "members": [staff.ann.pk], "regions": ["440300"],
        "follow_days": "10", "protect_days": "15", "claims_per_day": "50", "holds_most": "20", "recycles": "1",
        "position": "0",
    }  # fmt: skip
    answer = boss.post("/pools/new", sent)
    assert answer.status_code == 422
    page = text_of(answer)
    for words in ("华南公海", "15", "再次领取"):
        assert words in page, words
    assert Pool.objects.count() == 1
    calm = {"regions": [], "claims_per_day": "", "reclaim_days": "30", "departments": [staff.east.pk]}
    wrong = boss.post("/pools/new", {**sent, **calm, "follow_days": ""})
    assert wrong.status_code == 422
    assert 'id="error-follow_days"' in text_of(wrong)


@pytest.mark.feature("C21")
def test_a_sea_with_something_in_it_stays(staff: Staff, browse: Browse, south: Pool) -> None:
    adrift(south, staff.boss)
    assert browse(staff.boss).post(f"/pools/{south.pk}/delete").status_code == 422
    south.refresh_from_db()
    assert south.deleted_at is None


# -- API ---------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C22")
def test_the_api_claims_returns_and_assigns(staff: Staff, browse: Browse, south: Pool) -> None:
    customer = adrift(south, staff.boss)
    ann, ben, path = browse(staff.ann), browse(staff.ben), f"/api/v1/customers/{customer.pk}"

    def post(client: Client, verb: str, **body: Any) -> Any:
        return client.post(f"{path}/{verb}", json.dumps(body), content_type="application/json")

    assert post(browse(staff.cat), "claim").status_code == 404
    assert post(ann, "claim").json()["owner"] == staff.ann.pk
    assert post(ann, "claim").status_code == 422
    assert post(ann, "return", reason="nonsense").status_code == 422
    assert post(ann, "return", reason="other").json()["owner"] == south.account_id
    assert post(ann, "assign", owner=staff.ann.pk).status_code in (403, 422)
    assert post(ben, "assign", owner=staff.ann.pk).json()["owner"] == staff.ann.pk


# -- import ------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("C21")
def test_customers_are_imported_straight_into_a_sea(staff: Staff, browse: Browse, south: Pool) -> None:
    other = make_pool("别人的公海", members=[staff.cat])
    sheet = "客户名称,联系人姓名,联系人手机\n甲乙贸易有限公司,王小明,13800138000\n丙丁机械有限公司,,\n".encode()
    ann = browse(staff.ann)
    path = ann.post("/customers/import/", {"file": SimpleUploadedFile("sea.csv", sheet)})["Location"]
    page = text_of(ann.get(path))
    assert south.name in page
    assert other.name not in page
    sent = {"assigned": "1", "start": "1", "rule": "skip", "column-0": "name"}
    sent |= {"column-1": "customers.contact:name", "column-2": "customers.contact:mobile"}
    assert ann.post(path, {**sent, "owner": str(other.account_id)}).status_code == 422
    assert ann.post(path, {**sent, "owner": str(south.account_id)}).status_code == 302
    run_ready_jobs()
    rows = Customer.objects.order_by("id")
    assert [(row.name, row.owner_id, row.pool) for row in rows] == [
        ("甲乙贸易有限公司", south.account_id, south),
        ("丙丁机械有限公司", south.account_id, south),
    ]
    assert all(row.pooled_at for row in rows)
    assert rows[0].contacts.get().owner_id == south.account_id
