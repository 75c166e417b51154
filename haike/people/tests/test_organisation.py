"""Departments and users: the tree, moving, joining, closing, whom one manages."""

import re

import pytest
from captcha.models import CaptchaStore
from django.test import Client

from haike.kernel.log import Change
from haike.kernel.option import choose
from haike.people.grants import organisation
from haike.people.invitation.record import Invitation
from haike.people.models import Department, Role, User
from haike.people.signin.options import REGISTRATION
from haike.people.testing import PASSWORD, make_department
from haike.people.user import actions
from haike.people.user.actions import SETUP
from haike.refused import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P7")]
DRAG = {"HX-Request": "true", "X-Drag": "1"}


def paths():
    return dict(Department.objects.values_list("name", "path"))


# -- departments -------------------------------------------------------------------------------------------------------


def test_the_tree_shows_departments_heads_and_people(staff, browse):
    Department._haike_entity.change(staff.south, by=SETUP, manager=staff.ben)
    page = browse(staff.ann).get("/departments/").content.decode()
    assert page.index("海客科技") < page.index("华南销售部") < page.index("贲志强")
    assert "draggable" not in page
    assert "draggable" in browse(staff.boss).get("/departments/").content.decode()
    chart = browse(staff.ann).get("/departments/chart").content.decode()
    assert chart.count('class="org-box"') == 3


def test_what_is_below_moves_along(staff, browse):
    sub = make_department("深圳组", parent=staff.south)
    low = make_department("南山小组", parent=sub)
    answer = browse(staff.boss).post(f"/departments/{sub.pk}/move", {"parent": staff.east.pk}, headers=DRAG)
    assert answer.status_code == 204
    top = f"/{staff.company.pk}/{staff.east.pk}/"
    assert paths()["深圳组"] == f"{top}{sub.pk}/"
    assert paths()["南山小组"] == f"{top}{sub.pk}/{low.pk}/"
    assert Change.objects.get(entity="people.department", record_id=sub.pk, action="change").diff["parent"]


def test_to_the_top_by_the_form(staff, browse):
    client = browse(staff.boss)
    assert client.get(f"/departments/{staff.south.pk}/move").status_code == 200
    assert client.post(f"/departments/{staff.south.pk}/move", {"parent": ""}).status_code == 302
    assert paths()["华南销售部"] == f"/{staff.south.pk}/"


def test_a_department_is_never_below_itself(staff, browse):
    sub = make_department("深圳组", parent=staff.south)
    before = paths()
    answer = browse(staff.boss).post(f"/departments/{staff.company.pk}/move", {"parent": sub.pk})
    assert "不能放到自己" in answer.content.decode()
    browse(staff.boss).post(f"/departments/{staff.company.pk}/edit", {"name": "海客科技", "parent": staff.company.pk})
    assert paths() == before


@pytest.mark.parametrize("who", ["ann", "ben", "cat"])
def test_only_who_manages_departments_moves_them(staff, browse, who):
    answer = browse(getattr(staff, who)).post(f"/departments/{staff.south.pk}/move", {"parent": ""})
    assert answer.status_code == 404
    assert paths()["华南销售部"] == staff.south.path


def test_rights_follow_a_moved_department(staff):
    assert staff.cat.pk not in staff.ben.grants.owner_ids("customers.customer", "view")
    Department._haike_entity.change(staff.east, by=SETUP, parent=staff.south)
    assert staff.cat.pk in staff.ben.grants.owner_ids("customers.customer", "view")


def test_same_names_at_one_place_are_refused(staff):
    with pytest.raises(Refused, match="同名"):
        make_department("华南销售部", parent=staff.company)
    make_department("华南销售部", parent=staff.east)


def test_a_department_with_people_or_departments_stays(staff, browse):
    for department in (staff.south, staff.company):
        assert browse(staff.boss).post(f"/departments/{department.pk}/delete").status_code == 422
    assert Department.objects.live().count() == 3
    empty = make_department("空部门")
    assert browse(staff.boss).post(f"/departments/{empty.pk}/delete").status_code == 302


# -- whom one manages --------------------------------------------------------------------------------------------------


def test_everybody_finds_everybody(staff, browse):
    page = browse(staff.ann).get("/users/").content.decode()
    assert all(name in page for name in ("安然", "贲志强", "蔡晓", "白石"))


@pytest.mark.parametrize("act", ["edit", "password", "lock", "hand-over", "field/name"])
def test_a_manager_manages_his_group_only(staff, browse, act):
    assert browse(staff.ben).get(f"/users/{staff.ann.pk}/{act}").status_code == 200
    for who, whom in ((staff.ann, staff.ben), (staff.ann, staff.cat), (staff.ben, staff.cat), (staff.ben, staff.boss)):
        assert browse(who).get(f"/users/{whom.pk}/{act}").status_code in (404, 422)


def test_a_stranger_cannot_set_a_password(staff, browse):
    browse(staff.ben).post(f"/users/{staff.cat.pk}/password", {"password": "taken-over-1", "again": "taken-over-1"})
    assert User.objects.get(pk=staff.cat.pk).check_password(PASSWORD)


def test_ones_own_password_takes_the_present_one(staff, browse):
    answer = browse(staff.boss).post(
        f"/users/{staff.boss.pk}/password", {"password": "new-one-77", "again": "new-one-77"}
    )
    assert answer["Location"] == "/account/password"
    assert User.objects.get(pk=staff.boss.pk).check_password(PASSWORD)


def test_a_manager_cannot_act_on_somebody_mightier_in_his_department(staff):
    User._haike_entity.change(staff.boss, by=SETUP, department=staff.south)
    with pytest.raises(Refused, match="没有的权限"):
        actions.set_password(staff.boss, password="taken-over-1", by=staff.ben)
    assert User.objects.get(pk=staff.boss.pk).check_password(PASSWORD)


def test_a_manager_puts_new_staff_into_his_own_group(staff, browse):
    sales = Role.objects.get(key="sales")
    fields = {"name": "新人", "username": "newbie", "roles": [sales.pk]}
    answer = browse(staff.ben).post("/users/new", {**fields, "department": staff.east.pk})
    assert "自己团队" in answer.content.decode()
    assert not User.objects.filter(username="newbie").exists()
    assert browse(staff.ben).post("/users/new", {**fields, "department": staff.south.pk}).status_code == 302
    made = User.objects.get(username="newbie")
    assert (made.owner_id, made.department_id, made.has_usable_password()) == (made.pk, staff.south.pk, False)
    with pytest.raises(Refused, match="自己团队"):
        User._haike_entity.change(made, by=staff.ben, department=staff.east)


def test_a_seller_makes_no_users(staff, browse):
    browse(staff.ann).post("/users/new", {"name": "新人", "username": "newbie", "department": staff.south.pk})
    assert not User.objects.filter(username="newbie").exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("username", "ben", "贲志强"),
        ("username", "13800000002", "贲志强"),
        ("username", "安 然", "字母"),
        ("phone", "13800000002", "贲志强"),
        ("email", "BEN@example.com", "贲志强"),
    ],
)
def test_what_one_signs_in_with_is_nobody_elses(staff, field, value, said):
    with pytest.raises(Refused, match=said):
        User._haike_entity.change(staff.ann, by=staff.boss, **{field: value})


def test_nobody_reports_to_himself(staff):
    for manager in (staff.ann, staff.ben):
        with pytest.raises(Refused, match="直属上级"):
            User._haike_entity.change(staff.ben, by=staff.boss, manager=manager)


# -- closing, reopening, deleting --------------------------------------------------------------------------------------


def test_closing_and_reopening(staff, browse):
    client = browse(staff.ben)
    assert client.post(f"/users/{staff.ann.pk}/lock").status_code == 302
    ann = User.objects.get(pk=staff.ann.pk)
    assert not ann.is_active
    assert ann.closed_at
    assert "安然" in client.get("/users/?tab=closed").content.decode()
    assert client.post(f"/users/{staff.ann.pk}/reopen").status_code == 302
    ann.refresh_from_db()
    assert ann.is_active
    assert ann.closed_at is None
    rows = Change.objects.filter(entity="people.user", record_id=ann.pk, action="change")
    assert [row.diff["is_active"] for row in rows.order_by("id")] == [[True, False], [False, True]]


def test_nobody_closes_himself(staff, browse):
    answer = browse(staff.ben).post(f"/users/{staff.ben.pk}/lock")
    assert "不能停用" in answer.content.decode()
    assert User.objects.get(pk=staff.ben.pk).is_active


def test_a_user_with_staff_is_not_deleted(staff, browse):
    assert browse(staff.boss).post(f"/users/{staff.ben.pk}/delete").status_code == 422
    assert browse(staff.boss).post(f"/users/{staff.ann.pk}/delete").status_code == 302
    assert not staff.ann.grants.may("customers.customer", "view")
    assert browse(staff.boss).post(f"/users/{staff.ann.pk}/restore").status_code == 302
    assert User.objects.live().filter(pk=staff.ann.pk).exists()


# -- joining -----------------------------------------------------------------------------------------------------------


def invite(client, staff, **more):
    sales = Role.objects.get(key="sales")
    fields = {"department": staff.south.pk, "manager": staff.ben.pk, "roles": [sales.pk], "uses": 1, "days": 7, **more}
    return client.post("/invitations/new", fields)


def link_on(page):
    return re.search(r'data-copy="http://testserver(/join/[^"]+)"', page.content.decode()).group(1)


NEWCOMER = {
    "name": "杜鹃",
    "username": "dujuan",
    "phone": "",
    "email": "",
    "password": "spring-rain-7",
    "again": "spring-rain-7",
}


def test_joining_by_an_invitation(staff, browse):
    client = browse(staff.ben)
    assert invite(client, staff).status_code == 302
    link, visitor = link_on(client.get("/invitations/")), Client()
    assert "贲志强" in visitor.get(link).content.decode()
    assert visitor.post(link, NEWCOMER).status_code == 302
    made = User.objects.get(username="dujuan")
    assert (made.department_id, made.manager_id, [role.key for role in made.roles.all()]) == (
        staff.south.pk,
        staff.ben.pk,
        ["sales"],
    )
    assert visitor.get("/account/").status_code == 200
    # The only place is taken.
    assert Client().get(link)["Location"] == "/signin"
    assert Client().post(link, {**NEWCOMER, "username": "another"}).status_code == 302
    assert not User.objects.filter(username="another").exists()


def test_an_invitation_ends_by_time_withdrawal_and_forgery(staff, browse):
    client = browse(staff.ben)
    invite(client, staff)
    link, made = link_on(client.get("/invitations/")), Invitation.objects.get()
    assert Client().get(link[:-3] + "abc").status_code == 302
    Invitation.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert Client().get(link).status_code == 302
    Invitation.objects.update(expires_at="2999-01-01T00:00:00Z")
    assert Client().get(link).status_code == 200
    assert browse(staff.cat).post(f"/invitations/{made.pk}/withdraw").status_code == 404
    assert client.post(f"/invitations/{made.pk}/withdraw").status_code == 302
    assert Client().get(link).status_code == 302


def test_an_invitation_gives_no_more_than_the_inviter_has(staff, browse):
    boss = Role.objects.get(key="boss")
    assert invite(browse(staff.ben), staff, roles=[boss.pk]).status_code == 422
    assert invite(browse(staff.ben), staff, department=staff.east.pk, manager="").status_code == 422
    assert invite(browse(staff.ann), staff).status_code == 404
    assert not Invitation.objects.exists()


def test_registering_waits_for_approval(staff, browse, sign_in):
    assert Client().get("/register").status_code == 404
    choose(REGISTRATION, True)
    visitor = Client()
    page = visitor.get("/register").content.decode()
    key = re.search(r'name="captcha_key" value="(\w+)"', page).group(1)
    assert visitor.post("/register", {**NEWCOMER, "captcha_key": key, "captcha": "????"}).status_code == 422
    key = re.search(r'name="captcha_key" value="(\w+)"', visitor.get("/register").content.decode()).group(1)
    solved = {"captcha_key": key, "captcha": CaptchaStore.objects.get(hashkey=key).response}
    assert visitor.post("/register", {**NEWCOMER, **solved}).status_code == 302
    assert "等待审核" in sign_in(visitor, "dujuan", NEWCOMER["password"]).content.decode()
    waiting = User.objects.get(username="dujuan")
    assert "杜鹃" in browse(staff.boss).get("/users/?tab=waiting").content.decode()
    sales = Role.objects.get(key="sales")
    fields = {"department": staff.south.pk, "manager": staff.ben.pk, "roles": [sales.pk]}
    assert browse(staff.ben).post(f"/users/{waiting.pk}/approve", fields).status_code == 404
    assert browse(staff.boss).post(f"/users/{waiting.pk}/approve", fields).status_code == 302
    assert sign_in(visitor, "dujuan", NEWCOMER["password"]).status_code == 302


def test_the_picture_of_the_tree(staff, browse):
    make_department("深圳组", parent=staff.south, manager=staff.ann)
    page = browse(staff.cat).get("/departments/chart").content.decode()
    page = page[page.index('class="org"') :]
    places = [page.index(name) for name in ("海客科技", "华南销售部", "深圳组", "安然")]
    assert places == sorted(places)
    between = page[places[1] : places[2]]
    assert between.count("<ul") - between.count("</ul>") == 1, "below the department to which it belongs"


def test_position_and_further_departments_are_shown_and_count(staff, browse):
    position = next(iter(User._haike_entity.looks["position"].options(new=True)))
    user = User._haike_entity.change(staff.ann, by=staff.boss, position=position, departments=[staff.east])
    page = browse(staff.boss).get(f"/users/{user.pk}/").content.decode()
    assert User._haike_entity.looks["position"].text(position) in page
    assert "华东销售部" in page
    assert staff.east.pk in organisation().departments_of[staff.ann.pk]
    answer = browse(staff.boss).get("/users/", {"q": "安然"}).context["list"]
    assert "position" in [column.name for column in answer.columns]
