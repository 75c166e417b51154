"""The table of rights, the fields, the copy of a role."""

import pytest

from haike.kernel.log import Change
from haike.people.models import Role
from haike.people.role import matrix

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P8")]


@pytest.fixture
def sales(staff):
    return Role.objects.get(key="sales")


def sent(role, **changed):
    """The form as the page shows it, with some of its inputs changed."""
    data = {cell.name: cell.reach for row in matrix.rows_of(role) for cell in row.cells}
    return {**data, "grant": role.grants, "version": role.version, **changed}


def test_only_who_manages_roles_opens_them(staff, sales, browse):
    assert browse(staff.ann).get(f"/roles/{sales.pk}/rights").status_code == 404
    assert browse(staff.ben).get(f"/roles/{sales.pk}/rights").status_code == 200
    assert browse(staff.ben).post(f"/roles/{sales.pk}/rights", sent(sales)).status_code == 404
    assert browse(staff.boss).get(f"/roles/{sales.pk}/rights").status_code == 200


def test_saving_the_table_unchanged_changes_nothing(staff, sales, browse):
    before = sales.rights
    browse(staff.boss).post(f"/roles/{sales.pk}/rights", sent(sales))
    sales.refresh_from_db()
    assert (sales.rights, sales.version) == (before, 1)


def test_one_right_is_given(staff, sales, browse):
    assert not staff.ann.grants.may("customers.customer", "export")
    browse(staff.boss).post(f"/roles/{sales.pk}/rights", sent(sales, **{"customers.customer:export": "own"}))
    sales.refresh_from_db()
    assert sales.rights["customers.customer"] == {"export": "own"}
    assert staff.ann.grants.owner_ids("customers.customer", "export") == (staff.ann.pk,)
    row = Change.objects.filter(entity="people.role", record_id=sales.pk).latest("id")
    assert (row.by_id, row.action, list(row.diff)) == (staff.boss.pk, "change", ["rights"])


def test_a_right_is_taken_from_one_entity_only(staff, sales, browse):
    browse(staff.boss).post(f"/roles/{sales.pk}/rights", sent(sales, **{"customers.customer:delete": "none"}))
    assert not staff.ann.grants.may("customers.customer", "delete")
    assert staff.ann.grants.may("customers.contact", "delete")


def test_a_whole_row_at_once_and_the_grants(staff, sales, browse):
    data = sent(sales, **{"customers.customer:row": "department", "grant": ["reveal", "log"]})
    browse(staff.boss).post(f"/roles/{sales.pk}/rights", data)
    assert staff.ben.pk in staff.ann.grants.owner_ids("customers.customer", "edit")
    assert staff.ann.grants.may_do("log")


def test_what_the_table_does_not_show_stays(staff, sales, browse):
    browse(staff.boss).post(f"/roles/{sales.pk}/rights", sent(sales, **{"*:view": "all"}))
    sales.refresh_from_db()
    assert sales.rights["office.*"] == {"view": "own", "create": "own", "edit": "own", "print": "own"}


def test_the_second_of_two_editors_is_told(staff, sales, browse):
    client, stale = browse(staff.boss), sent(sales, **{"*:view": "all"})
    client.post(f"/roles/{sales.pk}/rights", sent(sales, **{"*:print": "none"}))
    page = client.post(f"/roles/{sales.pk}/rights", stale, follow=True).content.decode()
    assert "别人已经保存" in page
    sales.refresh_from_db()
    assert sales.rights["*"]["view"] == "own"


@pytest.mark.feature("P10")
def test_a_field_is_hidden_from_a_role(staff, sales, browse):
    url = f"/roles/{sales.pk}/fields?entity=customers"
    page = browse(staff.boss).get(url).content.decode()
    assert 'name="phone"' in page
    browse(staff.boss).post(url, {"phone": "masked", "address": "hidden", "version": sales.version})
    grants = staff.ann.grants
    assert grants.field_right("customers.customer", "phone") == "masked"
    assert grants.field_right("customers.customer", "address") == "hidden"
    assert grants.field_right("customers.customer", "level") == "edit"


def test_a_role_is_copied(staff, sales, browse):
    client = browse(staff.boss)
    assert client.get(f"/roles/{sales.pk}/copy").status_code == 200
    answer = client.post(f"/roles/{sales.pk}/copy", {"name": "大客户销售"})
    copied = Role.objects.get(name="大客户销售")
    assert answer["Location"] == f"/roles/{copied.pk}/rights"
    assert (copied.rights, copied.grants, copied.key) == (sales.rights, sales.grants, None)
    assert browse(staff.ben).post(f"/roles/{sales.pk}/copy", {"name": "x"}).status_code == 404


def test_a_role_in_use_is_not_deleted(staff, sales, browse):
    answer = browse(staff.boss).post(f"/roles/{sales.pk}/delete")
    assert "2 个用户" in answer.content.decode()
    sales.refresh_from_db()
    assert sales.deleted_at is None


def test_the_list_and_the_page_of_a_role(staff, sales, browse):
    client = browse(staff.boss)
    assert "销售" in client.get("/roles/").content.decode()
    assert "安然" in client.get(f"/roles/{sales.pk}/").content.decode()


def test_shipped_names_follow_the_language_until_somebody_renames_them(staff, sales, browse):
    client = browse(staff.boss)
    page = client.get("/roles/").content.decode()
    assert "管理自己的客户、商机、合同和日程。" in page
    client.post("/account/display", {"language": "en"})
    page = client.get("/roles/").content.decode()
    assert "Office clerk" in page
    assert "Looks after own customers" in page
    assert "文员" not in page
    assert "管理自己的" not in page
    sales._haike_entity.change(
        sales, by=staff.boss, name="大客户销售", name_en="Key accounts", description="只管大客户。"
    )
    page = client.get("/roles/").content.decode()
    assert "Key accounts" in page
    assert "只管大客户。" in page, "what somebody wrote is shown as he wrote it"


def test_lists_of_kinds_of_records_begin_as_the_menu_does(staff, sales, browse):
    """Customers before the rules about them, on every page where a kind of record is looked for."""
    boss = browse(staff.boss)
    for path in (f"/roles/{sales.pk}/rights", "/settings/rights/", "/account/tokens/", "/settings/webhooks/new"):
        page = boss.get(path).content.decode()
        assert page.index("customers.customer") < page.index("segments.segment"), path
    for path in ("/settings/fields/", "/settings/layout/"):
        page = boss.get(path).content.decode().split("<main")[1]
        assert page.index(f"{path}customers/") < page.index(f"{path}segments/"), path
