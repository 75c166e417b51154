"""What a user leaves behind goes to a colleague, or stays: asked when he is closed, moved, deleted."""

import pytest

from haike.bulk.undo import undo_batch
from haike.customers.models import Customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.log import Batch
from haike.people.models import Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P7", "P13")]


@pytest.fixture
def customers(ann, cat):
    """Three customers of ann, one of cat."""
    make = Customer._haike_entity.create
    return [
        make(by=user, name=f"深圳{name}有限公司") for user, name in ((ann, "甲"), (ann, "乙"), (ann, "丙"), (cat, "丁"))
    ]


def owners():
    return list(Customer.objects.order_by("pk").values_list("owner__username", flat=True))


def test_the_question_shows_what_there_is(client, ben, ann, customers):
    client.force_login(ben)
    for act in ("hand-over", "lock"):
        page = client.get(f"/users/{ann.pk}/{act}").content.decode()
        assert 'value="customers.customer" checked' in page
        assert '<span class="count">3</span>' in page


def test_a_colleague_takes_over_and_it_can_be_undone(client, boss, ann, cat, customers):
    client.force_login(boss)
    fields = {"to": cat.pk, "kind": ["customers.customer"]}
    assert client.post(f"/users/{ann.pk}/hand-over", fields).status_code == 302
    run_ready_jobs()
    assert owners() == ["cat"] * 4
    batch = Batch.objects.get(kind="transfer")
    assert (batch.by_id, batch.changed) == (boss.pk, 3)
    undo_batch(Customer._haike_entity, batch, by=boss)
    assert owners() == ["ann", "ann", "ann", "cat"]


def test_closing_with_an_heir(client, ben, boss, ann, cat, customers):
    client.force_login(boss)
    fields = {"to": ben.pk, "kind": ["customers.customer"]}
    assert client.post(f"/users/{ann.pk}/lock", fields).status_code == 302
    run_ready_jobs()
    assert owners() == ["ben", "ben", "ben", "cat"]
    assert not User.objects.get(pk=ann.pk).is_active


def test_closing_and_keeping(client, ben, ann, customers):
    client.force_login(ben)
    client.post(f"/users/{ann.pk}/lock", {"to": ""})
    run_ready_jobs()
    assert owners() == ["ann", "ann", "ann", "cat"]
    assert Customer.objects.visible_to(ben).count() == 3


@pytest.mark.parametrize("to", ["ann", "nobody", ""])
def test_a_hand_over_to_oneself_or_nobody_is_refused(client, boss, ann, customers, to):
    client.force_login(boss)
    heir = {"ann": ann.pk, "nobody": 999, "": ""}[to]
    assert client.post(f"/users/{ann.pk}/hand-over", {"to": heir, "kind": ["customers.customer"]}).status_code == 422
    run_ready_jobs()
    assert owners() == ["ann", "ann", "ann", "cat"]


def test_a_manager_hands_over_for_his_own_group_only(client, ben, cat, ann, customers):
    client.force_login(ben)
    fields = {"to": ann.pk, "kind": ["customers.customer"]}
    assert client.post(f"/users/{cat.pk}/hand-over", fields).status_code == 404
    run_ready_jobs()
    assert owners() == ["ann", "ann", "ann", "cat"]


def test_another_department_or_role_asks_first(client, boss, ann, cat, customers):
    client.force_login(boss)
    fields = {
        "name": "安然",
        "username": "ann",
        "phone": "13800000001",
        "email": "ann@example.com",
        "manager": ann.manager_id,
    }
    fields |= {"department": cat.department_id, "roles": [Role.objects.get(key="sales").pk], "version": ann.version}
    page = client.post(f"/users/{ann.pk}/edit", fields)
    assert page.status_code == 422
    assert "客户 3" in page.content.decode()
    assert "交接" in page.content.decode()
    assert User.objects.get(pk=ann.pk).department_id == ann.department_id


def test_who_owns_records_is_not_deleted(client, boss, ann, customers):
    client.force_login(boss)
    page = client.post(f"/users/{ann.pk}/delete")
    assert page.status_code == 422
    assert "客户 3" in page.content.decode()
    assert User.objects.live().filter(pk=ann.pk).exists()


def test_a_persons_page_shows_his_records(client, boss, ann, customers):
    client.force_login(boss)
    page = client.get(f"/users/{ann.pk}/?tab=records").content.decode()
    assert "/customers/?f=" in page
