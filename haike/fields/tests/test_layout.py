"""Settings → layout: what a layout does to form and page, per kind of record and per business line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from haike.customers.models import Customer
from haike.fields.layout.actions import with_absent
from haike.fields.layout.held import shipped_of
from haike.fields.layout.plan import OTHER, Plan, Shipped
from haike.fields.layout.record import Layout
from haike.fields.tests.owned import add
from haike.kernel.entity import Section, entities, entity_of
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.layout import laid_out
from haike.screens.tabs import panels_of

Browse = Callable[[User], Client]
pytestmark = [pytest.mark.feature("P19")]
URL = "/settings/layout/customers/"
DB = pytest.mark.django_db


def sent(plan: Plan, **more: Any) -> dict[str, Any]:
    """What the page sends for a plan."""
    items = ["unused:", *(f"field:{name}" for name in plan.unused)]
    names: dict[str, Any] = {}
    for part in plan.parts:
        items += [f"section:{part.key}", *(f"field:{name}" for name in part.fields)]
        names |= {f"label-{part.key}": part.label, f"en-{part.key}": part.label_en}
    return {
        "item": items,
        "required": plan.required,
        "folded": [part.key for part in plan.parts if part.folded],
        "tab": plan.tabs,
        "tab-on": [key for key in plan.tabs if key not in plan.tabs_off],
        "panel": plan.panels,
        "panel-on": [key for key in plan.panels if key not in plan.panels_off],
        "version": 0,
        "act": "save",
        **names,
        **more,
    }


def as_shipped() -> Plan:
    return Plan.shipped(shipped_of(entity_of(Customer)))


def asked(client: Client, url: str) -> list[str]:
    """The fields of a form, in order."""
    return [field.name for part in client.get(url).context["form"].sections for field in part["fields"]]


@DB
def test_form_and_page_follow_the_layout(staff: Staff, browse: Browse) -> None:
    boss, ann = browse(staff.boss), browse(staff.ann)
    customer = entity_of(Customer).create(by=staff.ann, name="深圳甲有限公司", fax="0755-1234567", email="a@b.cn")
    plan = as_shipped()
    plan.hide("fax", [])
    plan.put("email", plan.parts[0].key)
    part = plan.add_section()
    part.label, part.label_en = "渠道", "Channels"
    plan.put("wechat", part.key)
    plan.required = ["short_name"]
    plan.tabs_off = ["log"]
    plan.tabs.reverse()
    answer = boss.post(URL, sent(plan))
    assert answer.status_code == 302, answer.content.decode()
    assert Layout.objects.get().version == 1
    for url in ("/customers/new", f"/customers/{customer.pk}/edit"):
        form = ann.get(url).context["form"]
        names = [field.name for part in form.sections for field in part["fields"]]
        assert "fax" not in names
        assert "email" in [field.name for field in form.sections[0]["fields"]]
        assert [field.name for field in form.sections[-1]["fields"]] == ["wechat"]
        assert str(form.sections[-1]["label"]) == "渠道"
    page = ann.get(f"/customers/{customer.pk}/")
    assert "0755-1234567" not in page.content.decode()
    shown = page.context["page"]
    assert "log" not in shown.tab_keys
    assert list(shown.tab_keys) == [key for key in plan.tabs if key in shown.tab_keys]
    assert len(shown.tab_keys) > 3
    refused = ann.post(
        f"/customers/{customer.pk}/edit", {"name": "深圳甲", "short_name": "", "version": customer.version}
    )
    assert refused.status_code == 422
    assert 'id="error-short_name"' in refused.content.decode()
    saved = ann.post(
        f"/customers/{customer.pk}/edit", {"name": "深圳甲", "short_name": "甲", "version": customer.version}
    )
    assert saved.status_code == 302
    customer.refresh_from_db()
    assert (customer.short_name, customer.fax) == ("甲", "0755-1234567")


@DB
def test_panels_of_the_page_are_ordered_and_hidden(staff: Staff, browse: Browse) -> None:
    boss, ann, entity = browse(staff.boss), browse(staff.ann), entity_of(Customer)
    line = next(iter(entity.looks["business_line"].options()))
    one = entity.create(by=staff.ann, name="甲")
    other = entity.create(by=staff.ann, name="乙", business_line=line)

    def main(pk: int) -> list[str]:
        page = ann.get(f"/customers/{pk}/").context["page"]
        return [panel.key for panel in page.laid.arranged(panels_of(entity, "main"))]

    usual = main(one.pk)
    assert usual[:2] == ["health", "follow_up"]
    plan = as_shipped()
    moved = boss.post(URL, sent(plan, act="panel-down:health"))
    assert "第 2 个" in moved.context["said"]
    assert moved.content.index(b'"follow_up"') < moved.content.index(b'"health"')
    plan.move_panel("health", 1, shipped_of(entity))
    plan.panels_off = ["talk_head"]
    assert boss.post(URL, sent(plan)).status_code == 302
    assert main(one.pk) == main(other.pk) == [usual[1], usual[0], *usual[2:]]
    page = ann.get(f"/customers/{one.pk}/")
    assert "talk_head" in {panel.key for panel in panels_of(entity, "head")}
    assert str(page.context["page"].head) == ""
    # One line hides the box; what is demanded and who may write stays as it was.
    special = as_shipped()
    special.panels_off = ["follow_up"]
    special.required = ["short_name"]
    assert boss.post(f"{URL}?line={line}", sent(special)).status_code == 302
    assert main(other.pk) == ["health", *usual[2:]]
    assert "follow_up" in main(one.pk)
    assert ann.get(f"/customers/{other.pk}/panel/follow_up").status_code == 200
    assert browse(staff.cat).get(f"/customers/{other.pk}/panel/follow_up").status_code == 404
    row = Change.objects.filter(entity="fields.layout").earliest("id")
    assert row.diff["layout_panels"][0] != row.diff["layout_panels"][1]
    assert boss.post(f"{URL}?line={line}", sent(special, act="reset", version=1)).status_code == 302
    assert main(other.pk) == main(one.pk)


@DB
def test_a_preview_shows_what_is_not_saved(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    plan = as_shipped()
    assert "还没有" in boss.post(URL, sent(plan, act="preview:page")).content.decode()
    entity_of(Customer).create(by=staff.ann, name="深圳甲有限公司", fax="0755-1234567")
    first = str(boss.post(URL, sent(plan, act="preview:page")).context["preview"])
    assert "传真" in first
    assert "follow-up-box" in first
    plan.hide("fax", [])
    plan.panels_off = list(plan.panels)
    again = boss.post(URL, sent(plan, preview="page", act="down:name"))
    preview = str(again.context["preview"])
    assert "深圳甲有限公司" in preview
    assert "传真" not in preview
    assert "follow-up-box" not in preview
    form = str(boss.post(URL, sent(plan, act="preview:form")).context["preview"])
    assert 'id="id_name"' in form
    assert 'id="id_fax"' not in form
    assert boss.post(URL, sent(plan, preview="form", act="preview:")).context["preview"] is None
    assert not Layout.objects.exists()


def test_what_comes_later_stands_where_it_was_shipped() -> None:
    plan = Plan.shipped(SHIPPED)
    plan.panels = ["m2", "gone", "h1", "m1"]
    plan.tabs = ["log", "t1"]
    plan.settle(SHIPPED)
    assert plan.panels == ["m2", "s1", "m3", "h1", "m1"]
    assert plan.tabs == ["log", "t1", "t2"]


@DB
def test_what_a_module_that_is_off_had_stays_hidden(staff: Staff, browse: Browse) -> None:
    boss, entity = browse(staff.boss), entity_of(Customer)
    plan = as_shipped()
    assert "bought" in plan.tabs
    plan.tabs_off = ["bought"]
    assert boss.post(URL, sent(plan)).status_code == 302
    assert "bought" in laid_out(entity).tabs_off
    less = Plan.of({**plan.data(), "tabs": [key for key in plan.tabs if key != "bought"], "tabs_off": []})
    shipped = shipped_of(entity)
    shipped.tabs.remove("bought")
    kept = with_absent(less.data(), plan.data(), shipped)
    assert kept["tabs_off"] == ["bought"]


@DB
def test_nobody_sees_more_by_a_layout(staff: Staff, browse: Browse) -> None:
    assert Client().get(URL).status_code in (302, 404)
    for user in (staff.ann, staff.ben, staff.cat):
        client = browse(user)
        assert client.get("/settings/layout/").status_code == 404
        assert client.get(URL).status_code == 404
        assert client.post(URL, sent(as_shipped())).status_code == 404
    assert not Layout.objects.exists()


@DB
def test_every_entity_can_be_arranged(staff: Staff, browse: Browse) -> None:
    client = browse(staff.boss)
    page = client.get("/settings/layout/").content.decode()
    for entity in entities():
        url = f"/settings/layout/{entity.slug}/"
        assert url in page
        assert client.get(url).status_code == 200
        plan = Plan.shipped(shipped_of(entity))
        assert client.post(url, sent(plan)).status_code == 302, entity.label
        if entity.creatable:
            assert client.get(f"/{entity.slug}/new").status_code in (200, 404, 422)


@DB
def test_each_business_line_has_its_form(staff: Staff, browse: Browse) -> None:
    boss, ann = browse(staff.boss), browse(staff.ann)
    look = entity_of(Customer).looks["business_line"]
    first, second = list(look.options())[:2]
    own = add(boss, "text", label="电压等级")
    plan = as_shipped()
    plan.hide(own.key, [])
    assert boss.post(URL, sent(plan)).status_code == 302
    special = as_shipped()
    special.hide("fax", [])
    assert boss.post(f"{URL}?line={first}", sent(special)).status_code == 302
    assert own.key not in asked(ann, "/customers/new")
    mine = asked(ann, f"/customers/new?business_line={first}")
    assert own.key in mine
    assert "fax" not in mine
    assert own.key not in asked(ann, f"/customers/new?business_line={second}")
    one = entity_of(Customer).create(by=staff.ann, name="甲", business_line=first, **{own.key: "220kV"})
    other = entity_of(Customer).create(by=staff.ann, name="乙", business_line=second, **{own.key: "110kV"})
    assert "220kV" in ann.get(f"/customers/{one.pk}/").content.decode()
    assert "110kV" not in ann.get(f"/customers/{other.pk}/").content.decode()
    # Choosing another line brings its form; what was typed stays.
    typed = {"name": "丙公司", "fax": "0755-7654321", "business_line": first, "laid": second, "turn": "1"}
    turned = ann.post("/customers/new", typed)
    fields = {field.name: field for part in turned.context["form"].sections for field in part["fields"]}
    assert turned.status_code == 422
    assert {own.key, "fax"} <= fields.keys()
    assert "0755-7654321" in fields["fax"].widget
    assert "丙公司" in fields["name"].widget
    assert not Customer.objects.filter(name="丙公司").exists()
    # Without scripts the same happens on saving, once.
    assert ann.post("/customers/new", {**typed, "turn": ""}).status_code == 422
    assert ann.post("/customers/new", {**typed, "laid": first}).status_code == 302
    assert Customer.objects.get(name="丙公司").fax == "07557654321"


@DB
def test_the_second_administrator_sees_a_conflict(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    assert boss.post(URL, sent(as_shipped())).status_code == 302
    plan = as_shipped()
    plan.hide("fax", [])
    late = boss.post(URL, sent(plan))
    assert late.status_code == 409
    assert "别人刚刚修改了这个布局" in late.content.decode()
    assert "fax" in [card["name"] for card in late.context["unused"]]
    assert boss.post(URL, sent(plan, version=late.context["version"])).status_code == 302
    assert Layout.objects.get().plan["unused"] == ["fax"]
    assert boss.post(URL, sent(plan, version=2, act="reset")).status_code == 302
    assert boss.post(URL, sent(plan, version=2)).status_code == 409
    assert "fax" in asked(boss, "/customers/new")
    rows = Change.objects.filter(entity="fields.layout").order_by("id")
    assert [row.action for row in rows] == ["change", "change", "restore"]
    assert rows[1].diff["layout_unused"] == ["", "传真"]
    assert "传真" in boss.get("/settings/operations/?kind=fields.layout").content.decode()


@DB
def test_what_must_be_filled_in_stays(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    answer = boss.post(URL, sent(as_shipped(), act="hide:name"))
    assert answer.status_code == 422
    assert "必须保留" in answer.content.decode()
    plan = as_shipped()
    plan.hide("name", [])
    assert boss.post(URL, sent(plan)).status_code == 302
    assert "name" in asked(boss, "/customers/new")


@DB
def test_the_buttons_work_without_scripts(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    first = as_shipped().parts[0].fields[:2]
    page = boss.post(URL, sent(as_shipped(), act=f"down:{first[0]}"))
    assert page.status_code == 200
    assert [card["name"] for card in page.context["parts"][0]["fields"]][:2] == first[::-1]
    assert "中的第 2 个" in page.context["said"]
    page = boss.post(URL, sent(as_shipped(), act="section-add:"))
    assert page.context["parts"][-1]["part"].key == "n1"
    for act in ("up:nothing", "to:fax", "section-delete:nothing", "what:ever", "section-up:x", "tab-up:x", ""):
        assert boss.post(URL, sent(as_shipped(), act=act)).status_code in (200, 422), act
    assert not Layout.objects.exists()


@DB
def test_a_long_layout_comes_folded_and_shows_what_was_moved(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)

    def folded(data: Any = None) -> set[str]:
        answer = boss.get(URL) if data is None else boss.post(URL, data)
        parts = {each["part"].key for each in answer.context["parts"] if each["shut"]}
        return parts | {row["place"] for row in answer.context["rows"] if row["shut"]}

    plan = as_shipped()
    first, second, *rest = [part.key for part in plan.parts]
    assert folded() == {second, *rest, "tab"}
    assert "电话、手机" in boss.get(URL).content.decode(), "a folded section says what is in it"
    shut, name = {"shut": [second, *rest]}, plan.parts[0].fields[1]
    assert folded(sent(plan, act=f"to:{name}", **{f"to-{name}": second}) | shut) == {*rest}
    assert folded(sent(plan, act="fold:none") | shut) == set()
    assert folded(sent(plan, act="fold:all")) >= {first, second, *rest, "tab", "main"}
    # What is folded is saved like the rest.
    assert boss.post(URL, sent(plan) | shut).status_code == 302
    assert Layout.objects.get().plan["parts"][1]["fields"] == plan.parts[1].fields
    short = boss.get("/settings/layout/follow-ups/").context["parts"]
    assert short
    assert not any(each["shut"] for each in short)


@DB
def test_it_is_known_whether_something_is_not_saved(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    plan = as_shipped()
    assert not boss.get(URL).context["unsaved"]
    assert not boss.post(URL, sent(plan, act="preview:form")).context["unsaved"]
    moved = boss.post(URL, sent(plan, act=f"down:{plan.parts[0].fields[0]}"))
    assert moved.context["unsaved"]
    assert "data-wrong" in moved.content.decode()


@DB
def test_fields_come_and_go(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    before = add(boss, "text", label="甲段")
    plan = as_shipped()
    del plan.parts[-1]
    plan.settle(shipped_of(entity_of(Customer)))
    assert boss.post(URL, sent(plan)).status_code == 302
    after = add(boss, "text", label="乙段")
    assert {before.key, after.key} <= set(asked(boss, "/customers/new"))
    boss.post(f"/settings/fields/customers/{before.key}/delete")
    assert before.key not in asked(boss, "/customers/new")
    assert boss.get(URL).status_code == 200


@DB
def test_a_layout_costs_no_query(staff: Staff, browse: Browse) -> None:
    boss = browse(staff.boss)
    customer = entity_of(Customer).create(by=staff.boss, name="甲")

    def queries() -> int:
        boss.get(f"/customers/{customer.pk}/")
        with CaptureQueriesContext(connection) as found:
            assert boss.get(f"/customers/{customer.pk}/").status_code == 200
            assert boss.get(f"/customers/{customer.pk}/edit").status_code == 200
        return len(found)

    before = queries()
    assert boss.post(URL, sent(as_shipped())).status_code == 302
    assert queries() <= before


SHIPPED = Shipped(
    {
        "a": Section("A", ["f1", "f2", "f3"]),
        "b": Section("B", ["f4", "f5"], folded=True),
        "c": Section("C", ["f6"]),
    },
    ["t1", "t2", "log"],
    {"h1": "head", "m1": "main", "m2": "main", "s1": "side", "m3": "main"},
    frozenset({"f1"}),
)
NAMES = [f"f{n}" for n in range(1, 8)]
KEYS = ["a", "b", "c", "n1", "n2", OTHER]
ACTS = st.one_of(
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from([-1, 1])),
    st.tuples(st.just("put"), st.sampled_from(NAMES), st.sampled_from(KEYS)),
    st.tuples(st.just("hide"), st.sampled_from(NAMES), st.just(SHIPPED.needed)),
    st.tuples(st.just("show"), st.sampled_from(NAMES), st.just(SHIPPED)),
    st.tuples(st.just("add_section")),
    st.tuples(st.just("move_section"), st.sampled_from(KEYS), st.sampled_from([-1, 1])),
    st.tuples(st.just("delete_section"), st.sampled_from(KEYS)),
    st.tuples(st.just("move_tab"), st.sampled_from(SHIPPED.tabs), st.sampled_from([-1, 1])),
    st.tuples(
        st.just("move_panel"),
        st.sampled_from([*SHIPPED.panels, "gone"]),
        st.sampled_from([-1, 1]),
        st.just(SHIPPED),
    ),
)


@given(st.lists(ACTS, max_size=40))
def test_any_acts_leave_each_field_in_one_place(acts: list[Any]) -> None:
    plan = Plan.shipped(SHIPPED)
    for name, *arguments in acts:
        try:
            getattr(plan, name)(*arguments)
        except Refused:
            pass
        placed = [field for part in plan.parts for field in part.fields] + plan.unused
        assert sorted(placed) == NAMES[:6]
        assert "f1" not in plan.unused
        assert sorted(plan.tabs) == sorted(SHIPPED.tabs)
        assert sorted(plan.panels) == sorted(SHIPPED.panels)
        assert plan.parts
        kept = Plan.of(plan.data())
        assert kept == plan
        assert kept.settle(SHIPPED) == plan


@given(
    st.lists(st.lists(st.sampled_from([*NAMES, "gone"]), max_size=5), max_size=4),
    st.lists(st.sampled_from([*NAMES, "gone"]), max_size=4),
)
def test_any_kept_layout_is_put_in_order(lists: list[list[str]], unused: list[str]) -> None:
    parts = [{"key": key, "fields": fields} for key, fields in zip(KEYS, lists, strict=False)]
    plan = Plan.of({"parts": parts, "unused": unused}).settle(SHIPPED)
    placed = [field for part in plan.parts for field in part.fields] + plan.unused
    assert sorted(placed) == NAMES[:6]
    assert "f1" not in plan.unused
