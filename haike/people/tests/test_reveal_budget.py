"""The daily budget of looks at masked phones: counted, used up with a sentence and one alarm, never passed by two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from haike.customers.customer.record import Customer
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.option import _declared, choose
from haike.kernel.record import writer
from haike.people.alarm.kinds import sentence
from haike.people.authority import covers
from haike.people.grants import grants_of
from haike.people.models import Alarm, RevealCount, Role, User
from haike.people.reveal.budget import budget_of
from haike.people.role import matrix
from haike.people.user.actions import SETUP

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P10"), pytest.mark.feature("P5")]


def masked(*grants: str) -> None:
    """Sellers and managers see phones masked and have these grants."""
    for key in ("sales", "manager"):
        role = Role.objects.get(key=key)
        fields = {"customers.customer": {"phone": "masked", "mobile": "masked"}}
        entity_of(Role).change(role, by=SETUP, field_rights=fields, grants=["reveal", *grants])
    versioned.forget()


def made(by: User, count: int) -> list[Customer]:
    entity = entity_of(Customer)
    phones = [f"1390000{n:04}" for n in range(count)]
    return [entity.create(by=by, name=f"公司{n:02}", phone=f"0755234567{n:02}", mobile=m) for n, m in enumerate(phones)]


def budget(most: int) -> None:
    choose(_declared["people.reveals_a_day"], most)


def look(client: Client, customer: Customer, name: str = "phone"):
    return client.post(f"/customers/{customer.pk}/reveal/{name}")


def test_a_sentence_at_the_cell_and_one_alarm(staff, browse):
    customers, ann = made(staff.ann, 4), browse(staff.ann)
    masked()
    budget(2)
    assert look(ann, customers[0]).status_code == look(ann, customers[1]).status_code == 200
    for customer in customers[2:]:
        answer = look(ann, customer)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "今天" in page
        assert "2" in page
        assert 'class="masked"' in page
        assert str(customer.phone)[-6:-2] not in page
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.user) == ("reveals_used_up", staff.ann)
    assert "2" in sentence(alarm)
    assert Change.objects.filter(action="reveal").count() == 2
    assert "安然" in browse(staff.boss).get("/settings/alarms/").content.decode()


def test_what_was_seen_today_costs_nothing_another_field_does(staff, browse):
    customers, ann = made(staff.ann, 2), browse(staff.ann)
    masked()
    budget(2)
    assert [look(ann, customers[0]).status_code for __ in range(4)] == [200] * 4
    assert look(ann, customers[0], "mobile").status_code == 200
    assert look(ann, customers[1]).status_code == 422
    assert look(ann, customers[0]).status_code == 200
    assert RevealCount.objects.get().count == 2


def test_everybody_and_every_day_has_a_budget_of_its_own(staff, browse):
    customers, ann, ben = made(staff.ann, 2), browse(staff.ann), browse(staff.ben)
    masked()
    budget(1)
    assert look(ann, customers[0]).status_code == 200
    assert look(ann, customers[1]).status_code == 422
    assert look(ben, customers[1]).status_code == 200
    RevealCount.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert look(ann, customers[1]).status_code == 200


def test_a_role_lifts_it_and_nought_is_no_limit(staff, browse):
    customers, ann = made(staff.ann, 3), browse(staff.ann)
    masked()
    budget(0)
    assert look(ann, customers[0]).status_code == 200
    budget(1)
    assert look(ann, customers[1]).status_code == 200
    assert look(ann, customers[2]).status_code == 422
    masked("reveal_unlimited")
    assert look(ann, customers[2]).status_code == 200


def test_another_time_zone_is_no_other_day(staff, browse):
    customers = made(staff.ann, 2)
    masked()
    budget(1)
    assert look(browse(staff.ann), customers[0]).status_code == 200
    for zone in ("Pacific/Kiritimati", "Pacific/Midway"):
        with writer():
            User.objects.filter(pk=staff.ann.pk).update(time_zone=zone)
        assert look(browse(staff.ann), customers[1]).status_code == 422


def test_who_does_not_see_the_record_spends_nothing(staff, browse):
    [customer] = made(staff.ann, 1)
    masked()
    budget(1)
    assert look(browse(staff.cat), customer).status_code == 404
    assert not RevealCount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_at_once_do_not_pass_it(staff):
    customers = made(staff.ann, 6)
    masked()
    budget(3)

    def ask(customer: Customer) -> int:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        try:
            return look(client, customer).status_code
        finally:
            connections.close_all()

    first = Client()
    first.force_login(staff.ann)
    session = first.cookies[settings.SESSION_COOKIE_NAME].value
    with ThreadPoolExecutor(4) as threads:
        found = sorted(threads.map(ask, customers))
    assert found == [200] * 3 + [422] * 3
    assert Change.objects.filter(action="reveal").count() == RevealCount.objects.get().count == 3
    assert Alarm.objects.count() == 1


def of_role(key: str, reveals: int | None) -> None:
    entity_of(Role).change(Role.objects.get(key=key), by=SETUP, reveals=reveals)
    versioned.forget()


def test_a_role_has_a_number_of_its_own(staff, browse):
    customers, ann, ben = made(staff.ann, 4), browse(staff.ann), browse(staff.ben)
    masked()
    budget(1)
    of_role("sales", 3)
    assert [look(ann, each).status_code for each in customers] == [200, 200, 200, 422]
    assert [look(ben, each).status_code for each in customers[:2]] == [200, 422]
    # Of several roles the largest number counts, and 0 is no limit.
    of_role("manager", 2)
    entity_of(User).change(
        User.objects.get(pk=staff.ann.pk), by=SETUP, roles=list(Role.objects.filter(key__in=["sales", "manager"]))
    )
    assert budget_of(User.objects.get(pk=staff.ann.pk)) == 3
    of_role("manager", 0)
    assert look(ann, customers[3]).status_code == 200
    of_role("manager", None)
    assert budget_of(User.objects.get(pk=staff.ben.pk)) == 1


def test_the_number_is_set_on_the_page_of_the_rights(staff, browse):
    role, boss = Role.objects.get(key="sales"), browse(staff.boss)
    url = f"/roles/{role.pk}/rights"

    def send(said):
        data = {cell.name: cell.reach for row in matrix.rows_of(role) for cell in row.cells}
        boss.post(url, {**data, "grant": role.grants, "reveals": said})
        role.refresh_from_db()
        return role.reveals

    assert [send(said) for said in ("20", "0", "", "7", "-1", "abc", "1000001", "2.5")] == [20, 0, None, 7, 7, 7, 7, 7]
    assert 'value="7"' in boss.get(url).content.decode()
    assert "每天查看" in boss.get(f"/roles/{role.pk}/log").content.decode()
    copied = entity_of(Role).copy(role, name="副本", by=staff.boss)
    assert copied.reveals == 7


def test_nobody_gives_more_looks_than_he_has(staff):
    role = Role.objects.get(key="sales")
    masked()
    of_role("manager", 5)
    for reveals, covered in ((None, False), (0, False), (6, False), (5, True), (1, True)):
        of_role("sales", reveals)
        assert covers(grants_of(staff.ben.pk), matrix.facts_of(Role.objects.get(pk=role.pk))) is covered, reveals
