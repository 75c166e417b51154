"""Webhooks: what is told to whom, signed, tried again, and never what its owner may not see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from haike.api.sealed import unseal
from haike.api.tests.receiver import Receiver, receiving
from haike.api.token import make_token
from haike.api.webhook.actions import renew_secret, save_webhook, send_again, send_test, switch
from haike.api.webhook.deliver import MOST_TRIES, drain, look_for_waiting, pause
from haike.api.webhook.record import ALLOW_HTTP, MOST_EVENTS, Delivery, Webhook
from haike.customers.models import Contact, Customer
from haike.jobs.job import Job
from haike.jobs.testing import run_ready_jobs
from haike.kernel.bulk import create_many, start_batch
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.actions import close_user
from haike.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P36")]
CUSTOMERS, CONTACTS = entity_of(Customer), entity_of(Contact)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    with receiving() as found:
        yield found


@pytest.fixture(autouse=True)
def plain_http(db: None) -> None:
    choose(ALLOW_HTTP, True)


def hook_of(user: Any, receiver: Receiver, wanted: dict[str, list[str]] | None = None) -> Webhook:
    return save_webhook(None, name="ERP", url=receiver.url, wanted=wanted, by=user)[0]


def api_shape(user: Any, record: Any) -> Any:
    __, key = make_token(name="t", days=1, read_only=True, by=user)
    return Client().get(f"/api/v1/customers/{record.pk}", headers={"Authorization": f"Bearer {key}"}).json()


def test_a_change_is_told_signed_and_in_the_shape_of_the_api(staff: Staff, receiver: Receiver) -> None:
    hook, key = save_webhook(None, name="ERP", url=receiver.url, wanted=None, by=staff.ann)
    customer = CUSTOMERS.create(by=staff.ann, name="甲公司")
    customer = CUSTOMERS.change(customer, by=staff.ann, remark="重要")
    assert drain(hook.pk) == 2
    headers, body = receiver.got[1]
    told = Verifier(key).verify(body, headers)
    assert told["type"] == "customers.customer.changed"
    assert told["data"] == [{"id": customer.pk, "changed": ["remark"], "record": api_shape(staff.ann, customer)}]
    assert headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Verifier(key).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(key).verify(body, {**headers, "webhook-id": "msg_other"})
    assert key not in hook.secret
    assert unseal(hook.secret) == key


def test_deleted_restored_archived_and_what_hangs_on_it(staff: Staff, receiver: Receiver) -> None:
    customer = CUSTOMERS.create(by=staff.ann, name="甲公司")
    contact = CONTACTS.create(by=staff.ann, customer=customer, name="王一")
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.remove(customer, by=staff.ann)
    drain(hook.pk)
    assert receiver.records() == [
        ("customers.contact.deleted", contact.pk),
        ("customers.customer.deleted", customer.pk),
    ]
    CUSTOMERS.restore(customer, by=staff.ann)
    drain(hook.pk)
    assert receiver.records()[2:] == [
        ("customers.customer.restored", customer.pk),
        ("customers.contact.restored", contact.pk),
    ]
    assert receiver.bodies[2]["data"][0]["record"]["deleted"] is False


def test_only_what_was_chosen_is_told(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver, {CUSTOMERS.label: ["deleted"], "no.such": ["created"]})
    assert hook.wanted == {CUSTOMERS.label: ["deleted"]}
    customer = CUSTOMERS.create(by=staff.ann, name="甲公司")
    CONTACTS.create(by=staff.ann, customer=customer, name="王一")
    CUSTOMERS.remove(customer, by=staff.ann)
    drain(hook.pk)
    assert receiver.records() == [("customers.customer.deleted", customer.pk)]


def test_looking_at_a_hidden_number_is_no_change(staff: Staff, receiver: Receiver) -> None:
    customer = CUSTOMERS.create(by=staff.boss, name="甲公司", phone="075523456789")
    hook = hook_of(staff.boss, receiver)
    client = Client()
    client.force_login(staff.boss)
    client.post(f"/customers/{customer.pk}/reveal/phone")
    assert not Delivery.objects.exists()
    assert drain(hook.pk) == 0


# Rights


def test_a_hook_never_carries_what_its_owner_does_not_see(staff: Staff, receiver: Receiver) -> None:
    anns, boss = hook_of(staff.ann, receiver), hook_of(staff.boss, receiver)
    hers = CUSTOMERS.create(by=staff.ann, name="安然的客户")
    others = CUSTOMERS.create(by=staff.cat, name="蔡晓的客户")
    CUSTOMERS.remove(others, by=staff.cat)
    drain(anns.pk)
    assert receiver.records() == [("customers.customer.created", hers.pk)]
    assert "蔡晓的客户" not in str(receiver.bodies)
    assert set(Delivery.objects.filter(hook=anns).values_list("state", flat=True)) == {"sent"}, "nothing else remains"
    drain(boss.pk)
    assert ("customers.customer.created", others.pk) in receiver.records()


def test_hidden_and_masked_fields_are_absent(staff: Staff, receiver: Receiver) -> None:
    role = Role.objects.get(key="sales")
    entity_of(Role).change(role, by=staff.boss, field_rights={CUSTOMERS.label: {"phone": "masked", "remark": "hidden"}})
    hook = hook_of(staff.ann, receiver)
    customer = CUSTOMERS.create(by=staff.boss, name="甲公司", owner=staff.ann, phone="075523456789", remark="秘密")
    CUSTOMERS.change(customer, by=staff.boss, remark="更秘密")
    CUSTOMERS.change(customer, by=staff.boss, remark="最秘密", short_name="甲")
    drain(hook.pk)
    text = str(receiver.bodies)
    assert "秘密" not in text
    assert "23456789" not in text
    assert [body["type"].rpartition(".")[2] for body in receiver.bodies] == ["created", "changed"]
    assert receiver.bodies[1]["data"][0]["changed"] == ["short_name"]
    assert "remark" not in receiver.bodies[0]["data"][0]["record"]


def test_the_bin_shows_only_the_number_to_whom_may_not_restore(staff: Staff, receiver: Receiver) -> None:
    role = Role.objects.get(key="sales")
    rights = {label: dict(some) for label, some in role.rights.items()}
    for some in rights.values():
        some.pop("restore", None)
    entity_of(Role).change(role, by=staff.boss, rights=rights)
    customer = CUSTOMERS.create(by=staff.ann, name="甲公司")
    hook = hook_of(staff.ann, receiver, {CUSTOMERS.label: ["deleted"]})
    CUSTOMERS.remove(customer, by=staff.boss)
    drain(hook.pk)
    assert receiver.bodies[0]["data"] == [{"id": customer.pk, "changed": [], "record": None}]


def test_rights_are_those_of_the_moment_of_sending(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    customer = CUSTOMERS.create(by=staff.ann, name="甲公司")
    CUSTOMERS.change(customer, by=staff.boss, owner=staff.cat)
    drain(hook.pk)
    assert receiver.got == []


def test_a_closed_owner_stops_his_hooks(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.cat, receiver)
    customer = CUSTOMERS.create(by=staff.cat, name="甲公司")
    close_user(staff.cat, by=staff.boss)
    drain(hook.pk)
    hook.refresh_from_db()
    assert receiver.got == []
    assert (hook.active, hook.stopped) == (False, "owner")
    with pytest.raises(Refused):
        switch(hook, on=True, by=staff.boss)
    save_webhook(hook, name="ERP", url=receiver.url, wanted=None, by=staff.boss)
    hook.refresh_from_db()
    switch(hook, on=True, by=staff.boss)
    drain(hook.pk)
    assert ("customers.customer.created", customer.pk) in receiver.records(), "what waited goes out, as the boss"


# Certainty


def test_what_is_rolled_back_is_told_to_nobody(staff: Staff, receiver: Receiver) -> None:
    hook_of(staff.ann, receiver)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        CUSTOMERS.create(by=staff.ann, name="甲公司")
        assert Delivery.objects.count() == 1
        raise ZeroDivisionError
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_way_from_the_page_to_the_receiver(staff: Staff, receiver: Receiver) -> None:
    hook_of(staff.ann, receiver)
    client = Client()
    client.force_login(staff.ann)
    assert client.post("/customers/new", {"name": "甲公司"}).status_code == 302
    assert receiver.got == [], "the page has not waited for it"
    run_ready_jobs()
    assert receiver.records() == [("customers.customer.created", Customer.objects.get().pk)]
    client.post(f"/customers/{Customer.objects.get().pk}/edit", {"version": 1, "name": "甲公司", "remark": "一"})
    client.post(f"/customers/{Customer.objects.get().pk}/edit", {"version": 2, "name": "甲公司", "remark": "二"})
    assert len([job for job in run_ready_jobs() if job.task.endswith("deliver")]) == 1, "one job takes what waits"
    assert len(receiver.got) == 3


def test_a_killed_worker_delivers_later_under_the_same_id(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    with pytest.MonkeyPatch.context() as patch:
        # It dies when the message has gone out and nothing is noted yet.
        patch.setattr("haike.api.webhook.deliver._close", lambda *_: (_ for _ in ()).throw(SystemExit))
        patch.setattr("haike.api.webhook.deliver._give_back", lambda *_: None)
        with pytest.raises(SystemExit):
            drain(hook.pk)
    assert drain(hook.pk) == 0, "it still belongs to the worker that died"
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert look_for_waiting.call() == 1
        run_ready_jobs()
    assert len(receiver.got) == 2
    assert len({headers["webhook-id"] for headers, __ in receiver.got}) == 1
    assert Delivery.objects.get().state == "sent"


def test_retries_grow_longer_and_stop(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    receiver.answers = [500, 503, 200]
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        assert drain(hook.pk) == 0
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.tries, delivery.status) == ("waiting", 1, 500)
        assert 12 <= (delivery.due_at - now).total_seconds() <= 18
        assert drain(hook.pk) == 0
        assert len(receiver.got) == 1, "it rests"
        clock.shift(20)
        drain(hook.pk)
        delivery.refresh_from_db()
        assert 36 <= (delivery.due_at - timezone.now()).total_seconds() <= 54
        clock.shift(60)
        assert drain(hook.pk) == 1
    hook.refresh_from_db()
    assert (hook.failures, hook.rest_until) == (0, None)
    assert len({headers["webhook-id"] for headers, __ in receiver.got}) == 1
    total = sum(pause(tries).total_seconds() for tries in range(1, MOST_TRIES))
    assert 16 * 3600 < total < 28 * 3600, "ten tries take about a day"


def test_a_retry_has_a_job_at_its_time(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    receiver.answers = [500]
    drain(hook.pk)
    job = Job.objects.get(task__endswith="deliver")
    assert abs((job.run_at - Delivery.objects.get().due_at).total_seconds()) < 10
    with time_machine.travel(job.run_at + timedelta(seconds=10)):
        run_ready_jobs()
    assert Delivery.objects.get().state == "sent"


def test_too_many_failures_switch_it_off_and_tell_its_owner(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    for number in range(3):
        CUSTOMERS.create(by=staff.ann, name=f"公司{number}")
    receiver.answers = [500] * 100
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(15):
            drain(hook.pk)
            clock.shift(9.7 * 3600)
    hook.refresh_from_db()
    assert len(receiver.got) == 10, "one that is down costs one try at a time, whatever waits"
    assert (hook.active, hook.stopped, hook.failures) == (False, "failures", 10)
    CUSTOMERS.create(by=staff.ann, name="以后")
    assert Delivery.objects.count() == 3, "what happens meanwhile is not told"
    receiver.answers = []
    switch(hook, on=True, by=staff.boss)
    drain(hook.pk)
    assert Delivery.objects.filter(state="sent").count() == 3


def test_a_single_message_is_not_given_up_when_the_webhook_is_switched_off(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    receiver.answers = [500] * 10
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(MOST_TRIES):
            drain(hook.pk)
            clock.shift(9.7 * 3600)
        hook.refresh_from_db()
        assert (hook.active, len(receiver.got)) == (False, MOST_TRIES)
        switch(hook, on=True, by=staff.boss)
        assert drain(hook.pk) == 1
    assert Delivery.objects.get().state == "sent"


def test_one_message_that_is_refused_holds_up_no_other(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    first = CUSTOMERS.create(by=staff.ann, name="甲公司")
    CUSTOMERS.create(by=staff.ann, name="乙公司")
    receiver.answers = [422]
    drain(hook.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert drain(hook.pk) == 2
    assert [key for __, key in receiver.records()].count(first.pk) == 2


def test_a_receiver_that_wants_no_more_is_heard(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    receiver.answers = [410]
    drain(hook.pk)
    hook.refresh_from_db()
    assert (hook.active, hook.stopped) == (False, "gone")


def test_after_the_last_try_it_has_failed_and_a_person_sends_it_again(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    Delivery.objects.update(tries=MOST_TRIES - 1)
    receiver.answers = [500]
    drain(hook.pk)
    delivery = Delivery.objects.get()
    assert delivery.state == "failed"
    send_again(delivery)
    assert drain(hook.pk) == 1
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]


def test_two_jobs_at_once_send_nothing_twice(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.ann, receiver)
    CUSTOMERS.create(by=staff.ann, name="甲公司")
    Webhook.objects.update(busy_by="other", busy_until=timezone.now() + timedelta(minutes=1))
    assert drain(hook.pk) == 0
    assert receiver.got == []


def test_a_new_secret_signs_beside_the_old_for_a_day(staff: Staff, receiver: Receiver) -> None:
    hook, old = save_webhook(None, name="ERP", url=receiver.url, wanted=None, by=staff.ann)
    new = renew_secret(hook, by=staff.ann)
    with pytest.raises(Refused):
        renew_secret(hook, by=staff.boss)
    send_test(hook)
    drain(hook.pk)
    for key in (old, new):
        Verifier(key).verify(receiver.got[0][1], receiver.got[0][0])
    Webhook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
    send_test(hook)
    drain(hook.pk)
    Verifier(new).verify(receiver.got[1][1], receiver.got[1][0])
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(receiver.got[1][1], receiver.got[1][0])


def test_another_key_of_the_server_says_so(staff: Staff, receiver: Receiver, settings: Any) -> None:
    hook = hook_of(staff.ann, receiver)
    settings.SECRET_KEY = "another key of at least fifty characters, as Django asks"
    send_test(hook)
    drain(hook.pk)
    assert receiver.got == []
    assert "重新生成" in Delivery.objects.get().fault


# Cost


def statements(staff: Staff, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        CUSTOMERS.create(by=staff.ann, name=name)
    return len(queries)


def test_without_a_webhook_a_change_costs_nothing_more(
    staff: Staff, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements(staff, "先")
    listening = statements(staff, "有人听")
    monkeypatch.setattr("haike.kernel.log.listeners", [])
    assert statements(staff, "没人听") == listening


def test_many_at_once_are_few_deliveries(staff: Staff, receiver: Receiver) -> None:
    hook = hook_of(staff.boss, receiver)
    rows = [{"name": f"公司{number}"} for number in range(250)]
    create_many(CUSTOMERS, [{"name": "先"}], by=staff.boss, batch=start_batch(CUSTOMERS, "import", "x", by=staff.boss))
    Delivery.objects.all().delete()
    batch = start_batch(CUSTOMERS, "import", "导入", by=staff.boss)
    with CaptureQueriesContext(connection) as queries:
        create_many(CUSTOMERS, rows, by=staff.boss, batch=batch)
    assert Delivery.objects.count() == 3
    assert len([each for each in queries if "api_delivery" in each["sql"]]) == 1
    drain(hook.pk)
    assert [len(body["data"]) for body in receiver.bodies] == [MOST_EVENTS, MOST_EVENTS, 50]
    assert len({key for __, key in receiver.records()}) == 250


names = st.lists(st.sampled_from(["create", "change", "delete", "restore", "give"]), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(acts=names)
def test_whatever_happens_the_owner_hears_of_what_he_sees_and_nothing_else(
    acts: list[str], staff: Staff, receiver: Receiver
) -> None:
    receiver.got.clear()
    Webhook.objects.all().delete()
    hook = hook_of(staff.ann, receiver)
    record = CUSTOMERS.create(by=staff.cat, name="起点")
    for number, act in enumerate(acts):
        record.refresh_from_db()
        if act == "create":
            record = CUSTOMERS.create(by=[staff.ann, staff.cat][number % 2], name=f"公司{number}")
        elif act == "delete":
            CUSTOMERS.remove(record, by=staff.boss)
        elif act == "restore":
            CUSTOMERS.restore(record, by=staff.boss)
        elif record.deleted_at is None:
            values = {"remark": str(number)} if act == "change" else {"owner": [staff.cat, staff.ann][number % 2]}
            CUSTOMERS.change(record, by=staff.boss, **values)
    drain(hook.pk)
    for body in receiver.bodies:
        for each in body["data"]:
            shown = Customer.objects.get(pk=each["id"])
            assert shown.owner_id == staff.ann.pk
            assert each["record"] is None or each["record"]["version"] == shown.version
    assert not Delivery.objects.filter(hook=hook).exclude(state="sent").exists()
