"""Projects: who sees them, their phases, parties, people, schedule, money and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from haike.customers.models import Contact, Customer
from haike.customers.testing import make_customer
from haike.dedupe.merge.act import merge
from haike.find.share import Share
from haike.handover.holding import holdings
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.period import today
from haike.money.testing import make_contract, make_payment
from haike.people.models import User
from haike.people.proof.oracle import Oracle
from haike.people.proof.walk import Sample, Walk, surfaces
from haike.people.testing import Staff
from haike.project.models import Expense, Link, Milestone, Party, PhaseMove, Project, Stakeholder
from haike.project.testing import make_party, make_project
from haike.refused import Refused
from haike.sales.models import Quote
from haike.sales.testing import make_opportunity, make_order

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("J1")]


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def test_the_owner_the_team_and_the_boss_see_it(staff: Staff, browse: Browse) -> None:
    project = make_project(staff.ann)
    party = make_party(staff.ann, project, make_customer(staff.ann))
    ann, ben, cat, boss = (browse(user) for user in (staff.ann, staff.ben, staff.cat, staff.boss))
    base = f"/projects/{project.pk}/"

    def seen(client: Client) -> list[int]:
        paths = (
            base,
            f"{base}edit",
            f"{base}panel/tree",
            f"/project-parties/{party.pk}/",
            f"/api/v1/projects/{project.pk}",
        )
        return [client.get(path).status_code for path in paths]

    assert seen(ann) == seen(boss) == [200] * 5
    # Her manager leads her department and sees her customers, but not her projects.
    assert seen(ben) == seen(cat) == [404] * 5
    for client in (ben, cat):
        for path in (
            "/projects/",
            "/projects/board",
            "/projects/pick?q=松山湖",
            "/palette?q=松山湖",
            "/project-parties/",
        ):
            assert "松山湖研发" not in client.get(path).content.decode(), path
    entity_of(Project).change(project, by=staff.ann, team=[staff.cat])
    assert seen(cat) == [200] * 5
    assert seen(ben) == [404] * 5
    assert base in cat.get("/projects/").content.decode()
    assert cat.post(
        f"{base}field/remark", {"remark": "甲方周五开会", "version": fresh(project).version}
    ).status_code in (200, 302)
    assert fresh(project).remark == "甲方周五开会"
    entity_of(Project).change(fresh(project), by=staff.ann, team=[])
    assert seen(cat) == [404] * 5
    assert not Share.objects.filter(entity="project.project").exists()


@pytest.mark.feature("P9", "X5")
def test_every_surface_says_what_the_oracle_says(staff: Staff) -> None:
    """A member of the team and the owner's manager, who is in none, walk over every surface."""
    project = make_project(staff.ann, team=[staff.cat])
    party = make_party(staff.ann, project, make_customer(staff.ann))
    sample = Sample({entity_of(row).label: {row.pk: row} for row in (project, party)}, whole=True)
    for user, sees in ((staff.ben, False), (staff.cat, True)):
        walk = Walk(User.objects.get(pk=user.pk), Oracle(), sample)
        assert walk.may(entity_of(Project), project) is walk.may(entity_of(Party), party) is sees
        with translation.override("zh-hans"):
            for surface in surfaces():
                for model in (Project, Party):
                    surface.look(walk, entity_of(model))
        assert walk.findings == []


def test_nobody_shares_a_project_past_its_team(staff: Staff, browse: Browse) -> None:
    project = make_project(staff.ann)
    answer = browse(staff.ann).post(f"/projects/{project.pk}/share", {"owner": staff.cat.pk})
    assert answer.status_code in (404, 422)
    assert not Share.objects.exists()


def test_a_team_is_typed_with_a_new_project(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    made = ann.post(
        "/projects/new",
        {"name": "地铁 13 号线通风", "team": [staff.ben.pk, staff.cat.pk], "state": "setup", "expected": "0"},
    )
    assert made.status_code == 302
    project = Project.objects.get()
    assert {share.user_id for share in Share.objects.all()} == {staff.ben.pk, staff.cat.pk}
    assert browse(staff.ben).get(f"/projects/{project.pk}/").status_code == 200
    # Who hands it on and is not in the team sees it no more.
    entity_of(Project).change(project, by=staff.boss, owner=staff.cat)
    assert ann.get(f"/projects/{project.pk}/").status_code == 404


def test_phases_keep_their_history(staff: Staff, browse: Browse) -> None:
    project = make_project(staff.ann)
    ann, base = browse(staff.ann), f"/projects/{project.pk}/"
    page = ann.get(base).content.decode()
    assert f"{base}stage/tracking" in page
    assert ann.post(f"{base}stage/tracking", {"phase_note": "已拜访业主"}).status_code == 302
    assert fresh(project).state == "tracking"
    refused = ann.post(f"{base}stage/end", {"phase_note": "", "outcome": ""})
    assert refused.status_code == 422
    assert "请填写项目的结果" in refused.content.decode()
    assert fresh(project).state == "tracking"
    assert ann.post(f"{base}stage/end", {"phase_note": "验收", "outcome": "accepted"}).status_code == 302
    assert ann.post(f"{base}stage/execution", {"phase_note": "整改"}).status_code == 302
    moves = PhaseMove.objects.filter(project=project).order_by("id")
    assert [(move.before, move.after, move.note, move.by_id) for move in moves] == [
        ("", "setup", "", staff.ann.pk), ("setup", "tracking", "已拜访业主", staff.ann.pk),
        ("tracking", "end", "验收", staff.ann.pk), ("end", "execution", "整改", staff.ann.pk),
    ]  # fmt: skip
    assert (fresh(project).outcome, fresh(project).phase_since) == (None, moves.last().at)
    assert "整改" in ann.get(f"{base}panel/phases").content.decode()
    assert browse(staff.ben).post(f"{base}stage/end", {"outcome": "lost"}).status_code == 404


def test_the_board_asks_for_the_outcome(staff: Staff, browse: Browse) -> None:
    project = make_project(staff.ann, expected=Decimal(3000))
    ann = browse(staff.ann)
    board = ann.get("/projects/board").content.decode()
    assert f"card-{project.pk}" in board
    assert "3,000.00" in board
    json = {"Accept": "application/json"}
    moved = ann.post("/projects/board/move", {"id": project.pk, "lane": "signing"}, headers=json)
    assert moved.status_code == 200
    assert fresh(project).state == "signing"
    refused = ann.post("/projects/board/move", {"id": project.pk, "lane": "end"}, headers=json)
    assert refused.status_code == 422
    assert f"/projects/{project.pk}/stage/end" in refused.content.decode()


def test_parties_are_customers_in_roles_and_move_with_a_merge(staff: Staff, browse: Browse) -> None:
    one, two = make_customer(staff.ann, "松山湖置业有限公司"), make_customer(staff.ann, "松山湖置业公司")
    contact = entity_of(Contact).create(by=staff.ann, customer=two, name="高工")
    project = make_project(staff.ann)
    ann = browse(staff.ann)
    data = {"project": project.pk, "kind": "owner", "customer": two.pk, "contact": contact.pk, "remark": "基建处"}
    assert ann.post("/project-parties/new", data).status_code == 302
    assert "已经以这个角色" in ann.post("/project-parties/new", data).content.decode()
    stranger = ann.post("/project-parties/new", {**data, "kind": "designer", "customer": one.pk})
    assert stranger.status_code == 422
    assert "属于另一个客户" in stranger.content.decode()
    assert "松山湖置业公司" in ann.get(f"/projects/{project.pk}/").content.decode()
    merge(entity_of(Customer), one, [two], by=staff.ann)
    party = Party.objects.get()
    assert party.customer_id == one.pk
    tab = ann.get(f"/customers/{one.pk}/panel/project-parties-customer").content.decode()
    assert f"/project-parties/{party.pk}/" in tab


def test_what_belongs_to_a_project_and_its_money(staff: Staff, browse: Browse) -> None:
    customer, project = make_customer(staff.ann), make_project(staff.ann, expected=Decimal(90000), team=[staff.cat])
    contract = make_contract(staff.ann, customer, "10000")
    draft = make_order(staff.ann, customer)
    ann, base = browse(staff.ann), f"/projects/{project.pk}/"
    assert ann.post(f"{base}link/contract", {"record": contract.pk}).status_code == 302
    assert ann.post(f"{base}link/order", {"record": draft.pk}).status_code == 302
    twice = ann.post(f"{base}link/contract", {"record": contract.pk})
    assert "已经在这个项目里" in twice.content.decode()
    other = make_project(staff.ann, "第二个项目")
    refused = ann.post(f"/projects/of/contract/{contract.pk}", {"project": other.pk})
    assert "已经属于别的项目" in refused.content.decode()
    make_payment(staff.ann, "4000", contract=contract)
    spent = {"project": project.pk, "what": "高铁票", "kind": "travel", "amount": "553.50", "on": today().isoformat()}
    assert ann.post("/project-expenses/new", spent).status_code == 302
    assert Expense.objects.get().spent_by == staff.ann
    page = ann.get(base).content.decode()
    for amount in ("90,000.00", "10,000.00", "4,000.00", "553.50"):
        assert amount in page, amount
    assert contract.number in ann.get(f"{base}panel/linked").content.decode()
    assert base in ann.get(f"/contracts/{contract.pk}/").content.decode()
    # A member of the team sees of that what is his to see anyway.
    cat = browse(staff.cat)
    assert contract.number not in cat.get(f"{base}panel/linked").content.decode()
    assert "10,000.00" not in cat.get(base).content.decode()
    assert cat.post(f"{base}unlink/contract/{contract.pk}").status_code == 404
    assert cat.post(f"{base}link/contract", {"record": contract.pk}).status_code == 422
    assert Change.objects.filter(entity="project.project", action="link", record_id=project.pk).count() == 2
    assert ann.post(f"{base}unlink/contract/{contract.pk}").status_code == 302
    assert not Link.objects.filter(contract=contract).exists()
    assert ann.get(f"/contracts/{contract.pk}/").status_code == 200


def test_what_is_made_from_an_opportunity_follows_it(staff: Staff, browse: Browse) -> None:
    customer, project = make_customer(staff.ann), make_project(staff.ann)
    chance = make_opportunity(staff.ann, customer)
    browse(staff.ann).post(f"/projects/of/opportunity/{chance.pk}", {"project": project.pk})
    quote = entity_of(Quote).create(by=staff.ann, customer=customer, subject="报价", opportunity=chance)
    order = make_order(staff.ann, customer, opportunity=chance)
    make_order(staff.ann, customer)
    links = Link.objects.filter(project=project)
    assert {link.quote_id for link in links} == {None, quote.pk}
    assert {link.order_id for link in links} == {None, order.pk}
    assert links.count() == 3


def test_the_schedule_marks_what_is_late(staff: Staff, browse: Browse) -> None:
    project = make_project(staff.ann)
    make = entity_of(Milestone).create
    late = make(by=staff.ann, project=project, name="图纸会审", planned_on=today() - timedelta(days=3))
    make(by=staff.ann, project=project, name="设备进场", planned_on=today() + timedelta(days=9))
    ann = browse(staff.ann)
    assert "逾期 3 天" in ann.get(f"/projects/{project.pk}/").content.decode()
    assert "逾期 3 天" in ann.get(f"/projects/{project.pk}/panel/milestones-project").content.decode()
    overdue = ann.get("/milestones/?tab=overdue").content.decode()
    assert "图纸会审" in overdue
    assert "设备进场" not in overdue

    def behind() -> list[int]:
        return [row.id for row in ann.get("/projects/?tab=late").context["list"].rows]

    assert behind() == [project.pk]
    assert ann.post(f"/milestones/{late.pk}/reach").status_code == 302
    assert fresh(late).reached_on == today()
    assert ann.post(f"/milestones/{late.pk}/reach").status_code == 422
    assert behind() == []


def test_the_decision_tree_has_no_circle(staff: Staff, browse: Browse) -> None:
    customer, project = make_customer(staff.ann), make_project(staff.ann)
    people = [
        entity_of(Contact).create(by=staff.ann, customer=customer, name=name) for name in ("赵总", "钱工", "孙工")
    ]
    make, change = entity_of(Stakeholder).create, entity_of(Stakeholder).change
    top = make(by=staff.ann, project=project, contact=people[0], role="decider", attitude="neutral", influence="high")
    middle = make(by=staff.ann, project=project, contact=people[1], superior=top, attitude="supports")
    low = make(by=staff.ann, project=project, contact=people[2], superior=middle)
    tree = browse(staff.ann).get(f"/projects/{project.pk}/panel/tree").content.decode()
    assert tree.index("赵总") < tree.index("钱工") < tree.index("孙工")
    assert "决策者" in tree
    for superior in (low, top):
        with pytest.raises(Refused) as no:
            change(fresh(top), by=staff.ann, superior=superior)
        assert set(no.value.fields) == {"superior"}
    other = make_project(staff.ann, "别处")
    with pytest.raises(Refused):
        make(by=staff.ann, project=other, contact=people[2], superior=top)
    assert fresh(top).superior is None


def test_a_place_in_the_team_is_handed_on_when_somebody_leaves(staff: Staff) -> None:
    make_project(staff.ann, team=[staff.cat])
    assert holdings()["project.Project.team"].count(staff.cat) == 1
    assert holdings()["project.project"].count(staff.ann) == 1


def test_it_goes_by_the_api(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    made = ann.post(
        "/api/v1/projects/",
        {"name": "数据中心", "team": [staff.cat.pk], "expected": "1000"},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert browse(staff.cat).get(f"/api/v1/projects/{key}").json()["state"] == "setup"
    assert browse(staff.ben).get(f"/api/v1/projects/{key}").status_code == 404
    bad = ann.patch(f"/api/v1/projects/{key}", {"state": "end"}, content_type="application/json")
    assert bad.status_code == 422
    assert "outcome" in bad.json()["fields"]
