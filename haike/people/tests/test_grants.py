"""How roles become rights: reach, fields, special grants, and what a superior may lend."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haike.kernel import versioned
from haike.people.authority import covers
from haike.people.grants import grants_of
from haike.people.models import Department, Role, User
from haike.people.role import matrix
from haike.people.shipped_roles import SHIPPED_ROLES
from haike.people.testing import make_department
from haike.people.user import actions
from haike.people.user.actions import SETUP, make_user
from haike.refused import Refused

pytestmark = pytest.mark.django_db
LABEL = "customers.customer"


def role(name: str, *, rights=None, fields=None, grants=()) -> Role:
    return Role._haike_entity.create(
        by=SETUP, name=name, key=name, rights=rights or {}, field_rights=fields or {}, grants=list(grants)
    )


def person(name: str, *roles: str, **more) -> User:
    return make_user(username=name, name=name, roles=roles, **more)


@pytest.mark.feature("P8")
def test_fourteen_roles_are_shipped(staff):
    assert list(Role.objects.values_list("key", flat=True)) == [shipped.key for shipped in SHIPPED_ROLES]
    assert len(SHIPPED_ROLES) == 14


@pytest.mark.feature("P8")
def test_system_maintenance_sees_no_business_data(staff):
    grants = person("keeper", "maintenance").grants
    assert not grants.may(LABEL, "view")
    assert grants.may_do("backup")
    assert not grants.may_do("settings")


@pytest.mark.feature("P8")
def test_limited_is_read_only(staff):
    grants = person("guest", "limited").grants
    assert grants.may(LABEL, "view")
    assert not any(grants.may(LABEL, action) for action in ("create", "edit", "delete", "export", "import"))


@pytest.mark.feature("P8")
def test_customer_service_sees_all_customers(staff):
    grants = person("desk", "service").grants
    assert grants.owner_ids(LABEL, "view") is None
    assert not grants.may(LABEL, "delete")


@pytest.mark.feature("P9")
def test_reach(staff):
    sub = make_department("深圳组", parent=staff.south)
    dan = person("dan", "sales", department=sub, manager=staff.cat)
    for key in ("own", "subordinates", "department", "below", "all"):
        role(key, rights={"*": {"view": key}})

    def owners(reach, **place):
        return grants_of(person(f"{reach}er", reach, **place).pk).owner_ids(LABEL, "view")

    me = User.objects.order_by("-pk").first().pk
    assert owners("own") == (me + 1,)
    assert owners("department", department=staff.south) == (staff.ben.pk, staff.ann.pk, me + 2)
    assert owners("below", department=staff.south) == (staff.ben.pk, staff.ann.pk, dan.pk, me + 2, me + 3)
    assert owners("all") is None
    boss = person("lead", "subordinates")
    User._haike_entity.change(staff.cat, by=SETUP, manager=boss)
    assert boss.grants.owner_ids(LABEL, "view") == (staff.cat.pk, dan.pk, boss.pk)


@pytest.mark.feature("P9")
def test_further_departments_and_headed_ones_count(staff):
    role("department", rights={"*": {"view": "department"}})
    both = person("both", "department", department=staff.south, departments=[staff.east])
    assert set(both.grants.owner_ids(LABEL, "view")) == {staff.ben.pk, staff.ann.pk, staff.cat.pk, both.pk}
    head = person("head", "department")
    Department._haike_entity.change(staff.east, by=SETUP, manager=head)
    assert set(head.grants.owner_ids(LABEL, "view")) == {staff.cat.pk, both.pk, head.pk}


@pytest.mark.feature("P9")
def test_the_nearest_entry_decides_action_by_action(staff):
    own = {LABEL: {"edit": "none", "delete": "own"}, "customers.*": {"view": "department"}}
    role("mixed", rights={"*": {"view": "all", "edit": "own"}, **own})
    grants = person("mixed", "mixed").grants
    assert [grants.reaches(LABEL, action) for action in ("view", "edit", "delete")] == [{"department"}, set(), {"own"}]
    assert grants.owner_ids("sales.contract", "view") is None
    assert not grants.may("people.user", "view")


@pytest.mark.feature("P8")
def test_several_roles_add_up(staff):
    role("a", rights={"*": {"view": "own"}}, grants=["export"])
    role("b", rights={"*": {"view": "department", "edit": "own"}}, grants=["log"])
    grants = person("ab", "a", "b", department=staff.south).grants
    assert staff.ann.pk in grants.owner_ids(LABEL, "view")
    assert grants.may(LABEL, "edit")
    assert grants.may_do("export")
    assert grants.may_do("log")
    assert not grants.may_do("settings")


@pytest.mark.feature("P10")
def test_the_widest_right_on_a_field_holds_but_only_of_roles_that_know_the_entity(staff):
    role("masked", rights={"*": {"view": "own"}}, fields={LABEL: {"phone": "masked", "amount": "hidden"}})
    role("reader", rights={"*": {"view": "own"}}, fields={LABEL: {"phone": "read", "amount": "hidden"}})
    role("foreign", rights={"stock.*": {"view": "all"}})
    assert person("one", "masked", "foreign").grants.field_right(LABEL, "phone") == "masked"
    grants = person("two", "masked", "reader").grants
    assert [grants.field_right(LABEL, name) for name in ("phone", "amount", "name")] == ["read", "hidden", "edit"]
    assert person("none").grants.field_right(LABEL, "phone") == "hidden"


@pytest.mark.feature("P7")
def test_a_closed_user_has_no_rights_but_stays_an_owner(staff):
    actions.close_user(staff.ann, by=staff.ben)
    assert not User.objects.get(pk=staff.ann.pk).grants.may(LABEL, "view")
    assert staff.ann.pk in staff.ben.grants.owner_ids(LABEL, "view")


@pytest.mark.feature("P8")
def test_rights_cost_no_query_when_warm(staff):
    versioned.forget()
    staff.ben.grants.owner_ids(LABEL, "view")
    with CaptureQueriesContext(connection) as asked:
        for user in (staff.ann, staff.ben, staff.boss):
            user.grants.owner_ids(LABEL, "edit")
            user.grants.field_right(LABEL, "phone")
            assert user.is_boss == (user is staff.boss)
    assert len(asked) == 0


@pytest.mark.feature("P8")
def test_a_change_of_roles_holds_at_once(staff):
    assert not staff.ann.grants.may(LABEL, "export")
    sales = Role.objects.get(key="sales")
    Role._haike_entity.change(
        sales, by=staff.boss, rights={**sales.rights, "*": {**sales.rights["*"], "export": "own"}}
    )
    assert staff.ann.grants.may(LABEL, "export")


@pytest.mark.feature("P8")
def test_a_superior_grants_up_to_his_own_rights(staff):
    users = User._haike_entity
    manager, boss = Role.objects.get(key="manager"), Role.objects.get(key="boss")
    users.change(staff.ann, by=staff.ben, roles=[manager])
    with pytest.raises(Refused, match="没有的权限"):
        users.change(staff.ben, by=staff.ben, roles=[manager, boss])
    with pytest.raises(Refused, match="没有的权限"):
        users.create(by=staff.ben, username="new", name="新人", department=staff.south, roles=[boss])
    assert not User.objects.filter(username="new").exists()
    assert not staff.ben.is_boss


@pytest.mark.feature("P8")
@pytest.mark.parametrize("shipped", ["sales", "manager_assistant", "manager"])
def test_a_manager_covers_his_staff(staff, shipped):
    assert covers(staff.ben.grants, matrix.facts_of(Role.objects.get(key=shipped)))


@pytest.mark.feature("P8")
def test_a_field_that_one_may_not_see_cannot_be_lent(staff):
    role("blind", rights={"*": {"view": "all"}}, fields={LABEL: {"phone": "hidden"}})
    open_eyes = role("eyes", rights={"*": {"view": "own"}})
    assert not covers(person("blind", "blind").grants, matrix.facts_of(open_eyes))


@pytest.mark.feature("P8")
def test_the_last_boss_stays_boss(staff, browse):
    users, sales = User._haike_entity, Role.objects.get(key="sales")
    with pytest.raises(Refused, match="唯一"):
        users.change(staff.boss, by=staff.boss, roles=[sales])
    boss = Role.objects.get(key="boss")
    with pytest.raises(Refused, match="唯一"):
        Role._haike_entity.change(boss, by=staff.boss, grants=["log"])
    second = person("second", "boss")
    users.change(staff.boss, by=staff.boss, roles=[sales])
    with pytest.raises(Refused, match="不能停用"):
        actions.close_user(second, by=second)
    assert second.is_boss
