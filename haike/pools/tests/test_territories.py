"""Territories: drawn by any condition, what would change hands said before, redrawn as one undoable act, arrivals."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from haike.bulk.undo import undo_batch
from haike.customers.customer.record import Customer
from haike.customers.testing import make_customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.people.user.record import User
from haike.pools.models import Pool, Territory
from haike.pools.territory.draw import draw, parts_of
from haike.pools.testing import make_pool
from haike.pools.tests.test_assignment import make_rule
from haike.refused import Refused
from haike.sales.lead.record import Lead
from haike.segments.models import Member, Segment

Browse = Callable[[User], Client]
CUSTOMERS, TERRITORIES = entity_of(Customer), entity_of(Territory)
pytestmark = [pytest.mark.django_db, pytest.mark.feature("C28")]


def filter_of(entity: Any, *lines: tuple[str, str, Any]) -> dict[str, Any]:
    parts = [{"field": field, "op": op, "value": value} for field, op, value in lines]
    return {"of": entity.label, "filter": {"all": parts}} if parts else {}


def make_territory(name: str, *lines: tuple[str, str, Any], entity: Any = CUSTOMERS, **values: Any) -> Territory:
    made = TERRITORIES.create(
        by=SETUP, name=name, entity=entity.label, conditions=filter_of(entity, *lines), **values
    )  # fmt: skip
    versioned.forget()
    return made


def owner(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk).owner


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_drawn_by_region_postcode_industry_and_list(staff: Staff) -> None:
    south = make_customer(staff.ann, "深圳海蓝", region="440300")
    post = make_customer(staff.ann, "苏州锐诚", postcode="215000")
    trade = make_customer(staff.ann, "北京仁和医院", region="110100", industry="medical")
    listed, free = make_customer(staff.ann, "上海恒源"), make_customer(staff.ann, "无锡正大")
    group = entity_of(Segment).create(by=staff.boss, name="重点", entity=CUSTOMERS.label, manner="static")
    Member.objects.create(segment=group, record_id=listed.pk, by=staff.boss, at=listed.created_at)
    make_territory("行业", ("industry", "one_of", ["medical"]), sellers=[staff.ben], position=1)
    make_territory("华南", ("region", "in", "440000"), sellers=[staff.cat], position=2)
    make_territory("苏州", ("postcode", "starts", "215"), sellers=[staff.cat], position=3)
    make_territory("名单", ("segments", "one_of", [group.pk]), sellers=[staff.ben], position=4)
    make_territory("未划", sellers=[staff.boss], position=0)
    found = draw(CUSTOMERS, staff.boss, parts_of(CUSTOMERS.label)).moves
    assert {key: (new, part.name) for key, (__, new, part) in found.items()} == {
        south.pk: (staff.cat, "华南"), post.pk: (staff.cat, "苏州"),
        trade.pk: (staff.ben, "行业"), listed.pk: (staff.ben, "名单"),
    }  # fmt: skip
    assert free.pk not in found


def test_who_loses_what_is_said_before_it_is_saved(staff: Staff, browse: Browse) -> None:
    mine = make_customer(staff.ann, "深圳海蓝", region="440300")
    territory = make_territory("华南", sellers=[staff.cat])
    client, url = browse(staff.boss), f"/territories/{territory.pk}/conditions"
    sent = {
        "match": "all", "group-0-match": "all", "row-0-group": "0", "row-0-field": "region", "row-0-operator": "in",
        "row-0-value": "440000", "apply": "1",
    }  # fmt: skip
    first = client.post(url, sent)
    assert first.status_code == 422
    assert f"{staff.ann} → {staff.cat}" in text_of(first)
    assert Territory.objects.get(pk=territory.pk).conditions == {}, "nothing is saved yet"
    seen = next(str(value) for key, value in first.context["filter"].state.items() if key == "seen")
    assert client.post(url, {**sent, "seen": seen}).status_code in (204, 302)
    assert Territory.objects.get(pk=territory.pk).conditions
    assert owner(mine) == staff.ann, "saving moves nobody"


def test_the_redrawing_does_what_its_page_says_and_can_be_undone(staff: Staff, browse: Browse) -> None:
    moved = [make_customer(staff.ann, f"深圳{place}", region="440300") for place in range(6)]
    kept = make_customer(staff.cat, "广州珠江", region="440100")
    away = make_customer(staff.ann, "北京仁和", region="110100")
    make_territory("华南", ("region", "in", "440000"), sellers=[staff.cat, staff.ben])
    before = draw(CUSTOMERS, staff.boss, parts_of(CUSTOMERS.label)).moves
    client, url = browse(staff.boss), f"/territories/redraw?entity={CUSTOMERS.label}"
    page = text_of(client.get(url))
    assert all(str(each) in page for each in moved)
    assert str(away) not in page
    assert str(kept) not in page, "what a seller of the territory owns stays his"
    assert {owner(each) for each in moved} == {staff.ann}, "looking changes nothing"
    assert client.post(url).status_code == 302
    assert {each.pk: owner(each) for each in moved} == {pk: new for pk, (__, new, ___) in before.items()}
    assert {owner(each) for each in moved} == {staff.cat, staff.ben}, "each gets a part"
    assert (owner(kept), owner(away)) == (staff.cat, staff.ann)
    again = client.post(url)
    assert (again.status_code, Batch.objects.filter(kind="territory").count()) == (422, 1)
    # Scope follows the owner.
    given = next(each for each in moved if owner(each) == staff.cat)
    assert browse(staff.cat).get(f"/customers/{given.pk}/").status_code == 200
    undo_batch(CUSTOMERS, Batch.objects.get(kind="territory"), by=staff.boss, force=False)
    assert {owner(each) for each in moved} == {staff.ann}
    assert browse(staff.cat).get(f"/customers/{given.pk}/").status_code == 404


def test_only_what_one_may_transfer_is_drawn_and_only_with_the_grant(staff: Staff, browse: Browse) -> None:
    make_customer(staff.ann, "深圳海蓝", region="440300")
    make_territory("华南", ("region", "in", "440000"), sellers=[staff.ben])
    assert browse(staff.ann).get(f"/territories/redraw?entity={CUSTOMERS.label}").status_code == 404
    assert browse(staff.boss).get("/territories/redraw?entity=people.user").status_code == 404
    assert draw(CUSTOMERS, staff.cat, parts_of(CUSTOMERS.label)).moves == {}
    assert browse(staff.ann).get("/territories/").status_code == 200


def test_chosen_rows_go_to_their_territory(staff: Staff, browse: Browse) -> None:
    one, other = (
        make_customer(staff.ann, name, region=code) for name, code in (("深圳", "440300"), ("北京", "110100"))
    )
    make_territory("华南", ("region", "in", "440000"), sellers=[staff.cat])
    ids = {"ids": f"{one.pk},{other.pk}", "sure": "1"}
    assert browse(staff.boss).post("/customers/bulk/territory", ids).status_code == 302
    assert (owner(one), owner(other)) == (staff.cat, staff.ann)


@pytest.mark.feature("C23", "L4")
def test_a_rule_gives_arrivals_to_the_seller_of_their_territory(staff: Staff) -> None:
    leads = entity_of(Lead)
    pool: Pool = make_pool("线索池", entity=leads.label, members=[staff.ann, staff.cat], managers=[staff.ben])
    closed = make_territory("华东", ("region", "in", "310000"), entity=leads, sellers=[staff.ben])
    User._base_manager.filter(pk=staff.ben.pk).update(is_active=False)
    make_territory("华南", ("region", "in", "440000"), entity=leads, sellers=[staff.cat])
    make_rule("片区", how="territory", position=1)
    make_rule("其余", people=[staff.ann], position=2)
    south, east, north = (
        leads.create(by=SETUP, company="东莞长青", owner=pool.account, region=code)
        for code in ("441900", "310100", "110100")
    )
    run_ready_jobs()
    assert owner(south) == staff.cat
    assert {owner(east), owner(north)} == {staff.ann}, f"nobody works in {closed}, and the north is nobody's"


def test_a_territory_has_a_seller_and_a_name_of_its_own(staff: Staff, browse: Browse) -> None:
    make_territory("华南", sellers=[staff.cat])
    values = {"entity": CUSTOMERS.label, "name": "华南", "position": 1}
    with pytest.raises(Refused):
        TERRITORIES.create(by=SETUP, **values, sellers=[staff.ann])
    answer = browse(staff.boss).post("/territories/new", {**values, "name": "华北"})
    assert answer.status_code == 422
    assert Territory.objects.count() == 1
