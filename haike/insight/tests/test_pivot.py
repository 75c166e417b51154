"""Pivots through HTTP: who sees which numbers, and that each leads to just its records."""

import html
import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from haike.customers.testing import make_customer
from haike.exchange.exported import Export
from haike.insight.models import SavedPivot
from haike.kernel.entity import entities
from haike.kernel.log import Change
from haike.people.models import Role
from haike.people.testing import PASSWORD
from haike.people.user.actions import SETUP, make_user
from haike.sheets.read import open_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.feature("R6")]
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


def table(answer):
    """The table as lists of (text, address)."""
    assert answer.status_code == 200, answer.content.decode()[:500]
    text = re.search(r'<table class="pivot.*?</table>', answer.content.decode(), re.DOTALL)
    assert text, re.sub(r"<[^>]+>", " ", answer.content.decode())[-1500:]
    rows = []
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", text[0], re.DOTALL):
        cells = []
        for inner in CELL.findall(row):
            url = re.search(r'href="([^"]*)"', inner)
            cells.append((html.unescape(re.sub(r"<[^>]+>", "", inner)), html.unescape(url[1]) if url else ""))
        rows.append(cells)
    return rows


def texts(answer):
    return [[text for text, __ in row] for row in table(answer)]


@pytest.fixture
def some(staff):
    for name, by, level, limit in (
        ("甲", staff.ann, "a", 100), ("乙", staff.ann, "b", 200), ("丙", staff.ben, "a", 50), ("丁", staff.cat, "", 7),
    ):  # fmt: skip
        make_customer(by, f"{name}公司", credit_limit=Decimal(limit), **({"level": level} if level else {}))


def test_everybody_counts_what_he_sees(staff, some, browse):
    asked = "/customers/pivot?rows=owner&column=level&measure=count&measure=credit_limit.sum"
    boss = texts(browse(staff.boss).get(asked))
    assert boss[2:] == [
        ["安然", "1", "¥100.00", "1", "¥200.00", "", "", "2", "¥300.00"],
        ["贲志强", "1", "¥50.00", "", "", "", "", "1", "¥50.00"],
        ["蔡晓", "", "", "", "", "1", "¥7.00", "1", "¥7.00"],
        ["合计", "2", "¥150.00", "1", "¥200.00", "1", "¥7.00", "4", "¥357.00"],
    ]
    assert [row[0] for row in texts(browse(staff.ben).get(asked))[2:]] == ["安然", "贲志强", "合计"]
    assert texts(browse(staff.ann).get(asked))[-1][-2:] == ["2", "¥300.00"]
    assert [row[0] for row in texts(browse(staff.cat).get(asked))[2:]] == ["蔡晓", "合计"]


def test_a_number_leads_to_just_its_records(staff, some, browse):
    boss = browse(staff.boss)
    narrowed = "q=公司&f=" + '{"any":[{"field":"level","op":"one_of","value":["a"]},{"field":"level","op":"empty"}]}'
    for state in ("", narrowed):
        rows = table(boss.get(f"/customers/pivot?rows=owner&column=level&{state}"))
        cells = [(text, url) for row in rows[1:] for text, url in row[1:] if text]
        assert len(cells) >= 6
        for text, url in cells:
            count = boss.get(url.replace("/customers/", "/customers/count")).content.decode()
            assert re.search(rf"\b{text}\b", count), url
            assert parse_qs(urlsplit(url).query).get("q") == (["公司"] if state else None)


def test_departments_hold_those_below(staff, some, browse):
    rows = texts(browse(staff.boss).get("/customers/pivot?rows=owner.department&then=level"))
    assert [row[:2] for row in rows[1:]] == [
        ["海客科技", "4"], ["华南销售部", "3"], ["a", "2"], ["b", "1"],
        ["华东销售部", "1"], ["（空）", "1"], ["合计", "4"],
    ]  # fmt: skip
    staff.ann._haike_entity.change(staff.ann, by=SETUP, department=staff.east)
    today = texts(browse(staff.boss).get("/customers/pivot?rows=owner.department"))
    then = texts(browse(staff.boss).get("/customers/pivot?rows=department"))
    assert [row[1] for row in today[1:]] == ["4", "1", "3", "4"], "Ann has taken hers along"
    assert [row[1] for row in then[1:]] == ["4", "3", "1", "4"], "they were made in the other department"


def test_turned_sorted_shortened_and_as_shares(staff, some, browse):
    boss = browse(staff.boss)
    turned = re.search(r'href="([^"]*)"[^>]*aria-label="交换行与列"', boss.get(
        "/customers/pivot?rows=owner&column=level").content.decode())  # fmt: skip
    assert texts(boss.get(html.unescape(turned[1])))[0][1:] == ["安然", "贲志强", "蔡晓", "合计"]
    by_sum = "/customers/pivot?rows=owner&measure=credit_limit.sum"
    assert [row[0] for row in texts(boss.get(f"{by_sum}&order=credit_limit.sum"))[1:4]] == ["蔡晓", "贲志强", "安然"]
    assert texts(boss.get(f"{by_sum}&share=column"))[1:3] == [["安然", "84.0%"], ["贲志强", "14.0%"]]
    for place in range(5):
        make_customer(make_user(username=f"s{place}", name=f"员工{place}", password=PASSWORD, roles=["sales"], by=SETUP,
                                department=staff.east), f"客户{place}")  # fmt: skip
    short = texts(boss.get("/customers/pivot?rows=owner&top=5"))
    assert (len(short), short[-2], short[-1][1]) == (8, ["其他（3 项）", "3"], "9")
    average = texts(boss.get("/customers/pivot?rows=level&measure=credit_limit.avg&measure=credit_limit.max"))
    assert average[1] == ["a", "¥75.00", "¥100.00"]


def test_hidden_fields_are_no_rows_columns_or_measures(staff, some, browse):
    role = Role.objects.get(key="sales")
    role._haike_entity.change(
        role, by=SETUP, field_rights={"customers.customer": {"level": "hidden", "credit_limit": "masked"}}
    )
    answer = browse(staff.ann).get("/customers/pivot?rows=level&column=owner&measure=credit_limit.sum")
    text = answer.content.decode()
    assert "credit_limit" not in text.split("<form", 1)[1].split("</form>")[0]
    assert 'value="level"' not in text
    assert "已略去" in text
    assert texts(answer) == [["全部记录", "安然", "合计"], ["合计", "2", "2"]]


def test_kept_under_a_name_and_shared(staff, some, browse):
    ann, ben = browse(staff.ann), browse(staff.ben)
    asked = "rows=level&column=owner&measure=count&heat=1"
    ann.post(f"/customers/pivot/keep?{asked}", {"name": "级别 × 负责人", "who": "me"})
    kept = SavedPivot.objects.get()
    assert "级别 × 负责人" not in ben.get("/customers/pivot").content.decode()
    ann.post(f"/customers/pivot/keep?{asked}", {"name": "级别 × 负责人", "who": "all"})
    page = ben.get("/customers/pivot").content.decode()
    assert "级别 × 负责人" in page
    assert SavedPivot.objects.count() == 1
    assert ben.post(f"/customers/pivot/{kept.pk}/delete").status_code == 404
    assert SavedPivot.objects.exists()
    assert ann.post(f"/customers/pivot/keep?{asked}", {"name": "", "who": "all"}).status_code == 422
    ann.post(f"/customers/pivot/{kept.pk}/delete")
    assert not SavedPivot.objects.exists()


def test_out_as_a_sheet_with_number_and_log(staff, some, browse, tmp_path):
    level = "=1+1"
    make_customer(staff.ann, "公式公司", level=level)
    boss = browse(staff.boss)
    answer = boss.get("/customers/pivot/sheet?rows=level&column=owner&measure=credit_limit.sum")
    assert answer.status_code == 200
    path = tmp_path / "pivot.xlsx"
    path.write_bytes(answer.content)
    assert b"<f>" not in answer.content
    with open_sheet(path, filename="pivot.xlsx") as book:
        rows = [list(row) for row in book.rows()]
    assert rows[-1][0] == "合计"
    assert rows[-1][-1] == 357
    assert rows[1][0] == level, "a text, no formula"
    export = Export.objects.get()
    assert export.rows == 4
    assert Change.objects.filter(action="export", entity="customers.customer").exists()
    role = Role.objects.get(key="sales")
    rights = {"customers.customer": {"view": "own", "create": "own", "export": "none"}}
    role._haike_entity.change(role, by=SETUP, rights=rights)
    assert browse(staff.ann).get("/customers/pivot/sheet").status_code == 422
    assert Export.objects.count() == 1


def test_what_is_too_much_or_strange_is_said(staff, some, browse):
    boss = browse(staff.boss)
    for strange in (
        "rows=nonsense&column=owner__x&measure=name.sum",
        "order=%27--&top=-1&share=x&chart=y",
        "f=%7B",
        "column=owner&rows=owner",
    ):
        assert boss.get(f"/customers/pivot?{strange}").status_code == 200
    assert boss.get("/nothing/pivot").status_code == 404
    assert boss.get("/departments/pivot").status_code == 404, "no list, no pivot"
    empty = boss.get("/customers/pivot?q=zzzzqq").content.decode()
    assert "没有匹配" in empty or "清除" in empty
    assert 'href="/customers/pivot?tab=mine"' in boss.get("/customers/?tab=mine").content.decode()


@pytest.mark.feature("P36")
def test_the_same_numbers_by_the_api(staff, some, browse):
    path = "/api/v1/customers/pivot?rows=owner&column=level&measure=count,credit_limit.sum"
    told = browse(staff.ben).get(path).json()
    assert [column["key"] for column in told["columns"]] == ["a", "b", ""]
    assert told["rows"][0]["values"] == [[1, 100], [1, 200], [2, 300]]
    assert told["total"] == [[2, 150], [1, 200], [3, 350]]
    assert browse(staff.ben).get("/api/v1/departments/pivot").status_code == 404


def test_as_many_questions_whatever_the_number_of_records(staff, some, browse, django_assert_max_num_queries):
    boss = browse(staff.boss)
    asked = "/customers/pivot?rows=owner.department&then=owner&column=created_at.month&measure=count,credit_limit.sum"
    boss.get(asked)
    with django_assert_max_num_queries(8):
        boss.get(asked)


def test_every_list_has_one(staff, browse):
    boss = browse(staff.boss)
    for entity in entities():
        listed = "list" not in entity.views and entity.policy.may(staff.boss, "view")
        assert boss.get(f"{entity.url}pivot").status_code == (200 if listed else 404), entity.label
