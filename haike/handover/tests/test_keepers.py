"""From hunter to keeper: a customer whose stage or kind becomes what a rule waits for goes on by itself."""

from __future__ import annotations

from typing import Any

import pytest

from haike.customers.customer.record import Customer
from haike.find.share import Share
from haike.handover.keeper.record import KeeperRule, Passed
from haike.handover.keeper.triggers import Trigger, _triggers, declare_trigger, happened
from haike.jobs.job import Job
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.user.actions import close_user
from haike.pools.testing import make_pool
from haike.talk.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("C24")]
SIGNED = "customers.customer.stage=signed"
HTMX = {"HX-Request": "true"}


def write_rule(browse: Any, staff: Any, name: str = "成交后转客服", **fields: Any) -> KeeperRule:
    """Through the form."""
    values = {"occasion": SIGNED, "position": 0, "active": "1", "hunter": "read", "people": [staff.cat.pk], **fields}
    answer = browse(staff.boss).post("/keeper-rules/new", {"name": name, **values}, headers=HTMX)
    assert answer.status_code == 204, answer.content.decode()[:3000]
    return KeeperRule.objects.get(name=name)


def make(by: Any, *names: str, **more: Any) -> list[Customer]:
    return [entity_of(Customer).create(by=by, name=f"{name}贸易有限公司", **more) for name in names]


def becomes(browse: Any, by: Any, customers: list[Customer], **values: Any) -> None:
    """As a bulk edit through the screen."""
    (field, value), *__ = values.items()
    keys = ",".join(str(each.pk) for each in customers)
    data = {"ids": keys, "sure": "1", "bulk-field": field, "bulk-how": "set", field: value}
    browse(by).post("/customers/bulk/edit", data)
    run_ready_jobs()


def owners() -> list[str]:
    return list(Customer.objects.order_by("pk").values_list("owner__username", flat=True))


def test_a_signed_customer_goes_to_the_keeper_and_the_hunter_reads_on(staff, browse):
    write_rule(browse, staff)
    page = browse(staff.boss).get("/keeper-rules/").content.decode()
    assert "客户阶段变为“已成交”" in page
    (customer,) = make(staff.ann, "甲")
    edit = {"stage": "signed", "name": customer.name, "version": customer.version, "form": "business"}
    answer = browse(staff.ann).post(f"/customers/{customer.pk}/edit", {**edit, "kind": "potential"}, headers=HTMX)
    assert answer.status_code == 204, answer.content.decode()[:3000]
    run_ready_jobs()
    assert owners() == ["cat"]
    assert list(Share.objects.values_list("user__username", "can_write")) == [("ann", False)]
    assert browse(staff.ann).get(f"/customers/{customer.pk}/").status_code == 200
    assert browse(staff.ann).get(f"/customers/{customer.pk}/edit").status_code in (403, 404)
    history = browse(staff.cat).get(f"/customers/{customer.pk}/panel/timeline").content.decode()
    assert "安然 → 蔡晓" in history
    assert "成交后转客服" in history
    told = {notice.user.username: notice for notice in Notice.objects.filter(kind__startswith="keeper_")}
    assert {name: notice.kind for name, notice in told.items()} == {"cat": "keeper_got", "ann": "keeper_gave"}
    assert "成交后转客服" in browse(staff.ann).get("/notices/").content.decode()
    rule = KeeperRule.objects.get()
    log = browse(staff.boss).get(f"/keeper-rules/{rule.pk}/panel/passed").content.decode()
    assert customer.name in log
    assert customer.name not in browse(staff.ben).get(f"/keeper-rules/{rule.pk}/panel/passed").content.decode()


def test_the_batch_is_undone_and_does_not_pass_on_again(staff, browse):
    write_rule(browse, staff, hunter="write")
    customers = make(staff.ann, "甲", "乙")
    becomes(browse, staff.ann, customers, stage="signed")
    assert owners() == ["cat", "cat"]
    assert set(Share.objects.values_list("user__username", "can_write")) == {("ann", True)}
    batch = Batch.objects.get(kind="keeper")
    assert browse(staff.ann).post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"}).status_code == 404
    browse(staff.boss).post(f"/batches/{batch.pk}/undo", {"conflicts": "skip"})
    run_ready_jobs()
    assert owners() == ["ann", "ann"]
    assert not Share.objects.exists()
    becomes(browse, staff.ann, customers, stage="paused")
    edit = Batch.objects.filter(kind="edit").latest("id")
    browse(staff.ann).post(f"/batches/{edit.pk}/undo", {"conflicts": "skip"})
    run_ready_jobs()
    assert list(Customer.objects.values_list("stage", flat=True)) == ["signed", "signed"]
    assert owners() == ["ann", "ann"], "what an undo puts back is no occasion"


def test_in_turn_within_departments_and_closed_keepers_are_passed_over(staff, browse):
    write_rule(browse, staff, people=[], departments=[staff.east.pk, staff.company.pk], hunter="none")
    close_user(staff.cat, by=staff.boss)
    versioned.forget()
    customers = make(staff.boss, "甲", "乙", "丙")
    other = make(staff.ann, "丁")
    becomes(browse, staff.boss, [*customers, *other], stage="signed")
    assert owners() == ["boss", "boss", "boss", "ann"], "keepers already"
    KeeperRule.objects.get().departments.set([staff.south.pk])
    becomes(browse, staff.boss, [*customers, *other], stage="repeat")
    assert owners() == ["boss", "boss", "boss", "ann"], "no rule waits for that"
    becomes(browse, staff.boss, [*customers, *other], stage="signed")
    assert owners() == ["ben", "ann", "ben", "ann"]
    assert not Share.objects.exists()


def test_the_first_rule_that_finds_somebody_decides(staff, browse):
    write_rule(browse, staff, "后备", position=9, people=[staff.ben.pk])
    write_rule(browse, staff, "首选", position=1, people=[staff.cat.pk])
    write_rule(browse, staff, "停用", position=0, people=[staff.boss.pk], active="")
    write_rule(browse, staff, "按类型", position=0, people=[staff.boss.pk], occasion="customers.customer.kind=partner")
    first, second = make(staff.ann, "甲", "乙")
    becomes(browse, staff.ann, [first], stage="signed")
    assert owners() == ["cat", "ann"]
    close_user(staff.cat, by=staff.boss)
    versioned.forget()
    becomes(browse, staff.ann, [second], stage="signed")
    assert owners() == ["cat", "ben"]
    assert list(Passed.objects.order_by("id").values_list("rule__name", flat=True)) == ["首选", "后备"]


def test_what_is_made_or_lies_in_a_pool_or_has_changed_stays(staff, browse):
    write_rule(browse, staff)
    make(staff.ann, "甲", stage="signed")
    run_ready_jobs()
    assert owners() == ["ann"], "a customer brought in as signed has not become it"
    pool = make_pool(members=[staff.ann], managers=[staff.boss])
    lying, *__ = make(staff.boss, "乙", owner=pool.account)
    hasty, *__ = make(staff.ann, "丙")
    entity_of(Customer).change(lying, by=staff.boss, stage="signed")
    entity_of(Customer).change(hasty, by=staff.ann, stage="signed")
    entity_of(Customer).change(Customer.objects.get(pk=hasty.pk), by=staff.ann, stage="paused")
    run_ready_jobs()
    assert [each.owner for each in Customer.objects.order_by("pk")] == [staff.ann, pool.account, staff.ann]
    assert not Batch.objects.filter(kind="keeper").exists()


def test_other_rooms_bring_their_own_occasions(staff, browse):
    paid = declare_trigger(Trigger("test.paid", "customers.customer", "首次付款"))
    try:
        write_rule(browse, staff, occasion="test.paid")
        (customer,) = make(staff.ann, "甲")
        happened(paid, [customer.pk])
        run_ready_jobs()
        assert owners() == ["cat"]
    finally:
        del _triggers["test.paid"]


def test_who_may_write_rules(staff, browse):
    rule = write_rule(browse, staff)
    mine = {
        "name": "我的",
        "occasion": SIGNED,
        "position": 0,
        "active": "1",
        "hunter": "none",
        "people": [staff.ann.pk],
    }
    assert browse(staff.ann).post("/keeper-rules/new", mine, headers=HTMX).status_code in (403, 404, 422)
    changed = {**mine, "version": rule.version}
    assert browse(staff.ann).post(f"/keeper-rules/{rule.pk}/edit", changed, headers=HTMX).status_code in (403, 404, 422)
    assert KeeperRule.objects.get().name == rule.name
    assert "/keeper-rules/" not in browse(staff.ann).get("/settings/").content.decode()
    assert "/keeper-rules/" in browse(staff.boss).get("/settings/").content.decode()
    nobody = {"name": "没人", "occasion": SIGNED, "position": 0, "active": "1", "hunter": "read"}
    answer = browse(staff.boss).post("/keeper-rules/new", nobody, headers=HTMX)
    assert answer.status_code == 422
    assert "请填写由谁接手维护" in answer.content.decode()
    twin = {**nobody, "name": rule.name, "people": [staff.cat.pk]}
    assert browse(staff.boss).post("/keeper-rules/new", twin, headers=HTMX).status_code == 422
    (customer,) = make(staff.ann, "甲")
    entity_of(Customer).change(customer, by=staff.ann, level="vip")
    assert not Job.objects.filter(task__contains="pass_on").exists(), "other fields begin nothing"
