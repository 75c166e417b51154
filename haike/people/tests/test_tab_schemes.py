"""Tab schemes: which tabs of a record somebody sees, on the page and everywhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.files.models import Attachment
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.authority import demand_covers, outranks
from haike.people.models import Role, TabScheme
from haike.people.switches import grants_known
from haike.people.tab_scheme.entity import SERVICE_TABS
from haike.people.testing import Staff
from haike.people.user.actions import SETUP, make_user
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.tabs import tabs_of
from haike.talk.comment.actions import write_comment

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P11", "P8")]
Browse = Callable[[User], Client]
TAB = re.compile(r'hx-get="/customers/\d+/panel/([a-z_-]+)" hx-replace-url')


@pytest.fixture
def sue(staff: Staff) -> User:
    """Customer service."""
    return make_user(username="sue", name="苏小服", roles=["service"], department=staff.east, manager=staff.boss)


@pytest.fixture
def customer(staff: Staff) -> Customer:
    return make_customer(staff.ann, "深圳市海蓝科技有限公司")


@pytest.fixture
def scheme(staff: Staff) -> TabScheme:
    """The one that ships."""
    return TabScheme.objects.get(key="service")


def show(scheme: TabScheme, *tabs: str, **values: Any) -> None:
    entity_of(TabScheme).change(scheme, by=SETUP, tabs=list(tabs), **values)
    versioned.forget()
    scheme.refresh_from_db()


def page_of(client: Client, record: Customer, query: str = "") -> str:
    return str(client.get(f"/customers/{record.pk}/{query}").content.decode())


def test_as_shipped_service_sees_all_customers_through_its_scheme(
    staff: Staff, sue: User, customer: Customer, browse: Browse
) -> None:
    tabs = TAB.findall(page_of(browse(sue), customer))
    assert tabs == [key for key in tabs_of(entity_of(Customer)) if key in SERVICE_TABS]
    assert {"timeline", "contacts", "follow-ups-customer", "log"} <= set(tabs)
    assert not {"worth", "owners"} & set(tabs)
    assert {"worth", "owners"} <= set(TAB.findall(page_of(browse(staff.ann), customer)))


def test_a_hidden_tab_is_not_there_by_its_address(
    staff: Staff, sue: User, customer: Customer, scheme: TabScheme, browse: Browse
) -> None:
    show(scheme, "contacts")
    for key in tabs_of(entity_of(Customer)):
        expected = 200 if key == "contacts" else 404
        assert browse(sue).get(f"/customers/{customer.pk}/panel/{key}").status_code == expected, key
        assert browse(staff.ann).get(f"/customers/{customer.pk}/panel/{key}").status_code == 200, key
    assert browse(sue).get(f"/customers/{customer.pk}/log").status_code == 404
    assert browse(staff.ann).get(f"/customers/{customer.pk}/log").status_code == 200
    # Asked for one, the page opens with what there is.
    assert TAB.findall(page_of(browse(sue), customer, "?tab=worth")) == ["contacts"]


def test_what_belongs_to_a_hidden_tab_shows_nowhere(
    staff: Staff, sue: User, customer: Customer, scheme: TabScheme, browse: Browse
) -> None:
    base = f"/customers/{customer.pk}"
    upload = SimpleUploadedFile("比价说明.txt", b"1", content_type="text/plain")
    browse(staff.ann).post(f"{base}/attachments", {"files": upload, "complete": "1"})
    file = Attachment.objects.get()
    comment = write_comment(entity_of(Customer), customer.pk, text="客户要求降价", by=staff.ann)
    reads = [
        f"{base}/comments", f"{base}/comments/{comment.pk}/edit?show=1", f"/attachments/{file.pk}/download",
        f"/api/v1/customers/{customer.pk}/comments", f"/api/v1/customers/{customer.pk}/attachments",
        f"/api/v1/attachments/{file.pk}/content",
    ]  # fmt: skip
    client = browse(sue)
    before = [client.get(path).status_code for path in reads]
    assert set(before) <= {200, 302}, before
    assert "比价说明" in client.get("/attachments/").content.decode()
    assert 'class="clip"' in client.get("/customers/").content.decode()
    show(scheme, "contacts", "timeline")
    assert [client.get(path).status_code for path in reads] == [404] * len(reads)
    assert "比价说明" not in client.get("/attachments/").content.decode()
    assert 'class="clip"' not in client.get("/customers/").content.decode()
    assert client.post(f"{base}/comments", {"text": "好的"}).status_code == 404
    upload = SimpleUploadedFile("新.txt", b"2", content_type="text/plain")
    assert client.post(f"{base}/attachments", {"files": upload, "complete": "1"}).status_code == 404
    assert Attachment.objects.count() == 1
    # The one who sees all tabs is not touched.
    assert "比价说明" in browse(staff.boss).get("/attachments/").content.decode()


def test_the_timeline_leaves_out_kinds_whose_tab_is_hidden(
    staff: Staff, sue: User, customer: Customer, scheme: TabScheme, browse: Browse
) -> None:
    entity_of(Customer).change(customer, by=staff.ann, name="深圳市海蓝新名有限公司")
    path = f"/customers/{customer.pk}/panel/timeline"
    whole = browse(sue).get(path).content.decode()
    assert "show=changes" in whole
    assert "show=follow_ups" in whole
    show(scheme, "timeline")
    for query in ("", "?show=changes"):
        text = browse(sue).get(path + query).content.decode()
        assert "show=changes" not in text
        assert "show=follow_ups" not in text
        assert "海蓝科技" not in text
    assert "show=changes" in browse(staff.ann).get(path).content.decode()


def test_a_user_has_his_own_scheme_before_those_of_his_roles(
    staff: Staff, sue: User, customer: Customer, scheme: TabScheme, browse: Browse
) -> None:
    made = entity_of(TabScheme).create(
        by=staff.boss, name="只看联系人", entity="customers.customer", users=[sue, staff.ann]
    )
    show(made, "contacts", "owners")
    assert TAB.findall(page_of(browse(sue), customer)) == ["contacts", "owners"]
    assert TAB.findall(page_of(browse(staff.ann), customer)) == ["contacts", "owners"]
    assert "worth" in TAB.findall(page_of(browse(staff.ben), customer))


@pytest.mark.usefixtures("scheme")
def test_several_roles_show_the_tabs_of_all(staff: Staff, customer: Customer, browse: Browse) -> None:
    place: Any = {"department": staff.south, "manager": staff.boss}
    both = make_user(username="two", name="双角", roles=["service", "manager"], **place)
    assert "worth" in TAB.findall(page_of(browse(both), customer))
    # A role that gives no access to customers lifts nothing.
    clerk = make_user(username="cle", name="文员", roles=["service", "clerk"], **place)
    assert "worth" not in TAB.findall(page_of(browse(clerk), customer))


def test_an_administrator_defines_and_gives_one(staff: Staff, customer: Customer, browse: Browse) -> None:
    boss = browse(staff.boss)
    assert "/tab-schemes/" in boss.get("/settings/").content.decode()
    sales = Role.objects.get(key="sales")
    answer = boss.post("/tab-schemes/new", {"name": "销售看客户", "entity": "customers.customer", "roles": [sales.pk]})
    assert answer.status_code == 302, answer.content.decode()[:500]
    made = TabScheme.objects.get(name="销售看客户")
    assert set(made.tabs) == set(tabs_of(entity_of(Customer)))
    page = boss.get(f"/tab-schemes/{made.pk}/tabs").content.decode()
    assert "联系人" in page
    assert 'value="worth" checked' in page
    sent = {"tab": ["timeline", "contacts", "no-such-tab"], "version": made.version}
    assert boss.post(f"/tab-schemes/{made.pk}/tabs", sent).status_code == 302
    made.refresh_from_db()
    assert made.tabs == ["timeline", "contacts"]
    versioned.forget()
    assert TAB.findall(page_of(browse(staff.ann), customer)) == ["timeline", "contacts"]
    assert "worth" in TAB.findall(page_of(browse(staff.ben), customer))
    row = Change.objects.filter(entity="people.tabscheme", record_id=made.pk).latest("id")
    assert (row.by_id, row.action, list(row.diff)) == (staff.boss.pk, "change", ["tabs"])
    # Of two editors the second is told, and a page without any tab is none.
    assert boss.post(f"/tab-schemes/{made.pk}/tabs", {**sent, "tab": ["log"]}).status_code == 302
    boss.post(f"/tab-schemes/{made.pk}/tabs", {"version": made.version})
    made.refresh_from_db()
    assert made.tabs == ["timeline", "contacts"]


def test_nobody_else_defines_them(staff: Staff, sue: User, scheme: TabScheme, browse: Browse) -> None:
    for user in (staff.ann, staff.ben, staff.cat, sue):
        client = browse(user)
        assert client.get("/tab-schemes/").status_code == 404
        assert client.get(f"/tab-schemes/{scheme.pk}/tabs").status_code == 404
        assert client.post(f"/tab-schemes/{scheme.pk}/tabs", {"tab": ["log"]}).status_code == 404
        assert client.get(f"/api/v1/tab-schemes/{scheme.pk}").status_code == 404
        assert "/tab-schemes/" not in client.get("/settings/").content.decode()


def test_nobody_lifts_his_own_limit(staff: Staff, scheme: TabScheme) -> None:
    own = entity_of(TabScheme).create(by=SETUP, name="老板", entity="customers.customer", users=[staff.boss])
    versioned.forget()
    with pytest.raises(Refused):
        entity_of(TabScheme).change(own, by=User.objects.get(pk=staff.boss.pk), users=[])
    with pytest.raises(Refused):
        entity_of(TabScheme).change(scheme, by=User.objects.get(pk=staff.boss.pk), tabs=["log", "worth"])


def test_one_scheme_each_and_in_use_it_stays(staff: Staff, scheme: TabScheme, browse: Browse) -> None:
    service = Role.objects.get(key="service")
    answer = browse(staff.boss).post(
        "/tab-schemes/new", {"name": "又一个", "entity": "customers.customer", "roles": [service.pk]}
    )
    assert answer.status_code == 422
    assert "客服看客户" in answer.content.decode()
    with pytest.raises(Refused):
        entity_of(TabScheme).remove(scheme, by=staff.boss)
    with pytest.raises(Refused):
        entity_of(TabScheme).change(scheme, by=staff.boss, entity="customers.contact")
    scheme = entity_of(TabScheme).change(scheme, by=staff.boss, roles=[])
    entity_of(TabScheme).remove(scheme, by=staff.boss)
    assert not TabScheme.objects.live().exists()


def test_a_copied_role_sees_no_more(staff: Staff, customer: Customer, scheme: TabScheme, browse: Browse) -> None:
    entity_of(Role).copy(Role.objects.get(key="service"), name="客服二组", by=staff.boss)
    versioned.forget()
    copy = Role.objects.get(name="客服二组")
    user = make_user(username="su2", name="苏二", department=staff.east, manager=staff.boss)
    entity_of(User).change(user, by=SETUP, roles=[copy])
    versioned.forget()
    assert "worth" not in TAB.findall(page_of(browse(user), customer))


@pytest.mark.usefixtures("scheme")
def test_a_scheme_costs_no_query(sue: User, customer: Customer, browse: Browse) -> None:
    client = browse(sue)
    path = f"/customers/{customer.pk}/"
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(path)
    assert not [query["sql"] for query in asked.captured_queries if "tabscheme" in query["sql"]]


# -- special grants ----------------------------------------------------------------------------------------------------


def test_every_switch_acts_somewhere() -> None:
    """A switch that no line of the program asks for would promise what it does not do."""
    root = Path(__file__).parents[2]
    sources = [path for path in root.rglob("*.py") if "tests" not in path.parts and path.name != "shipped_roles.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = re.findall(r"(?:may_do|demand_grant|for_holders)\(([^)]*)\)", text)
    named = {word for each in asked for word in re.findall(r'"([a-z_]+)"', each)}
    named |= set(re.findall(r'^[A-Z_]+ = "([a-z_]+)"', text, re.MULTILINE))
    assert set(grants_known()) - named == set()


def test_pick_lists_are_kept_by_those_with_the_switch(staff: Staff, browse: Browse) -> None:
    url = "/settings/dictionaries/customer_source/"
    assert browse(staff.ann).get(url).status_code == 404
    role = Role.objects.get(key="sales")
    entity_of(Role).change(role, by=staff.boss, grants=[*role.grants, "dictionary"])
    versioned.forget()
    client = browse(User.objects.get(pk=staff.ann.pk))
    assert client.get(url).status_code == 200
    assert "/settings/dictionaries/" in client.get("/settings/").content.decode()
    assert client.get("/settings/company").status_code == 404


def test_a_switch_of_a_later_room_is_kept_and_not_shown(staff: Staff, browse: Browse) -> None:
    finance = Role.objects.get(key="finance")
    assert "audit_ledger" in finance.grants
    client = browse(staff.boss)
    page = client.get(f"/roles/{finance.pk}/rights").content.decode()
    assert "audit_ledger" not in page
    assert "audit_ledger" not in client.get("/roles/").content.decode()
    client.post(f"/roles/{finance.pk}/rights", {"grant": ["log"], "version": finance.version})
    finance.refresh_from_db()
    assert {"log", "audit_ledger", "company_reports"} <= set(finance.grants)


def test_nobody_gives_a_role_that_sees_more_tabs_than_he(staff: Staff) -> None:
    """Ben sees customers through a scheme: a role without one, or with a wider one, is not his to give."""
    role, entity = Role.objects.get(key="sales"), entity_of(TabScheme)
    narrow = entity.create(by=SETUP, name="经理看客户", entity="customers.customer", users=[staff.ben])
    show(narrow, "timeline", "contacts")
    ben = User.objects.get(pk=staff.ben.pk)
    with pytest.raises(Refused):
        demand_covers(ben, [role])
    assert not outranks(ben, staff.ann)
    given = entity.create(by=SETUP, name="销售看客户", entity="customers.customer", roles=[role])
    for tabs, covered in ((["timeline", "worth"], False), (["timeline", "contacts"], True), (["contacts"], True)):
        show(given, *tabs)
        assert outranks(ben, User.objects.get(pk=staff.ann.pk)) is covered, tabs
    demand_covers(ben, [role])
    assert outranks(User.objects.get(pk=staff.boss.pk), ben)
