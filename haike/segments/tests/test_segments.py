"""Groups through the browser: made from a list, shown to others, never more than the reader sees, undone, exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client

from haike.api.token import make_token
from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.find.share import Share
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.testing import make_pool
from haike.segments.models import Member, Segment
from haike.segments.segment.members import join
from haike.sheets.read import open_sheet

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("C26"), pytest.mark.django_db]
ENTITY = "customers.customer"


def listed(client: Client, data: Any = None, **query: Any) -> list[str]:
    if data is not None:
        query["f"] = orjson.dumps(data).decode()
    answer = client.get(f"/customers/?{urlencode(query)}")
    assert answer.status_code == 200, answer.content.decode()[:400]
    return sorted(row.title for row in answer.context["list"].rows)


def by_group(op: str, *segments: Segment) -> dict[str, Any]:
    return {"all": [{"field": "segments", "op": op, "value": [str(each.pk) for each in segments]}]}


def add(client: Client, *customers: Any, query: str = "", **more: Any) -> Any:
    chosen = {"ids": ",".join(str(each.pk) for each in customers)} if customers else {"everything": "1"}
    return client.post(f"/customers/bulk/segment-add{query}", {**chosen, "sure": "1", **more})


def live(by: Any, name: str, *lines: dict[str, Any], any_of: bool = False) -> Any:
    data = {"of": ENTITY, "filter": {"any" if any_of else "all": list(lines)}}
    return entity_of(Segment).create(by=by, name=name, entity=ENTITY, manner="live", conditions=data)


def share(segment: Segment, user: User) -> None:
    Share.objects.create(entity="segments.segment", record_id=segment.pk, user=user)


NAMED = {"field": "name", "op": "contains", "value": "海"}


def test_chosen_rows_become_a_static_group(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    one, two, __ = (make_customer(staff.ann, name) for name in ("上海甲", "上海乙", "北京丙"))
    assert add(ann, one, two, name="秋季答谢会").status_code == 302
    group = Segment.objects.get()
    assert (group.name, group.manner, group.owner_id) == ("秋季答谢会", "static", staff.ann.pk)
    assert listed(ann, by_group("one_of", group)) == ["上海乙", "上海甲"]
    assert listed(ann, by_group("none_of", group)) == ["北京丙"]
    assert add(ann, two, name="冬季答谢会").status_code == 302
    both = (group, Segment.objects.get(name="冬季答谢会"))
    assert listed(ann, by_group("all_of", *both)) == ["上海乙"]
    assert listed(ann, by_group("one_of", *both)) == ["上海乙", "上海甲"]
    page = ann.get(f"/segments/{group.pk}/").content.decode()
    assert "上海甲" in page
    assert "北京丙" not in page
    assert count(group, staff.ann) == ["2"]
    # The group stands among the views of the list, and is a column.
    assert "秋季答谢会" in ann.get("/customers/").content.decode()
    assert ann.get(f"/api/v1/customers/{one.pk}").json()["segments"] == ["秋季答谢会"]


def count(group: Segment, user: User) -> list[str]:
    return [text for __, text in entity_of(group).figures(group, user)]


def test_everything_found_goes_in_comes_out_and_is_undone(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    customers = [make_customer(staff.ann, f"公司{n}") for n in range(4)]
    group = entity_of(Segment).create(by=staff.ann, name="全部", entity=ENTITY, manner="static")
    assert add(ann, segment=str(group.pk)).status_code == 302
    assert Member.objects.filter(left_at=None).count() == 4
    add(ann, customers[0], segment=str(group.pk))
    assert Member.objects.count() == 4, "nobody is put in twice"
    gone = {"ids": str(customers[0].pk), "sure": "1", "segment": str(group.pk)}
    assert ann.post("/customers/bulk/segment-remove", gone).status_code == 302
    assert listed(ann, by_group("one_of", group)) == ["公司1", "公司2", "公司3"]
    history = ann.get(f"/segments/{group.pk}/panel/history").content.decode()
    assert history.count("移入") == 4
    assert history.count("移出") == 1
    out, first = Batch.objects.get(kind="segment-remove"), Batch.objects.filter(kind="segment-add").order_by("pk")[0]
    assert ann.post(f"/batches/{out.pk}/undo").status_code == 302
    assert len(listed(ann, by_group("one_of", group))) == 4
    assert ann.post(f"/batches/{first.pk}/undo").status_code == 302
    assert listed(ann, by_group("one_of", group)) == []


def test_a_reader_finds_only_members_that_he_sees(staff: Staff, browse: Browse) -> None:
    hers, his = make_customer(staff.ann, "上海甲"), make_customer(staff.cat, "上海丁")
    group = entity_of(Segment).create(by=staff.boss, name="全公司", entity=ENTITY, manner="static")
    assert join(group, [hers.pk, his.pk], by=staff.boss) == 2
    every = live(staff.boss, "海字", NAMED)
    ann, cat = browse(staff.ann), browse(staff.cat)
    # Not shared: neither its page, nor as a filter, nor among the views.
    assert ann.get(f"/segments/{group.pk}/").status_code == 404
    query = urlencode({"f": orjson.dumps(by_group("one_of", group)).decode()})
    assert "没有共享给您" in ann.get(f"/customers/?{query}").content.decode()
    assert "全公司" not in ann.get("/customers/").content.decode()
    for each in (group, every):
        share(each, staff.ann)
        share(each, staff.cat)
        assert listed(ann, by_group("one_of", each)) == ["上海甲"]
        assert listed(cat, by_group("one_of", each)) == ["上海丁"]
        for part in ("", "panel/members", "panel/history"):
            page = ann.get(f"/segments/{each.pk}/{part}").content.decode()
            assert "上海丁" not in page, part
    assert count(group, staff.ann) == ["1"]
    # Who does not see a record does not put it in or take it out, and who only looks at the group does neither.
    assert join(group, [his.pk], by=staff.ann) == 0
    answer = add(ann, hers, segment=str(group.pk))
    assert answer.status_code == 422
    assert Member.objects.filter(segment=group, left_at=None).count() == 2


def test_a_live_group_follows_its_conditions(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    one = make_customer(staff.ann, "上海甲")
    data = orjson.dumps({"all": [NAMED]}).decode()
    form = ann.get(f"/customers/segment?{urlencode({'f': data})}")
    assert form.status_code == 200
    answer = ann.post(f"/customers/segment?{urlencode({'f': data})}", {"name": "带海字"})
    group = Segment.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/segments/{group.pk}/"
    assert listed(ann, by_group("one_of", group)) == ["上海甲"]
    make_customer(staff.ann, "海口乙")
    entity_of(Customer).change(one, by=staff.ann, name="苏州甲")
    assert listed(ann, by_group("one_of", group)) == ["海口乙"]
    assert "包含" in ann.get(f"/segments/{group.pk}/").content.decode()
    # Other conditions by the builder
    line = {"row-0-group": "0", "row-0-field": "name", "row-0-operator": "contains", "row-0-value": "苏州"}
    assert ann.get(f"/segments/{group.pk}/conditions").status_code == 200
    assert ann.post(f"/segments/{group.pk}/conditions", {**line, "apply": "1"}).status_code == 302
    assert listed(ann, by_group("one_of", group)) == ["苏州甲"]
    assert "苏州" in ann.get(f"/segments/{group.pk}/panel/log").content.decode()
    # Without any, and without a filter, it is refused.
    assert ann.post(f"/segments/{group.pk}/conditions", {"apply": "1"}).status_code == 422
    assert ann.post("/customers/segment", {"name": "空"}).status_code == 422
    assert add(ann, one, segment=str(group.pk)).status_code == 422


def test_conditions_may_name_groups_but_not_themselves(staff: Staff, browse: Browse) -> None:
    ann = browse(staff.ann)
    one = make_customer(staff.ann, "上海甲")
    make_customer(staff.ann, "上海乙")
    chosen = entity_of(Segment).create(by=staff.ann, name="选", entity=ENTITY, manner="static")
    join(chosen, [one.pk], by=staff.ann)
    inner = live(staff.ann, "内", {"field": "segments", "op": "none_of", "value": [str(chosen.pk)]})
    outer = live(staff.ann, "外", NAMED, by_group("one_of", inner)["all"][0])
    assert listed(ann, by_group("one_of", outer)) == ["上海乙"]
    for target, named in ((inner, outer), (inner, inner)):
        line = {
            "row-0-group": "0",
            "row-0-field": "segments",
            "row-0-operator": "one_of",
            "row-0-value": str(named.pk),
        }
        answer = ann.post(f"/segments/{target.pk}/conditions", {**line, "apply": "1"})
        assert answer.status_code == 422
    inner.refresh_from_db()
    assert str(chosen.pk) in str(inner.conditions)


def test_a_group_tells_nobody_what_its_fields_hide(staff: Staff, browse: Browse) -> None:
    """Neither by a field that one may not read, nor by a telephone number that a sea veils."""
    make_customer(staff.ann, "上海甲", phone="021-55551234")
    group = live(staff.boss, "电话", {"field": "phone", "op": "contains", "value": "5555"})
    share(group, staff.ann)
    role = staff.ann.roles.first()
    role.field_rights = {**role.field_rights, ENTITY: {"phone": "masked"}}
    entity_of(role).change(role, by=staff.boss, field_rights=role.field_rights)
    ann = browse(staff.ann)
    page = ann.get(f"/segments/{group.pk}/")
    assert page.status_code == 200
    assert "上海甲" not in page.content.decode()
    query = urlencode({"f": orjson.dumps(by_group("one_of", group)).decode()})
    answer = ann.get(f"/customers/?{query}")
    assert "“电话”的条件不能使用" in answer.content.decode()
    assert not answer.context["list"].chips


def test_a_sea_keeps_its_veil(staff: Staff, browse: Browse) -> None:
    pool = make_pool("公海", members=[staff.ann])
    customer: Any = make_customer(staff.boss, "上海甲", phone="021-55551234")
    entity_of(Customer).change(customer, by=staff.boss, owner=pool.account)
    group = live(staff.ann, "电话", {"field": "phone", "op": "contains", "value": "5555"})
    ann = browse(staff.ann)
    assert listed(ann) == ["上海甲"]
    assert listed(ann, by_group("one_of", group)) == []


def test_what_a_group_is_made_of_stays(staff: Staff, browse: Browse) -> None:
    group = entity_of(Segment).create(by=staff.ann, name="选", entity=ENTITY, manner="static")
    ann = browse(staff.ann)
    assert 'name="manner"' not in ann.get(f"/segments/{group.pk}/edit").content.decode()
    answer = ann.post(f"/segments/{group.pk}/edit", {"name": "新名", "entity": ENTITY, "manner": "live"})
    assert answer.status_code == 302
    group.refresh_from_db()
    assert (group.name, group.manner) == ("新名", "static")


def test_members_go_out_by_the_lists_own_export(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    make_customer(staff.boss, "北京丙")
    one = make_customer(staff.boss, "上海甲")
    group = entity_of(Segment).create(by=staff.boss, name="选", entity=ENTITY, manner="static")
    join(group, [one.pk], by=staff.boss)
    query = urlencode({"f": orjson.dumps(by_group("one_of", group)).decode()})
    asked = {"write": "1", "what": "all", "column": ["name", "segments"]}
    content = browse(staff.boss).post(f"/customers/export?{query}", asked).content
    (tmp_path / "a.xlsx").write_bytes(content)
    rows = list(open_sheet(tmp_path / "a.xlsx", filename="a.xlsx").rows(None))
    assert [row[:2] for row in rows[1:2]] == [["上海甲", "选"]]
    assert "北京丙" not in str(rows)


def program(user: User) -> Client:
    __, key = make_token(name="程序", days=1, read_only=False, by=user, scopes=None)
    return Client(headers={"Authorization": f"Bearer {key}"})


def test_by_the_api(staff: Staff) -> None:
    one, two = make_customer(staff.ann, "上海甲"), make_customer(staff.ann, "北京乙")
    foreign = make_customer(staff.cat, "上海丁")
    client, head = program(staff.ann), {"content_type": "application/json"}
    made = client.post("/api/v1/segments/", {"name": "选", "entity": ENTITY, "manner": "static"}, **head).json()
    answer = client.post(f"/api/v1/segments/{made['id']}/members", {"add": [one.pk, two.pk, foreign.pk]}, **head)
    assert answer.json() == {"added": 2, "removed": 0, "count": 2}
    answer = client.post(f"/api/v1/segments/{made['id']}/members", {"remove": [two.pk]}, **head)
    assert answer.json() == {"added": 0, "removed": 1, "count": 1}
    second = client.post("/api/v1/segments/", {"name": "活", "entity": ENTITY, "manner": "live"}, **head).json()
    url = f"/api/v1/segments/{second['id']}/conditions"
    assert client.put(url, {"filter": {"all": [NAMED]}}, **head).status_code == 200
    assert (
        client.put(url, {"filter": {"all": [{"field": "nothing", "op": "is", "value": "1"}]}}, **head).status_code
        == 422
    )
    query = urlencode(
        {"f": orjson.dumps({"all": [{"field": "segments", "op": "one_of", "value": [str(second["id"])]}]})}
    )
    found = client.get(f"/api/v1/customers/?{query}", **head).json()
    assert [each["name"] for each in found["items"]] == ["上海甲"]
    other = Segment.objects.get(pk=made["id"])
    client = program(staff.cat)
    assert client.post(f"/api/v1/segments/{other.pk}/members", {"add": [foreign.pk]}, **head).status_code == 404
