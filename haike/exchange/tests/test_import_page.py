"""The import as users are promised it, clause by clause: template, columns, preview, duplicates, job, faults, undo."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwt  # type: ignore[import-untyped]
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike import progress
from haike.customers.models import Contact, Customer
from haike.exchange import engine
from haike.exchange.models import ImportRun
from haike.exchange.target import targets
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entities, entity_of
from haike.people.models import Role, User
from haike.people.testing import Staff
from haike.people.user.actions import SETUP
from haike.sheets.read import open_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P17")]
Browse = Callable[[User], Client]

HEADS = ["公司名称", "联系人", "手机", "客户来源", "备注"]


def grid(answer: Any, tmp_path: Path) -> list[list[Any]]:
    """The rows of a sheet that was downloaded."""
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    path = tmp_path / "downloaded.xlsx"
    path.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    with open_sheet(path, filename=path.name) as file:
        return [list(row) for row in file.rows()]


def guessed(client: Client, run: ImportRun) -> list[str]:
    return [each["field"] for each in client.get(f"/imports/{run.pk}/").context["columns"]]


def start(client: Client, run: ImportRun, rule: str = "skip") -> None:
    """Press the button; the job waits for a worker."""
    columns = {f"column-{index}": field for index, field in enumerate(guessed(client, run))}
    answer = client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": rule, **columns})
    assert answer.status_code == 302, answer.content.decode()


def preview(client: Client, run: ImportRun) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/imports/{run.pk}/").context["preview"]
    return found


# -- template ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("slug", ["customers", "contacts", "leads", "follow-ups"])
def test_every_heading_of_the_template_goes_where_it_belongs(
    slug: str, language: str, staff: Staff, browse: Browse, tmp_path: Path
) -> None:
    client = browse(staff.ann)
    client.post("/account/display", {"language": language})
    assert f'href="/{slug}/import/template"' in client.get(f"/{slug}/import/").content.decode()
    [heads] = grid(client.get(f"/{slug}/import/template"), tmp_path)
    file = sheet([["x"] * len(heads)], head=heads)
    assert client.post(f"/{slug}/import/", {"file": file}).status_code == 302
    run = ImportRun.objects.get()
    entity = next(each for each in entities() if each.slug == slug)
    able = targets(entity, staff.ann)
    assert guessed(client, run) == list(able)
    wanted = [look.required and ":" not in name for name, look in able.items()]
    assert [head.endswith(" *") for head in heads] == wanted
    assert any(wanted) == (slug != "leads"), "of a lead, one of several is enough"


def test_a_template_filled_in_comes_in(staff: Staff, browse: Browse, tmp_path: Path) -> None:
    client = browse(staff.ann)
    [heads] = grid(client.get("/customers/import/template"), tmp_path)
    filled = {"name": "深圳市海客科技有限公司", "mobile": "13800138000", "region": "广东省深圳市"}
    names = list(targets(entity_of(Customer), staff.ann))
    run = bring_in(client, upload(client, sheet([[filled.get(name, "") for name in names]], head=heads)))
    assert (run.state, run.created, run.faulty) == ("done", 1, 0)
    made = Customer.objects.get()
    assert (made.name, made.mobile, made.region, made.owner) == (filled["name"], "13800138000", "440300", staff.ann)


# -- columns -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "fields"),
    [
        (["公司名称", "手机", "备注"], ["name", "mobile", "remark"]),
        (["客户名称*", "手机（必填）", "备 注"], ["name", "mobile", "remark"]),
        (["单位名称", "手机", "说明"], ["name", "mobile", "remark"]),
        (["Company name", "MOBILE", "Remark:"], ["name", "mobile", "remark"]),
        (["公司名称", "Mobile", "古怪的列"], ["name", "mobile", ""]),
    ],
)
def test_columns_are_guessed_by_chinese_and_english_headings(
    heads: list[str], fields: list[str], staff: Staff, browse: Browse
) -> None:
    client = browse(staff.ann)
    assert guessed(client, upload(client, sheet([["甲公司", "13800138000", "好"]], head=heads))) == fields


def test_a_telephone_beside_a_person_is_the_persons(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    beside = upload(client, sheet([["甲公司", "王工", "13800138000"]], head=["公司名称", "联系人", "联系电话"]))
    assert guessed(client, beside) == ["name", "customers.contact:name", "customers.contact:phone"]
    alone = upload(client, sheet([["甲公司", "13800138000", "好"]], head=["公司名称", "联系电话", "备注"]))
    assert guessed(client, alone) == ["name", "phone", "remark"]
    own = upload(client, sheet([["甲公司", "王工", "075586660000"]], head=["公司名称", "联系人", "公司电话"]))
    assert guessed(client, own)[2] == "phone"


def test_a_heading_of_what_is_worked_out_is_told_so(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet([["甲公司", "2026-12-01", "好"]], head=["公司名称", "下次跟进时间", "备注"]))
    columns = client.get(f"/imports/{run.pk}/").context["columns"]
    assert [each["settled"] for each in columns] == [False, True, False]


def test_what_was_assigned_by_hand_is_remembered_also_for_colleagues(staff: Staff, browse: Browse) -> None:
    heads = ["名头", "说了什么", "Company name"]
    ann, row = browse(staff.ann), ["甲公司", "好", "x"]
    run = upload(ann, sheet([row], head=heads))
    assert guessed(ann, run) == ["", "", "name"]
    sent = {"column-0": "name", "column-1": "remark", "column-2": ""}
    assert ann.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "rule": "skip", **sent}).status_code == 302
    for user in (staff.ann, staff.ben):
        client = browse(user)
        assert guessed(client, upload(client, sheet([row], head=heads))) == ["name", "remark", ""], user.username


# -- preview -----------------------------------------------------------------------------------------------------------


def test_the_preview_says_at_each_cell_what_is_wrong_and_writes_nothing(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    heads = ["公司名称", "手机", "邮箱", "信用额度", "税号"]
    rows = [
        ["甲公司", "13800138000", "a@example.com", "1,200.50", ""],
        ["乙公司", "abc", "b@example.com", "很多", ""],
        ["丙公司", "13900139000", "没有圈", "5", "123"],
        ["长" * 121, "", "", "", ""],
        ["丁公司", "", "", "-5", ""],
        ["", "13700137000", "", "", ""],
    ]
    run = upload(client, sheet(rows, head=heads))
    assert guessed(client, run) == ["name", "mobile", "email", "credit_limit", "tax_number"]
    shown = preview(client, run)
    bad = [{head for head, cell in zip(heads, row["cells"], strict=True) if cell["fault"]} for row in shown]
    assert bad == [set(), {"手机", "信用额度"}, {"邮箱", "税号"}, {"公司名称"}, {"信用额度"}, {"公司名称"}]
    assert [row["number"] for row in shown] == [2, 3, 4, 5, 6, 7]
    page = client.get(f"/imports/{run.pk}/").content.decode()
    for row in shown:
        for cell in row["cells"]:
            assert cell["fault"] in page
            assert not cell["fault"].isascii() or not cell["fault"], "told in Chinese"
    assert page.count('<td class="bad">') == sum(map(len, bad))
    assert not Customer.objects.exists()
    done = bring_in(client, run)
    assert (done.created, done.faulty) == (1, 5), "the preview foretold what happened"


def test_the_preview_follows_another_choice_of_columns(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = upload(client, sheet([["甲公司", "abc"]], head=["公司名称", "手机"]))
    assert [bool(cell["fault"]) for cell in preview(client, run)[0]["cells"]] == [False, True]
    sent = {"assigned": "1", "column-0": "name", "column-1": "remark"}
    page = client.post(f"/imports/{run.pk}/", sent)
    assert [cell["fault"] for cell in page.context["preview"][0]["cells"]] == ["", ""]
    run.refresh_from_db()
    assert run.state == "mapping", "checked again, not started"


# -- those who are there already ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "counts", "remarks"),
    [
        ("skip", (1, 0, 2), ["", "新"]),
        ("update", (1, 1, 1), ["改过", "新"]),
        ("create", (3, 0, 0), ["", "改过", "新", "又来"]),
    ],
)
def test_the_rule_for_what_is_there_already(
    rule: str, counts: tuple[int, int, int], remarks: list[str], staff: Staff, browse: Browse
) -> None:
    client = browse(staff.ann)
    entity_of(Customer).create(by=staff.ann, name="深圳市海客科技有限公司")
    rows = [["深圳市海客科技有限公司", "改过"], ["新公司", "新"], ["新公司", "又来"]]
    run = upload(client, sheet(rows, head=["公司名称", "备注"]))
    assert f'<option value="{rule}"' in client.get(f"/imports/{run.pk}/").content.decode()
    start(client, run, rule)
    run_ready_jobs()
    run.refresh_from_db()
    assert (run.created, run.updated, run.skipped) == counts
    assert sorted(Customer.objects.values_list("remark", flat=True)) == sorted(remarks)


# -- job ---------------------------------------------------------------------------------------------------------------


def test_it_runs_as_a_job_and_the_page_tells_how_far_it_is(
    staff: Staff, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, seen = browse(staff.ann), []
    run = upload(client, sheet([[f"第{n}公司"] for n in range(25)], head=["公司名称"]))
    start(client, run)
    before = client.get(f"/imports/{run.pk}/").content.decode()
    assert "0 / 25" in before or "25 行" in before
    assert 'hx-trigger="every 1s"' in before
    assert not Customer.objects.exists(), "nobody waits for it in the page"

    def report(done: int, total: int | None = None, message: str = "") -> None:
        page = client.get(f"/imports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
        seen.append((done, total, f'<progress max="25" value="{done}"' in page))

    monkeypatch.setattr(engine, "CHUNK", 10)
    monkeypatch.setattr(progress, "report", report)
    run_ready_jobs()
    assert [each for each in seen if each[1] == 25] == [(10, 25, True), (20, 25, True), (25, 25, True)]
    after = client.get(f"/imports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" not in after
    assert 'value="25"' in after
    assert f"/imports/{run.pk}/undo" in after


# -- faulty rows -------------------------------------------------------------------------------------------------------


def test_faulty_rows_come_back_with_reasons_and_come_in_once_they_are_mended(
    staff: Staff, browse: Browse, tmp_path: Path
) -> None:
    client = browse(staff.ann)
    rows = [
        ["甲公司", "王一", "13800138001", "", "好"],
        ["乙公司", "李二", "坏号码", "", "=1+1"],
        ["", "张三", "", "", ""],
    ]
    run = bring_in(client, upload(client, sheet(rows, head=HEADS)))
    assert (run.created, run.faulty) == (1, 2)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert f'href="/imports/{run.pk}/faults"' in page
    heads, *faulty = grid(client.get(f"/imports/{run.pk}/faults"), tmp_path)
    assert heads[2:] == HEADS
    assert [row[1] for row in faulty] == [3, 4], "the rows as the spreadsheet numbers them"
    assert "坏号码" in [str(cell) for cell in faulty[0]]
    assert "手机" in faulty[0][0]
    assert "客户名称" in faulty[1][0]
    assert faulty[0][0] in page.replace("&quot;", '"')
    faulty[0][4], faulty[1][2] = "13800138002", "丙公司"
    again = upload(client, sheet(faulty, head=heads))
    assert guessed(client, again)[:3] == ["", "", "name"]
    again = bring_in(client, again)
    assert (again.created, again.faulty) == (2, 0)
    assert set(Customer.objects.values_list("name", flat=True)) == {"甲公司", "乙公司", "丙公司"}
    assert set(Contact.objects.values_list("name", flat=True)) == {"王一", "李二", "张三"}


# -- undo --------------------------------------------------------------------------------------------------------------


def test_one_click_undoes_it_all(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    present = entity_of(Customer).create(by=staff.ann, name="甲公司", remark="从前")
    rows = [["甲公司", "", "", "", "现在"], ["乙公司", "李二", "13800138002", "", ""]]
    run = bring_in(client, upload(client, sheet(rows, head=HEADS)), rule="update")
    present.refresh_from_db()
    assert (run.created, run.updated, present.remark) == (1, 1, "现在")
    assert f'href="/imports/{run.pk}/undo"' in client.get(f"/imports/{run.pk}/").content.decode()
    for other in (staff.ben, staff.boss):
        assert browse(other).post(f"/imports/{run.pk}/undo").status_code == 404
    assert client.post(f"/imports/{run.pk}/undo").status_code in (204, 302)
    present.refresh_from_db()
    assert (present.remark, present.deleted_at) == ("从前", None)
    assert list(Customer.objects.live()) == [present]
    assert not Contact.objects.live().exists()
    assert "乙公司" not in client.get("/customers/").content.decode()
    assert client.post(f"/imports/{run.pk}/undo").status_code == 404, "once is enough"


# -- kinds of file -----------------------------------------------------------------------------------------------------

ROWS = [
    HEADS,
    ["深圳市海客科技有限公司", "王小明", "13800138000", "", "好, “客户”"],
    ["广州白云", "李丽", "139 0013 9000", "", ""],
]


def as_xlsx() -> SimpleUploadedFile:
    return sheet(ROWS[1:], head=HEADS)


def as_xls() -> SimpleUploadedFile:
    book, stream = xlwt.Workbook(), io.BytesIO()
    page = book.add_sheet("客户")
    for line, row in enumerate(ROWS):
        for place, cell in enumerate(row):
            page.write(line, place, cell)
    book.save(stream)
    return SimpleUploadedFile("客户.xls", stream.getvalue())


def as_csv(encoding: str) -> Callable[[], SimpleUploadedFile]:
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS)
    return lambda: SimpleUploadedFile("客户.csv", text.encode(encoding))


KINDS = {
    "xlsx": as_xlsx,
    "xls": as_xls,
    "csv-utf8": as_csv("utf-8"),
    "csv-utf8-mark": as_csv("utf-8-sig"),
    "csv-gbk": as_csv("gbk"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_comes_in_alike(kind: str, staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    run = bring_in(client, upload(client, KINDS[kind]()))
    assert (run.state, run.created, run.faulty) == ("done", 2, 0)
    assert list(Customer.objects.order_by("id").values_list("name", "remark")) == [
        ("深圳市海客科技有限公司", "好, “客户”"),
        ("广州白云", ""),
    ]
    assert list(Contact.objects.order_by("id").values_list("name", "mobile")) == [
        ("王小明", "13800138000"),
        ("李丽", "13900139000"),
    ]


# -- rights ------------------------------------------------------------------------------------------------------------


def test_without_the_right_to_import_there_is_no_page_no_template_and_no_button(staff: Staff, browse: Browse) -> None:
    assert 'href="/customers/import/"' in browse(staff.ann).get("/customers/").content.decode()
    run = upload(browse(staff.ann), as_xlsx())
    role = Role.objects.get(key="sales")
    rights = {**role.rights, "customers.customer": {**role.rights.get("customers.customer", {}), "import": "none"}}
    entity_of(Role).change(role, by=SETUP, rights=rights)
    versioned.forget()
    client = browse(User.objects.get(pk=staff.ann.pk))
    assert 'href="/customers/import/"' not in client.get("/customers/").content.decode()
    for path in ("/customers/import/", "/customers/import/template"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Content-Disposition")) == (422, None)
    assert client.post("/customers/import/", {"file": as_xlsx()}).status_code == 422
    answer = client.post(f"/imports/{run.pk}/", {"assigned": "1", "start": "1", "column-0": "name"})
    assert answer.status_code in (404, 422), "who lost the right does not finish what he began"
    assert not Customer.objects.exists()
