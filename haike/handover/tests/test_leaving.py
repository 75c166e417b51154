"""Somebody leaves: everything that hangs on him goes where the wizard says, in one act that can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.api.token import ApiToken, make_token
from haike.customers.contact.actions import create_contact
from haike.customers.customer.record import Customer
from haike.find.share import Share
from haike.handover.models import Handover
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.kernel.preference import SavedView
from haike.people.models import Department, User
from haike.people.user.actions import close_user
from haike.people.user.handover import SIGNED
from haike.pools.testing import make_pool
from haike.screens.acts import share_record
from haike.talk.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("P13", "X6")]
CUSTOMERS = "customers-customer"


def make_customers(by: Any, *names: str, **more: Any) -> list[Customer]:
    entity = entity_of(Customer)
    return [entity.create(by=by, name=f"{name}贸易有限公司", **more) for name in names]


def owners() -> list[str]:
    return list(Customer.objects.order_by("pk").values_list("owner__username", flat=True))


def plan(browse: Any, by: User, user: User, **fields: Any) -> Handover:
    """Through the wizard to the preview."""
    answer = browse(by).post(f"/users/{user.pk}/leave", {"leaves": "1", "to": "", **fields})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = Handover.objects.latest("id")
    assert answer["Location"] == f"/handovers/{made.pk}/"
    return made


def begin(browse: Any, by: User, handover: Handover) -> Handover:
    browse(by).post(f"{handover.url}start")
    run_ready_jobs()
    handover.refresh_from_db()
    return handover


def leave(browse: Any, by: User, user: User, **fields: Any) -> Handover:
    done = begin(browse, by, plan(browse, by, user, **fields))
    assert (done.state, done.error) == ("done", "")
    return done


def undo(browse: Any, by: User, handover: Handover) -> None:
    answer = browse(by).post(f"/batches/{handover.batch_id}/undo", {"conflicts": "skip"})
    assert answer.status_code in (204, 302), answer.content.decode()[:2000]
    run_ready_jobs()
    versioned.forget()


def test_everything_goes_to_the_successor_and_the_account_is_closed(staff, browse):
    records = make_customers(staff.ann, "甲", "乙")
    create_contact(by=staff.ann, customer=records[0], name="王敏")
    (other,) = make_customers(staff.boss, "丙")
    share_record(entity_of(Customer), other, staff.ann, can_write=True, by=staff.boss)
    SavedView.objects.create(entity="customers.customer", name="我的重点", state="", owner=staff.ann)
    token, __ = make_token(name="手机", days=0, read_only=True, by=staff.ann)
    signed_in = browse(staff.ann)
    numbers = list(Customer.objects.order_by("pk").values_list("number", "name", "stage"))
    prepared = plan(browse, staff.boss, staff.ann, to=staff.cat.pk, note="请先打电话")
    page = browse(staff.boss).get(prepared.url).content.decode()
    assert "甲贸易有限公司" in page
    assert "联系人" in page
    assert owners() == ["ann", "ann", "boss"], "nothing moves before it is started"
    done = begin(browse, staff.boss, prepared)
    assert done.state == "done", done.error
    assert owners() == ["cat", "cat", "boss"]
    assert done.result["moved"]["customers.customer"] == 2
    assert list(Share.objects.values_list("user__username", "can_write")) == [("cat", True)]
    assert SavedView.objects.get().owner == staff.cat
    assert not User.objects.get(pk=staff.ann.pk).is_active
    assert ApiToken.objects.get(pk=token.pk).expires_at <= timezone.now()
    assert signed_in.get("/customers/").status_code == 302, "his session has ended"
    assert list(Customer.objects.order_by("pk").values_list("number", "name", "stage")) == numbers
    note = Change.objects.get(entity="customers.customer", record_id=records[0].pk, action="handover")
    assert "请先打电话" in str(note.diff)
    assert "请先打电话" in browse(staff.cat).get(f"/customers/{records[0].pk}/panel/timeline").content.decode()
    told = Notice.objects.filter(user=staff.cat, kind="handover")
    assert told.count() == 1
    assert "客户 2" in told.get().facts["text"]
    assert browse(staff.cat).get(prepared.url).status_code == 200


def test_an_undo_brings_everything_back_and_opens_the_account(staff, browse):
    make_customers(staff.ann, "甲", "乙")
    (other,) = make_customers(staff.boss, "丙")
    share_record(entity_of(Customer), other, staff.ann, can_write=True, by=staff.boss)
    share_record(entity_of(Customer), other, staff.cat, can_write=False, by=staff.boss)
    token, __ = make_token(name="手机", days=0, read_only=True, by=staff.ann)
    shares = sorted(Share.objects.values_list("pk", "user_id", "can_write", "at", "by_id"))
    done = leave(browse, staff.boss, staff.ann, to=staff.cat.pk)
    assert list(Share.objects.values_list("user__username", "can_write")) == [("cat", True)]
    undo(browse, staff.boss, done)
    assert owners() == ["ann", "ann", "boss"]
    assert sorted(Share.objects.values_list("pk", "user_id", "can_write", "at", "by_id")) == shares
    assert ApiToken.objects.get(pk=token.pk).expires_at is None
    assert User.objects.get(pk=staff.ann.pk).is_active
    assert "已撤销" in browse(staff.boss).get(done.url).content.decode()


def test_what_changed_hands_since_stays_and_is_shown(staff, browse):
    first, second = make_customers(staff.ann, "甲", "乙")
    done = leave(browse, staff.boss, staff.ann, to=staff.cat.pk)
    entity = entity_of(Customer)
    entity.change(Customer.objects.get(pk=first.pk), by=staff.boss, owner=staff.ben)
    page = browse(staff.boss).get(f"/batches/{done.batch_id}/undo").content.decode()
    assert first.name in page
    assert second.name not in page
    undo(browse, staff.boss, done)
    assert owners() == ["ben", "ann"]


def test_each_kind_goes_where_it_is_told(staff, browse):
    make_customers(staff.ann, "甲", "乙", "丙", "丁")
    pool = make_pool(members=[staff.cat], managers=[staff.ann, staff.boss])
    done = leave(
        browse, staff.boss, staff.ann, to=staff.ben.pk, **{
            f"{CUSTOMERS}-how": "deal", f"{CUSTOMERS}-deal": "turn",
            f"{CUSTOMERS}-people": [staff.ben.pk, staff.cat.pk],
            "pools-pool-managers-how": "end",
        },
    )  # fmt: skip
    assert owners() == ["ben", "cat", "ben", "cat"]
    assert [each.username for each in pool.managers.all()] == ["boss"]
    undo(browse, staff.boss, done)
    assert owners() == ["ann"] * 4
    assert {each.username for each in pool.managers.all()} == {"ann", "boss"}


def test_into_the_sea_and_back(staff, browse):
    pool = make_pool(members=[staff.cat])
    make_customers(staff.ann, "甲", "乙")
    facts = list(Customer.objects.order_by("pk").values("owner", "department", "pool", "pooled_at", "protected_until"))
    done = leave(browse, staff.boss, staff.ann, **{f"{CUSTOMERS}-how": "sea"})
    assert Customer.objects.filter(owner=pool.account, pool=pool).exclude(pooled_at=None).count() == 2
    undo(browse, staff.boss, done)
    after = list(Customer.objects.order_by("pk").values("owner", "department", "pool", "pooled_at", "protected_until"))
    assert after == facts


def test_the_isolation_area_keeps_them_until_somebody_deals_them_out(staff, browse):
    make_customers(staff.ann, "甲")
    leave(browse, staff.boss, staff.ann, **{f"{CUSTOMERS}-how": "area"})
    area = User._base_manager.get(username="isolation-area")
    assert Customer.objects.get().owner == area
    assert Customer.objects.visible_to(staff.ben).count() == 0
    page = browse(staff.boss).get("/handovers/left").content.decode()
    assert f"/users/{area.pk}/leave" in page
    later = begin(browse, staff.boss, plan(browse, staff.boss, area, leaves="0", to=staff.cat.pk))
    assert later.state == "done", later.error
    assert owners() == ["cat"]


def test_saved_views_tell_apart_who_gets_what(staff, browse):
    make_customers(staff.ann, "甲", "乙", level="vip")
    make_customers(staff.ann, "丙")
    state = "f=" + '{"all":[{"field":"level","op":"one_of","value":["vip"]}]}'
    view = SavedView.objects.create(entity="customers.customer", name="大客户", state=state, owner=staff.boss)
    fields = {f"{CUSTOMERS}-view0": view.pk, f"{CUSTOMERS}-view0-to": staff.ben.pk}
    prepared = plan(browse, staff.boss, staff.ann, to=staff.cat.pk, **fields)
    assert "大客户" in browse(staff.boss).get(prepared.url).content.decode()
    begin(browse, staff.boss, prepared)
    assert owners() == ["ben", "ben", "cat"]


def test_some_of_it_only_and_he_stays(staff, browse):
    make_customers(staff.ann, "甲", level="vip")
    make_customers(staff.ann, "乙")
    state = "f=" + '{"all":[{"field":"level","op":"one_of","value":["vip"]}]}'
    view = SavedView.objects.create(entity="customers.customer", name="大客户", state=state, owner=staff.boss)
    leave(
        browse, staff.boss, staff.ann, leaves="0", **{
            f"{CUSTOMERS}-how": "stay", f"{CUSTOMERS}-view0": view.pk, f"{CUSTOMERS}-view0-to": staff.ben.pk,
        },
    )  # fmt: skip
    assert owners() == ["ben", "ann"]
    assert User.objects.get(pk=staff.ann.pk).is_active


def test_superior_and_head_of_department(staff, browse):
    entity_of(Department).change(staff.south, by=staff.boss, manager=staff.ben)
    done = leave(browse, staff.boss, staff.ben, to=staff.ann.pk)
    staff.ann.refresh_from_db()
    assert staff.ann.manager == staff.boss, "who takes over from his superior reports to that one's superior"
    assert Department.objects.get(pk=staff.south.pk).manager == staff.ann
    undo(browse, staff.boss, done)
    staff.ann.refresh_from_db()
    assert staff.ann.manager == staff.ben
    assert Department.objects.get(pk=staff.south.pk).manager == staff.ben


@pytest.mark.parametrize(
    ("to", "said"),
    [("ann", "请选另一位同事"), ("closed", "蔡晓的账号已停用"), ("poor", "无权没有客户的权限"), ("", "请选择接手人")],
)
def test_who_cannot_take_over_is_refused_with_a_sentence(staff, browse, to, said):
    make_customers(staff.ann, "甲")
    poor = User._haike_entity.create(by=staff.boss, username="poor", name="无权", department=staff.south)
    close_user(staff.cat, by=staff.boss)
    heir = {"ann": staff.ann.pk, "closed": staff.cat.pk, "poor": poor.pk, "": ""}[to]
    versioned.forget()
    answer = browse(staff.boss).post(f"/users/{staff.ann.pk}/leave", {"leaves": "1", "to": heir})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Handover.objects.exists()
    assert owners() == ["ann"]


def test_a_second_person_agrees_where_the_setting_says_so(staff, browse):
    make_customers(staff.ann, "甲")
    choose(SIGNED, True)
    versioned.forget()
    prepared = plan(browse, staff.ben, staff.ann, to=staff.ben.pk)
    assert begin(browse, staff.ben, prepared).state == "waiting"
    assert owners() == ["ann"]
    assert Notice.objects.filter(user=staff.boss, kind="handover_asked").count() == 1
    assert browse(staff.ben).post(f"{prepared.url}decide", {"decision": "agree"}).status_code == 422
    assert browse(staff.cat).post(f"{prepared.url}decide", {"decision": "agree"}).status_code == 404
    assert browse(staff.boss).post(f"{prepared.url}decide", {"decision": "refuse"}).status_code == 422
    assert owners() == ["ann"]
    browse(staff.boss).post(f"{prepared.url}decide", {"decision": "agree"})
    run_ready_jobs()
    assert owners() == ["ben"]
    prepared.refresh_from_db()
    assert (prepared.state, prepared.decided_by) == ("done", staff.boss)
    quick = browse(staff.boss).post(
        f"/users/{staff.ben.pk}/hand-over", {"to": staff.cat.pk, "kind": "customers.customer"}
    )
    assert quick.status_code == 422, "the short way does not go round the second person"


def test_a_refusal_comes_back_with_its_reason_and_can_be_mended(staff, browse):
    make_customers(staff.ann, "甲")
    choose(SIGNED, True)
    versioned.forget()
    prepared = begin(browse, staff.ben, plan(browse, staff.ben, staff.ann, to=staff.ben.pk))
    browse(staff.boss).post(f"{prepared.url}decide", {"decision": "refuse", "reason": "给蔡晓"})
    page = browse(staff.ben).get(prepared.url).content.decode()
    assert "给蔡晓" in page
    assert "给蔡晓" in Notice.objects.get(user=staff.ben, kind="handover_decided").facts["text"]
    browse(staff.ben).post(f"/handovers/{prepared.pk}/change", {"leaves": "1", "to": staff.cat.pk})
    prepared.refresh_from_db()
    assert prepared.state == "draft"
    assert owners() == ["ann"]


@pytest.mark.parametrize("path", ["/users/{ann}/leave", "/handovers/{pk}/", "/handovers/left"])
def test_strangers_find_nothing(staff, browse, path):
    make_customers(staff.ann, "甲")
    prepared = plan(browse, staff.boss, staff.ann, to=staff.ben.pk)
    where = path.format(ann=staff.ann.pk, pk=prepared.pk)
    assert browse(staff.cat).get(where).status_code == 404
    assert browse(staff.boss).get(where).status_code == 200


def test_records_of_one_who_is_gone_already_are_found_and_handed_over(staff, browse):
    make_customers(staff.ann, "甲")
    close_user(staff.ann, by=staff.boss)
    versioned.forget()
    assert f"/users/{staff.ann.pk}/leave" in browse(staff.boss).get("/handovers/left").content.decode()
    leave(browse, staff.boss, staff.ann, leaves="0", to=staff.cat.pk)
    assert owners() == ["cat"]
    versioned.forget()
    assert "/leave" not in browse(staff.boss).get("/handovers/left").content.decode()


def test_nobody_lets_himself_or_the_last_boss_go(staff, browse):
    make_customers(staff.boss, "甲")
    answer = browse(staff.boss).post(f"/users/{staff.boss.pk}/leave", {"leaves": "1", "to": staff.cat.pk})
    assert answer.status_code == 422
    assert not Handover.objects.exists()


def test_started_twice_it_runs_once(staff, browse):
    make_customers(staff.ann, "甲")
    prepared = plan(browse, staff.boss, staff.ann, to=staff.cat.pk)
    client: Client = browse(staff.boss)
    client.post(f"{prepared.url}start")
    assert client.post(f"{prepared.url}start").status_code == 422
    assert client.post(f"{prepared.url}withdraw").status_code == 422
    run_ready_jobs()
    assert Change.objects.filter(entity="customers.customer", action="handover").count() == 1
