"""My numbers: bare telephone, QQ and WeChat numbers are recognised, told apart from known ones, and become leads."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haike.api.token import make_token
from haike.customers.testing import make_contact, make_customer
from haike.dedupe.guard import RULES
from haike.exchange.run import ImportRun
from haike.jobs.testing import run_ready_jobs
from haike.kernel.option import choose
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.testing import make_pool
from haike.sales.lead.numbers.read import read_people
from haike.sales.lead.record import TO_DO, UNASSIGNED, Lead
from haike.sales.testing import make_lead
from haike.sheets.write import SheetWriter

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def read(line: str) -> list[dict[str, str]]:
    return [person.numbers for person in read_people([line])]


@pytest.mark.feature("L3")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("13812345678", [{"mobile": "13812345678"}]),
        ("１３８ 1234-5678", [{"mobile": "13812345678"}]),
        ("+86 138 1234 5678", [{"mobile": "13812345678"}]),
        ("王经理 13812345678 微信同号", [{"mobile": "13812345678", "wechat": "13812345678"}]),
        ("13812345678、13912345678", [{"mobile": "13812345678"}, {"mobile": "13912345678"}]),
        ("0755-2345 6789 转 801", [{"phone": "075523456789,801"}]),
        ("400-800-1234", [{"phone": "4008001234"}]),
        ("+852 2345 6789", [{"phone": "+85223456789"}]),
        ("12345678", [{"qq": "12345678"}]),
        ("QQ:2512345678", [{"qq": "2512345678"}]),
        ("扣扣 998877", [{"qq": "998877"}]),
        ("微信：lisi_wujin", [{"wechat": "lisi_wujin"}]),
        ("wxid_abc123", [{"wechat": "wxid_abc123"}]),
        ("VX13800138000", [{"wechat": "13800138000"}]),
        ("手机：13800138000；QQ：998877；微信：abc-123", [
            {"mobile": "13800138000", "qq": "998877", "wechat": "abc-123"},
        ]),
        ("12345678901", [{}]),
        ("138123456789", [{}]),
        ("hello world", [{}]),
    ],
)  # fmt: skip
def test_which_kind_a_number_is(line: str, found: list[dict[str, str]]) -> None:
    assert read(line) == found


@pytest.mark.feature("L3")
def test_a_pasted_text_is_looked_through_before_anything_comes_in(staff: Staff, browse: Browse) -> None:
    mine = make_lead(staff.ann, company="东莞市长青五金制品有限公司", mobile="13900001234", qq="5556667")
    customer = make_customer(staff.cat, name="上海明达电子有限公司")
    make_contact(staff.cat, customer, name="沈工", wechat="shen_gong88")
    text = "张三 13812345678\n13900001234\nqq 5556667\n微信 shen_gong88\n138 1234 5678\n12345678901\n"
    client = browse(staff.ann)
    page = text_of(client.post("/leads/numbers", {"text": text, "whose": "me"}))
    for said in (
        "新的 1",
        "已存在 3",
        "文中重复 1",
        "认不出号码 1",
        "第 1 行已有这个号码。",
        "这不是号码：12345678901",
    ):
        assert said in page
    assert mine.name in page
    # Of what she does not see she learns whose it is, not who it is.
    assert "上海明达电子" not in page
    assert "蔡晓" in page
    assert Lead.objects.count() == 1
    assert not ImportRun.objects.exists()

    facts = {"text": text, "whose": "me", "source": "fair", "start": "1"}
    answer = client.post("/leads/numbers", facts)
    run = ImportRun.objects.get()
    assert answer["Location"] == f"/imports/{run.pk}/"
    run_ready_jobs()
    made = Lead.objects.exclude(pk=mine.pk).get()
    assert (made.mobile, made.person, made.source, made.owner, made.state) == (
        "13812345678", "张三", "fair", staff.ann, TO_DO,
    )  # fmt: skip
    assert client.post(f"/imports/{run.pk}/undo", headers=HTMX).status_code == 204
    made.refresh_from_db()
    assert made.deleted_at is not None


@pytest.mark.feature("L3")
def test_known_ones_come_in_only_when_asked_for_and_the_rule_allows_it(staff: Staff, browse: Browse) -> None:
    make_lead(staff.ann, mobile="13900001234")
    client, facts = browse(staff.ann), {"text": "13900001234", "whose": "me", "start": "1"}
    answer = client.post("/leads/numbers", facts)
    assert answer.status_code == 422
    assert "没有新的号码可以导入。" in text_of(answer)
    client.post("/leads/numbers", {**facts, "known": "1"})
    run_ready_jobs()
    assert Lead.objects.count() == 2
    run = ImportRun.objects.get()
    assert (run.created, run.warned, run.faulty) == (1, 1, 0)
    assert "电话相同" in text_of(client.get(f"/imports/{run.pk}/"))
    choose(RULES["phone"], "forbid")
    client.post("/leads/numbers", {**facts, "known": "1"})
    run_ready_jobs()
    assert Lead.objects.count() == 2
    assert ImportRun.objects.get(created=0).faulty == 1


@pytest.mark.feature("L3")
def test_numbers_of_a_sheet_go_into_a_pool_or_to_people_in_turn(staff: Staff, browse: Browse) -> None:
    pool = make_pool(entity="sales.lead", members=[staff.ann, staff.cat], managers=[staff.ben])
    target = BytesIO()
    with SheetWriter(target) as writer:
        writer.add_sheet("号码", ["号码", "备注"])
        for place in range(6):
            writer.write_row([13700000000 + place, "展会"])
    file = SimpleUploadedFile("号码.xlsx", target.getvalue())
    page = browse(staff.ann).post("/leads/numbers", {"file": file, "whose": "me"})
    assert "新的 6" in text_of(page)
    numbers = "\n".join(f"1370000000{place}" for place in range(6))
    facts = {"text": numbers, "whose": f"pool-{pool.account_id}", "start": "1"}
    assert browse(staff.ann).post("/leads/numbers", facts).status_code == 302
    run_ready_jobs()
    assert {lead.state for lead in Lead.objects.all()} == {UNASSIGNED}
    assert set(Lead.objects.values_list("owner", flat=True)) == {pool.account_id}

    others = "\n".join(f"1360000000{place}" for place in range(6))
    facts = {"text": others, "whose": "people", "how": "turn", "people": [staff.ann.pk, staff.cat.pk], "start": "1"}
    # Ann may not give leads to others, so she is not asked.
    assert browse(staff.ann).post("/leads/numbers", facts).status_code == 422
    assert browse(staff.boss).post("/leads/numbers", facts).status_code == 302
    run_ready_jobs()
    dealt = Lead.objects.filter(mobile__startswith="136")
    assert dealt.filter(owner=staff.ann).count() == dealt.filter(owner=staff.cat).count() == 3


@pytest.mark.feature("L3")
def test_bad_texts(staff: Staff, browse: Browse) -> None:
    client = browse(staff.ann)
    assert "请先粘贴号码" in text_of(client.post("/leads/numbers", {"text": " \n ", "whose": "me"}))
    many = "\n".join(str(13000000000 + place) for place in range(5001))
    answer = client.post("/leads/numbers", {"text": many, "whose": "me"})
    assert answer.status_code == 422
    assert "一次最多 5,000 个号码" in text_of(answer)
    picture = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    assert client.post("/leads/numbers", {"file": picture, "whose": "me", "text": "13812345678"}).status_code == 422
    strange = client.post("/leads/numbers", {"text": "13812345678", "whose": "pool-99", "start": "1"})
    assert strange.status_code == 422
    assert not Lead.objects.exists()


@pytest.mark.feature("L3", "C3")
def test_import_and_api_tell_of_likely_duplicates_under_the_rule_warn(staff: Staff) -> None:
    make_lead(staff.ann, company="东莞市长青五金制品有限公司", mobile="13900001234")
    __, key = make_token(name="t", days=1, read_only=False, by=staff.ann)

    def post(**values: str) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        return Client().post("/api/v1/leads/", values, content_type="application/json", headers=headers)

    answer = post(company="长青", mobile="13900001234")
    assert answer.status_code == 201
    assert answer.json()["warnings"]
    assert "长青五金" in answer.json()["warnings"][0]
    other = post(company="另一家公司", mobile="13900009999")
    assert not other.json().get("warnings")
