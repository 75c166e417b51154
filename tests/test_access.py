"""Who reaches a record and why; what somebody may do and which role gives it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings

from haike.customers.models import Contact, Customer
from haike.customers.testing import make_contact, make_customer
from haike.find.share import Share
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.record import writer
from haike.people.access.reasons import RecordAccess
from haike.people.models import Department, Role, User
from haike.people.testing import Staff, make_department
from haike.people.user.actions import SETUP, make_user
from tests.world import CUSTOMERS, Stage, World, build_stage, worlds

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P12", "X5")]
Browse = Callable[[User], Client]
ROW = re.compile(r'href="/users/(\d+)/(?:abilities)?"')


def kinds(record: Customer | Contact, user: User) -> list[str]:
    found = RecordAccess(entity_of(record), record).of(user)
    return [reason.kind for reason in found.reasons] if found else []


def test_each_colleague_with_level_and_reason(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat, by=staff.ann)
    assert kinds(customer, staff.ann) == ["owner"]
    assert kinds(customer, staff.ben) == ["department"]
    assert kinds(customer, staff.boss) == ["all"]
    assert kinds(customer, staff.cat) == ["share"]
    by_user = {each.user: each for each in RecordAccess(entity_of(Customer), customer).everybody()}
    assert {user: each.writes for user, each in by_user.items()} == {
        staff.ann: True, staff.ben: True, staff.boss: True, staff.cat: False,
    }  # fmt: skip
    page = browse(staff.ann).get(f"/customers/{customer.pk}/access").content.decode()
    for words in (
        "安然",
        "贲志强",
        "白石",
        "蔡晓",
        "负责人",
        "与负责人同部门",
        "能看全部",
        "共享给他",
        "由安然共享",
        "部门经理",
    ):
        assert words in page, words
    assert f"/customers/{customer.pk}/access" in browse(staff.ann).get(f"/customers/{customer.pk}/").content.decode()


def test_superior_and_department_above(staff: Staff) -> None:
    """A team leader in another department, and the head of a whole branch."""
    role = entity_of(Role).create(
        by=SETUP, name="组长", rights={"*": {"view": "subordinates"}}, field_rights={}, grants=[]
    )
    leader = make_user(username="lead", name="李组长", department=staff.east, roles=[])
    head = make_user(username="head", name="何总", department=staff.company, roles=["manager"])
    with writer():
        leader.roles.set([role])
    entity_of(User).change(staff.ann, by=SETUP, manager=leader)
    customer = make_customer(User.objects.get(pk=staff.ann.pk))
    assert kinds(customer, leader) == ["superior"]
    assert kinds(customer, head) == ["below"]
    assert kinds(customer, staff.cat) == []


def test_a_contact_goes_with_its_customer(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    contact = make_contact(staff.ann, customer)
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat)
    assert kinds(contact, staff.cat) == ["share"]
    assert str(customer) in browse(staff.ann).get(f"/contacts/{contact.pk}/access").content.decode()


def test_the_answer_is_for_those_who_answer_for_the_record(staff: Staff, browse: Browse) -> None:
    customer = make_customer(staff.ann)
    url = f"/customers/{customer.pk}/access"
    assert browse(staff.cat).get(url).status_code == 404
    # Who only reads by a share learns nothing about the others.
    Share.objects.create(entity="customers.customer", record_id=customer.pk, user=staff.cat)
    assert browse(staff.cat).get(url).status_code == 404
    assert url not in browse(staff.cat).get(f"/customers/{customer.pk}/").content.decode()
    for user in (staff.ann, staff.ben, staff.boss):
        assert browse(user).get(url).status_code == 200, user


def test_filters_and_pages(staff: Staff, browse: Browse) -> None:
    customer, client = make_customer(staff.ann), browse(staff.boss)

    def shown(query: str) -> set[int]:
        page = client.get(f"/customers/{customer.pk}/access{query}", headers={"HX-Request": "true"}).content.decode()
        return {int(pk) for pk in ROW.findall(page)}

    assert shown("") == {staff.ann.pk, staff.ben.pk, staff.boss.pk}
    assert shown(f"?department={staff.south.pk}") == {staff.ann.pk, staff.ben.pk}
    assert shown(f"?department={staff.company.pk}") == {staff.ann.pk, staff.ben.pk, staff.boss.pk}
    assert shown(f"?role={Role.objects.get(key='boss').pk}") == {staff.boss.pk}
    assert shown("?q=贲") == {staff.ben.pk}
    assert shown("?level=read") == set()
    assert shown("?start=999&role=abc&department=99999999999999999999") == set()


@settings(
    max_examples=25, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(world=worlds())
def test_the_answer_is_what_the_oracle_says(stage: Stage, world: World) -> None:
    """In random companies: exactly those who see it, and never without a reason that holds."""
    stage.play(world)
    places = {user.pk: place for place, user in enumerate(stage.users)}
    for number in range(CUSTOMERS):
        for record in (stage.customers[number], stage.contacts[number]):
            record.refresh_from_db()
            found = {places[each.user.pk]: each for each in RecordAccess(entity_of(record), record).everybody()}
            assert set(found) == {place for place in places.values() if world.may(place, "view", number)}
            for place, access in found.items():
                assert {reason.kind for reason in access.reasons} == why(world, place, number)
                if isinstance(record, Customer):
                    assert access.writes == world.may(place, "edit", number)


def why(world: World, user: int, customer: int) -> set[str]:
    """The reasons in the words of the oracle."""
    reaches, owner, found = world.reaches(user, "view"), world.owner[customer], set()
    if "all" in reaches:
        found.add("all")
    if (user, customer) in world.shares:
        found.add("share")
    if owner is None:
        return found
    if owner == user:
        return {*found, "owner"}
    if "subordinates" in reaches and user in world.superiors(owner):
        found.add("superior")
    sits_in = {world.home[owner], *world.further[owner]}
    mine = {world.home[user], *world.further[user], *(d for d, head in enumerate(world.heads) if head == user)}
    if reaches & {"department", "below"} and mine & sits_in:
        found.add("department")
    elif "below" in reaches and any(mine & set(world.departments_above(place)) for place in sits_in):
        found.add("below")
    return found


@pytest.fixture
def stage(nobody: None) -> Stage:
    return build_stage()


def test_five_thousand_users(staff: Staff, browse: Browse) -> None:
    """The answer about a company of five thousand in 250 departments takes less than two seconds of computing and few queries."""
    departments = [make_department(f"第{n}组", parent=staff.south) for n in range(250)]
    roles = list(Role.objects.filter(key__in=("sales", "manager", "service", "limited")))
    assert len(departments) == Department.objects.filter(parent=staff.south).count()
    with writer():
        users = User.objects.bulk_create(
            User(
                username=f"u{n}", name=f"员工{n}", department=departments[n % 250], created_at=staff.ann.created_at,
                changed_at=staff.ann.created_at, manager=staff.ben,
            )
            for n in range(5000)
        )  # fmt: skip
        User.roles.through._base_manager.bulk_create(
            User.roles.through(user_id=user.pk, role_id=roles[n % 4].pk) for n, user in enumerate(users)
        )
    customer, client = make_customer(staff.ann), browse(staff.boss)
    versioned.forget()
    url = f"/customers/{customer.pk}/access"
    assert client.get(url).status_code == 200
    start = time.process_time()
    with CaptureQueriesContext(connection) as caught:
        page = client.get(f"{url}?start=50")
    took = time.process_time() - start
    assert took < 2, took
    assert len(caught) < 12
    # All of customer service, and those of the small company.
    assert "1,253" in page.content.decode() or "1253" in page.content.decode()


def test_what_a_user_may_do(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    page = boss.get(f"/users/{staff.ben.pk}/abilities").content.decode()
    for words in (
        "贲志强",
        "部门经理",
        "华南销售部",
        "本部门及下级",
        "自己的、1 位同事的",
        "删除跟进记录",
        "没有给的",
        "业务",
    ):
        assert words in page, words
    assert "What may" not in page
    finance = Role.objects.get(key="finance")
    entity_of(User).change(staff.ben, by=SETUP, roles=[*staff.ben.roles.all(), finance])
    both = boss.get(f"/users/{staff.ben.pk}/abilities?entity=customers.customer").content.decode()
    # The wider right names the role that gives it.
    assert re.search(r"<td>全部<span class=\"hint\">财务</span></td>", both)
    assert re.search(r"<td>本部门及下级<span class=\"hint\">部门经理</span></td>", both)
    one = boss.get(f"/users/{staff.ben.pk}/abilities?role={finance.pk}").content.decode()
    assert "本部门及下级" not in one


def test_field_rights_name_their_role(staff: Staff, browse: Browse) -> None:
    make_user(username="mary", name="马丽", department=staff.south, roles=["marketing"])
    mary = User.objects.get(username="mary")
    page = browse(staff.boss).get(f"/users/{mary.pk}/abilities?entity=customers.contact").content.decode()
    assert re.search(r"<b>邮箱</b> 打码显示", page), re.findall(r"<b>[^<]*</b>[^<]*", page)
    assert "有限制的字段" in page


def test_own_rights_are_for_everybody_those_of_others_are_not(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    assert ann.get("/account/rights").headers["Location"] == f"/users/{staff.ann.pk}/abilities"
    assert ann.get(f"/users/{staff.ann.pk}/abilities").status_code == 200
    assert ann.get(f"/users/{staff.ben.pk}/abilities").status_code == 404
    assert ann.get("/settings/rights/").status_code == 404
    # A manager asks about his own people only.
    ben = browse(staff.ben)
    assert ben.get(f"/users/{staff.ann.pk}/abilities").status_code == 200
    assert ben.get(f"/users/{staff.cat.pk}/abilities").status_code == 404
    assert ben.get(f"/users/{staff.boss.pk}/abilities").status_code == 404


def test_who_may_by_kind_of_record_grant_and_role(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)

    def shown(query: str) -> set[int]:
        page = boss.get(f"/settings/rights/?{query}").content.decode()
        return {int(pk) for pk in re.findall(r'href="/users/(\d+)/abilities"', page)}

    everybody = {staff.ann.pk, staff.ben.pk, staff.cat.pk, staff.boss.pk}
    assert shown("entity=customers.customer") == everybody
    assert shown("entity=customers.customer&action=transfer") == {staff.ben.pk, staff.boss.pk}
    assert shown("entity=customers.customer&action=purge") == {staff.boss.pk}
    assert shown("grant=delete_follow_ups") == {staff.ben.pk, staff.boss.pk}
    assert shown(f"entity=customers.customer&department={staff.east.pk}") == {staff.cat.pk}
    sales = Role.objects.get(key="sales")
    assert shown(f"by=role&role={sales.pk}") == {staff.ann.pk, staff.cat.pk}
    assert "本人" in boss.get(f"/settings/rights/?by=role&role={sales.pk}").content.decode()
    # A manager learns of his own people only.
    page = browse(staff.ben).get("/settings/rights/?entity=customers.customer").content.decode()
    assert set(re.findall(r'href="/users/(\d+)/abilities"', page)) == {str(staff.ann.pk), str(staff.ben.pk)}
