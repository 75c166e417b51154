"""Taking records out: what is found, this page or the chosen ones, without formulas and within one's rights."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.exchange.tests.test_import import bring_in, upload
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.people.models import Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sheets.read import open_sheet

Browse = Callable[[User], Client]
pytestmark = pytest.mark.feature("P18")


def rows_of(content: bytes, folder: Path, name: str = "a.xlsx", sheet: str | None = None) -> list[list[Any]]:
    path = folder / name
    path.write_bytes(content)
    return list(open_sheet(path, filename=name).rows(sheet))


def export(client: Client, query: str = "", **data: Any) -> Any:
    return client.post(f"/customers/export{query}", {"write": "1", "what": "all", "column": ["name", "phone"], **data})


def make(by: User, name: str, **values: Any) -> Customer:
    return entity_of(Customer).create(by=by, name=name, **values)  # type: ignore[no-any-return]


def test_found_page_and_chosen(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    made = [make(staff.boss, f"公司{n:02}") for n in range(15)]
    make(staff.cat, "别人的公司")
    client = browse(staff.boss)
    assert len(rows_of(export(client).content, tmp_path)) == 17
    assert len(rows_of(export(client, "?q=公司0").content, tmp_path)) == 11
    assert len(rows_of(export(client, "?size=10", what="page").content, tmp_path)) == 11
    chosen = f"{made[0].pk},{made[3].pk}"
    assert [row[0] for row in rows_of(export(client, what="ids", ids=chosen).content, tmp_path)[1:]] == [
        "公司00",
        "公司03",
    ]


def test_rights_hold(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    """A seller as shipped may not export at all; a chosen foreign record is left out."""
    foreign = make(staff.cat, "别人的公司")
    mine = make(staff.ann, "我的公司")
    for user in (staff.ann, staff.ben):
        answer = export(browse(user), what="ids", ids=f"{mine.pk},{foreign.pk}")
        names = [row[0] for row in rows_of(answer.content, tmp_path)[1:]] if answer.status_code == 200 else []
        assert "别人的公司" not in names


def test_formulas_are_made_harmless(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    make(staff.boss, "=cmd|' /C calc'!A0")
    client = browse(staff.boss)
    with zipfile.ZipFile(io.BytesIO(export(client).content)) as book:
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]
    assert "\n'=" in export(client, format="csv").content.decode("utf-8-sig").replace("\r", "").replace('"', "")


def test_it_stands_in_the_log(staff: Staff, browse: Browse) -> None:
    make(staff.boss, "公司")
    export(browse(staff.boss))
    change = Change.objects.get(action="export")
    assert (change.by, change.entity) == (staff.boss, "customers.customer")
    assert "客户名称" in str(change.diff), "the columns in words, not by their names in the program"


def test_contacts_on_a_second_sheet(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    customer = make(staff.boss, "公司")
    entity_of(Contact).create(by=staff.boss, customer=customer, name="王小明")
    content = export(browse(staff.boss), companions="sheet").content
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    book = open_sheet(path, filename="b.xlsx")
    assert book.sheets == ["客户", "联系人", "导出说明"]
    assert any("王小明" in row for row in book.rows(book.sheets[1]))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_contacts_beside_their_customer(kind: str, staff: Staff, browse: Browse, tmp_path: Path) -> None:
    full, empty = make(staff.boss, "公司", phone="075523456789"), make(staff.boss, "没有联系人的公司")
    for name in ("王小明", "李四"):
        entity_of(Contact).create(by=staff.boss, customer=full, name=name, mobile="13800138000")
    content = export(browse(staff.boss), "?sort=name", companions="rows", format=kind).content
    head, *rows = rows_of(content, tmp_path, f"c.{kind}")
    name, mobile = head.index("联系人 姓名"), head.index("联系人 手机")
    assert head[:2] == ["客户名称", "电话"]
    assert [(row[0], row[name], row[mobile]) for row in rows[:2]] == [
        (full.name, "王小明", "138 0013 8000"),
        (full.name, "李四", "138 0013 8000"),
    ]
    assert len(rows) == 3
    assert rows[2][0] == empty.name
    assert not any(rows[2][name:])


def test_joined_rows_need_the_right_to_take_contacts_along(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    role = Role.objects.get(key="manager")
    rights = {label: dict(table) for label, table in role.rights.items()}
    rights["customers.customer"] = {**rights.get("customers.customer", {}), "export": "below"}
    rights["customers.contact"] = {**rights.get("customers.contact", {}), "export": "none"}
    entity_of(Role).change(role, by=staff.boss, rights=rights, grants=[*role.grants, "export"])
    entity_of(Contact).create(by=staff.ann, customer=make(staff.ann, "公司"), name="王小明")
    client = browse(staff.ben)
    assert 'name="companions"' not in client.get("/customers/export").content.decode()
    assert "王小明" not in str(rows_of(export(client, companions="rows").content, tmp_path))


def test_export_then_import_gives_the_same_records(staff: Staff, browse: Browse) -> None:
    make(
        staff.boss,
        "深圳市海客科技有限公司",
        phone="075523456789",
        mobile="13800138000",
        region="440305",
        remark="第一行\n第二行",
    )
    client = browse(staff.boss)
    columns = ["name", "phone", "mobile", "region", "remark"]
    content = client.post("/customers/export", {"write": "1", "what": "all", "column": columns}).content
    before = Customer.objects.get()
    entity_of(Customer).remove(before, by=staff.boss)
    bring_in(client, upload(client, SimpleUploadedFile("again.xlsx", content)))
    after = Customer.objects.live().get()
    assert [getattr(after, name) for name in columns] == [getattr(before, name) for name in columns]
