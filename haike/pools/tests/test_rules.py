"""The rules: one record and the database agree, the job does what they say, the simulator says what the job does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.undo import undo_batch
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel import change
from haike.kernel.entity import entity_named, entity_of
from haike.kernel.log import Batch, Change
from haike.kernel.period import today
from haike.kernel.policy import Policy
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User
from haike.pools.models import Move, Pool, Trial
from haike.pools.pooling import poolings
from haike.pools.recycle import due_rows, recycle, remind
from haike.pools.replay import replay
from haike.pools.rule import FOLLOW, REASONS, Rule, due_of
from haike.pools.testing import make_pool
from haike.pools.tests.test_sea import age, text_of
from haike.sales.testing import make_signed_order
from haike.talk.models import Notice
from haike.talk.notice.reminder import reminders
from haike.work.follow_up.actions import write_follow_up

Browse = Callable[[User], Client]
LABEL = "customers.customer"
many = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def days_ago(days: int, hour: int = 12) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=days)


def stale(by: User, days: int, name: str = "久未跟进有限公司", **values: Any) -> Customer:
    """A customer that somebody has had for so many days without a word."""
    made = make_customer(by, name, **values)
    age(made, created_at=days_ago(days), owned_since=days_ago(days))
    return made


@pytest.fixture
def sea(staff: Staff) -> Pool:
    return make_pool(
        members=[staff.ann, staff.cat], recycles=True, follow_days=10, remind_days=3, reclaim_days=5,
        spares=["vip", "dealt"],
    )  # fmt: skip


@pytest.mark.feature("C21")
def test_the_night_takes_what_nobody_cared_for(
    staff: Staff, browse: Browse, sea: Pool, django_capture_on_commit_callbacks: Any
) -> None:
    gone, fresh = stale(staff.ann, 10), stale(staff.ann, 9, "还有一天有限公司")
    talked = stale(staff.ann, 40, "刚谈过有限公司")
    write_follow_up(talked, content="谈了价格", by=staff.ann, at=timezone.now() - timedelta(hours=1))
    vip = stale(staff.ann, 40, "贵宾有限公司", level="vip")
    deal = stale(staff.ann, 40, "成交有限公司", stage="signed")
    guarded = stale(staff.ann, 40, "保护期有限公司")
    age(guarded, protected_until=timezone.now() + timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        recycle.call()
    lying = set(Customer.objects.filter(owner=sea.account).values_list("pk", flat=True))
    assert lying == {gone.pk}
    assert not {fresh.pk, talked.pk, vip.pk, deal.pk, guarded.pk} & lying
    move = Move.objects.get()
    assert (move.kind, move.person, move.reason, move.by) == ("recycle", staff.ann, "not_followed", None)
    assert "太久未跟进" in text_of(browse(staff.boss).get(f"/customers/{gone.pk}/panel/owners"))
    # The loser reads why in his language, whatever the night's was.
    assert Notice.objects.get(kind="recycled").facts == {"why": "not_followed"}
    assert "已自动回收：太久未跟进" in text_of(browse(staff.ann).get("/notices/"))
    assert recycle.call() == {sea.name: 0}


@pytest.mark.feature("C21", "X4")
def test_a_recycle_is_undone_as_one(staff: Staff, browse: Browse, sea: Pool) -> None:
    customers = [stale(staff.ann, 20 + n, f"第{n}有限公司") for n in range(3)]
    recycle.call()
    batch = Batch.objects.get(kind="recycle")
    assert (batch.changed, Customer.objects.filter(owner=sea.account).count()) == (3, 3)
    assert browse(staff.boss).get(f"/batches/{batch.pk}/").status_code == 200
    with transaction.atomic():
        undo_batch(entity_of(Customer), batch, by=staff.boss)
    assert Customer.objects.filter(owner=staff.ann).count() == 3
    # Whoever got his records back has his days anew, or tomorrow night would take them again.
    assert recycle.call() == {sea.name: 0}
    assert all(due_of(LABEL, Customer.objects.get(pk=each.pk)) is not None for each in customers)


@pytest.mark.feature("C21", "P28", "X7")
def test_the_owner_is_told_before_and_sees_the_days_left(
    staff: Staff, browse: Browse, sea: Pool, django_capture_on_commit_callbacks: Any
) -> None:
    soon, later = stale(staff.ann, 8, "两天后有限公司"), stale(staff.ann, 2, "八天后有限公司")
    with django_capture_on_commit_callbacks(execute=True):
        assert remind(entity_of(Customer)) == 1
        remind(entity_of(Customer))
    notice = Notice.objects.get(kind="recycle_customers")
    assert (notice.user, notice.record_id, notice.due) == (staff.ann, soon.pk, today() + timedelta(days=2))
    ann = browse(staff.ann)
    page = text_of(ann.get("/customers/"))
    assert "剩 2 天" in page
    assert "剩 8 天" in page
    page = text_of(ann.get(f"/customers/{soon.pk}/"))
    assert "剩 2 天" in page
    assert "&lt;span" not in page
    day = text_of(ann.get("/today/"))
    assert "即将回收到公海" in day
    assert soon.name in day
    assert later.name not in day.split("recycling-title")[1].split("</section>")[0]


@pytest.mark.feature("C21")
def test_a_step_forward_is_progress_and_a_step_back_is_not(
    staff: Staff, django_capture_on_commit_callbacks: Any
) -> None:
    pool = make_pool(members=[staff.ann], recycles=True, stage_days=10, deal_days=20)
    customer = stale(staff.ann, 12)

    def move_to(stage: str) -> tuple[int, str]:
        with django_capture_on_commit_callbacks(execute=True):
            entity_of(Customer).change(customer, by=staff.ann, stage=stage)
        customer.refresh_from_db()
        found = due_of(LABEL, customer)
        assert found is not None
        assert found[2] == pool
        return (found[0] - today()).days, found[1]

    assert due_of(LABEL, customer) == (today() - timedelta(days=2), "no_progress", pool)
    assert move_to("intent") == (8, "no_deal")
    age(customer, advanced_at=days_ago(12))
    assert move_to("contacted") == (-2, "no_progress")
    assert move_to("signed") == (10, "no_progress")
    assert customer.dealt_at is not None


# -- one record and the database say the same --------------------------------------------------------------------------

ago = st.one_of(st.none(), st.integers(-3, 30))
three = st.tuples(*[st.one_of(st.none(), st.integers(1, 20))] * 3).filter(any)


def limits_of(three: tuple[int | None, ...]) -> dict[str, Any]:
    return dict(zip(("follow_days", "deal_days", "stage_days"), three, strict=True)) | {"recycles": True}


@pytest.mark.feature("C21")
@many
@given(
    facts=st.lists(
        st.tuples(
            st.integers(0, 30), ago, ago, ago, ago, ago, st.sampled_from(["", "310100", "440300", "110100"]),
            st.sampled_from(["potential", "vip"]), st.sampled_from([None, "vip", "general"]), st.integers(0, 2),
        ),
        min_size=1, max_size=12,
    ),
    limits=three,
)  # fmt: skip
def test_the_rule_of_one_record_and_of_the_database_agree(staff: Staff, facts: list[Any], limits: Any) -> None:
    with transaction.atomic():
        rules = limits_of(limits) | {"spares": ["vip"], "members": [staff.ann]}
        pools = [
            make_pool("其余", **rules),
            make_pool("华东", regions=["310000"], **rules),
            make_pool("南部", departments=[staff.south], **rules),
        ]
        owners = [staff.ann, staff.cat, staff.boss]
        for number, (born, owned, followed, dealt, advanced, guarded, region, kind, level, who) in enumerate(facts):
            made = make_customer(owners[who], f"第{number}有限公司", region=region, kind=kind, level=level)
            moments = {"owned_since": owned, "last_contact_at": followed, "dealt_at": dealt, "advanced_at": advanced}
            moments |= {"created_at": born, "protected_until": guarded}
            age(made, **{name: None if days is None else days_ago(days) for name, days in moments.items()})
        entity, pooling = entity_of(Customer), poolings()[LABEL]
        by_database = set()
        for pool in pools:
            rule = Rule(pool, pooling)
            for key, __, ___ in rule.clocks():
                rows = due_rows(entity, rule, key, today()).values_list("pk", flat=True)
                by_database |= {(pk, pool.pk) for pk in rows}
        one_by_one = {
            (row.pk, found[2].pk)
            for row in Customer.objects.all()
            if (found := due_of(LABEL, row)) is not None and found[0] <= today()
        }
        assert by_database == one_by_one
        transaction.set_rollback(True)


# -- the simulator says what the job does ------------------------------------------------------------------------------

SPAN = 40
acts = st.lists(
    st.tuples(
        st.integers(1, SPAN - 1),
        st.sampled_from(["talk", "talk", "to_sign", "contacted", "signed", "give", "vip", "normal"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@pytest.mark.feature("X7")
@settings(parent=many, max_examples=12)
@given(
    histories=st.lists(acts, min_size=1, max_size=4), limits=three,
    spares=st.sampled_from([[], ["vip"], ["vip", "dealt"]]),
)  # fmt: skip
def test_what_the_simulator_says_is_what_the_rule_does(
    staff: Staff, histories: list[Any], limits: Any, spares: list[str]
) -> None:
    """Forty days are lived through: each night the rule is asked of the records as they are, by day people work. Then
    the same days are replayed from the log."""
    with transaction.atomic():
        pool = make_pool(members=[staff.ann], spares=spares, **limits_of(limits))
        rule, people = Rule(pool, poolings()[LABEL]), [staff.ann, staff.ben, staff.cat]
        begin = today() - timedelta(days=SPAN)
        records = [make_customer(staff.ann, f"第{n}有限公司").pk for n in range(len(histories))]
        for pk in records:
            age(Customer.objects.get(pk=pk), created_at=days_ago(SPAN), owned_since=days_ago(SPAN))
        talks: list[tuple[int, datetime]] = []
        done: set[tuple[int, int, date]] = set()
        lost: set[tuple[int, datetime]] = set()
        for number in range(1, SPAN + 1):
            day, noon = begin + timedelta(days=number), days_ago(SPAN - number)
            for pk in records:
                record = Customer.objects.get(pk=pk)
                found, stint = rule.due(record), (pk, record.owned_since)
                if found is not None and found[0] <= day and stint not in lost:
                    lost.add(stint)
                    done.add((pk, record.owner_id, day))
            for pk, history in zip(records, histories, strict=True):
                for at, what, who in history:
                    if at == number:
                        live(pk, what, people[who], noon, talks)
        with contacts(talks):
            first = begin + timedelta(days=1)
            said = {(loss.record, loss.owner, loss.day) for loss in replay(entity_of(Customer), pool, first=first)}
        assert said == done
        transaction.set_rollback(True)


def live(pk: int, what: str, who: User, now: datetime, talks: list[tuple[int, datetime]]) -> None:
    """Something happens to a record at a moment of the past, with its log."""
    record = Customer.objects.get(pk=pk)
    if what == "talk":
        talks.append((pk, now))
        age(record, last_contact_at=now)
        return
    values = {"owner": who} if what == "give" else {"stage": what}
    values = {"kind": what} if what in ("vip", "normal") else values
    after = change.change(record, by=SETUP, **values)
    if after.version == record.version:
        return
    Change.objects.filter(entity=LABEL, record_id=pk, version=after.version).update(at=now)
    facts = ("owned_since",) if what == "give" else poolings()[LABEL].steps_of(record.stage, after.stage)
    if facts:
        age(after, **dict.fromkeys(facts, now))


@pytest.mark.feature("X7", "X11")
def test_what_came_without_a_log_is_tried_by_what_its_record_says(staff: Staff) -> None:
    facts = {
        "甲": {"owned_since": 5}, "乙": {"owned_since": 50}, "丙": {"owned_since": 50, "last_contact_at": 3},
        "丁": {"owned_since": 50, "dealt_at": 12, "advanced_at": 8, "last_contact_at": 30},
    }  # fmt: skip
    for name, days in facts.items():
        made = make_customer(staff.ann, f"{name}有限公司")
        age(made, created_at=days_ago(100), **{fact: days_ago(ago) for fact, ago in days.items()})
    entity = entity_of(Customer)
    for place, limits in enumerate([(10, None, None), (None, 10, None), (None, None, 10), (40, 20, None)]):
        pool = make_pool(f"第{place}公海", members=[staff.ann], **limits_of(limits))
        rule, due = Rule(pool, poolings()[LABEL]), set[int]()
        for key, __, ___ in rule.clocks():
            due |= set(due_rows(entity, rule, key, today()).values_list("pk", flat=True))
        assert due == {loss.record for loss in replay(entity, pool, first=today())}, limits
        assert due
        entity_of(Pool).remove(pool, by=SETUP)


@contextmanager
def contacts(talks: list[tuple[int, datetime]]) -> Iterator[None]:
    """For a while these were all the talks there have been."""
    known = poolings()[LABEL].contacts
    before = list(known)

    def told(keys: Iterable[int], since: datetime) -> Iterable[tuple[int, datetime]]:
        return [(key, at) for key, at in talks if key in set(keys) and at >= since]

    known[:] = [told]
    yield
    known[:] = before


@pytest.mark.feature("X7")
def test_a_rule_is_tried_on_the_past_before_it_is_switched_on(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who was won meanwhile is spared today; in the nights before he was not, and his revenue was at risk.
    pool = make_pool(members=[staff.ann], spares=["dealt"])
    lost, kept = stale(staff.ann, 100, "会丢的有限公司"), stale(staff.cat, 100, "有人管有限公司")
    won = stale(staff.ann, 100, "后来成交有限公司")
    for days in range(95, 0, -5):
        write_follow_up(kept, content="常联系", by=staff.cat, at=days_ago(days))
    entity_of(Customer).change(won, by=staff.ann, stage="signed")
    make_signed_order(staff.ann, won, signed_on=today())
    make_signed_order(staff.ann, won, signed_on=today() - timedelta(days=90))
    make_signed_order(staff.cat, kept, signed_on=today())
    boss, path = browse(staff.boss), f"/pools/{pool.pk}/replay"
    assert browse(staff.ann).get(path).status_code == 404
    assert boss.post(path, {"follow_days": ""}).status_code == 422
    wrong = boss.post(path, {"follow_days": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in text_of(wrong)
    assert boss.post(path, {"follow_days": "30"}).status_code == 302
    trial = Trial.objects.get()
    assert trial.result is not None
    assert (trial.result["records"], trial.result["deals"]) == (2, 1)
    assert trial.result["people"] == [[staff.ann.pk, 2]]
    page = text_of(boss.get(path))
    assert won.name in page.split(lost.name)[0]
    # The order before the night in which the rule would have taken the customer was never at risk.
    assert trial.result["revenue"] == "200.00"
    assert page.count("¥200.00") == 2
    rule, see = (
        Policy.field_right,
        lambda self, user, field: "masked" if field == "bought_total" else rule(self, user, field),
    )
    monkeypatch.setattr(Policy, "field_right", see)
    assert "¥200.00" not in text_of(boss.get(path)), "who may not read what was sold is told no revenue"
    assert kept.name not in page
    assert Customer.objects.filter(owner=pool.account).count() == 0
    assert not Batch.objects.filter(kind="recycle").exists()


@pytest.mark.feature("L4", "P28")
@pytest.mark.parametrize(("label", "word"), [(LABEL, "公海"), ("sales.lead", "线索池")])
def test_a_reminder_says_where_the_record_goes_in_its_own_word(staff: Staff, label: str, word: str) -> None:
    entity = entity_named(label)
    assert entity is not None
    sentence = reminders()[f"recycle_{entity.slug}"].kind.say(entity, staff.ann, {"why": FOLLOW})
    assert f"即将回收到{word}：{REASONS[FOLLOW]}" == sentence
    # What was noted in words before is still told.
    assert "久未联系" in reminders()[f"recycle_{entity.slug}"].kind.say(entity, staff.ann, {"why": "久未联系"})
