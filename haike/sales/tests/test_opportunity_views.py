"""Board and calendar of opportunities find as the list does: filter, words and category, with counts and sums."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from haike.customers.testing import make_customer
from haike.find.share import Share
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_of
from haike.people.role.record import Role
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.models import Opportunity
from haike.sales.opportunity.stage import pipelines_in_use
from haike.sales.testing import make_opportunity

Browse = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
BIG = {"all": [{"field": "worth", "op": "least", "value": "50000"}]}
pytestmark = pytest.mark.feature("O3")


def fresh(record: Any) -> Any:
    return type(record)._base_manager.get(pk=record.pk)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def asked(path: str, **query: str) -> str:
    return f"/opportunities/{path}?{urlencode(query)}"


@pytest.fixture
def deals(staff: Staff) -> list[Opportunity]:
    """Three of ann's and one of cat's, all expected on one day but the last of ann's."""
    mine, other = make_customer(staff.ann), make_customer(staff.cat, "常州宏达机械有限公司")
    on = "2026-12-10"
    return [
        make_opportunity(staff.ann, mine, "大冷库", amount=Decimal(80_000), closes_on=on),
        make_opportunity(staff.ann, mine, "小配件", amount=Decimal(1_500), closes_on=on),
        make_opportunity(staff.ann, mine, "改造二期", amount=Decimal(60_000), closes_on="2027-01-05"),
        make_opportunity(staff.cat, other, "别人的", amount=Decimal(99_000), closes_on=on),
    ]


def test_the_board_finds_as_the_list_does(staff: Staff, browse: Browse, deals: list[Opportunity]) -> None:
    ann, text = browse(staff.ann), orjson.dumps(BIG).decode()
    page = text_of(ann.get(asked("board", f=text)))
    assert "大冷库" in page
    assert "小配件" not in page
    assert "¥140,000.00" in page
    assert "别人的" not in page
    found = text_of(ann.get(asked("board", f=text, q="改造")))
    assert "¥60,000.00" in found
    assert "大冷库" not in found
    # The dialog leads back to the board with what it had, also to the pipeline.
    group = str(pipelines_in_use()[0].pk)
    here = asked("filter", q="改造", view="board", group=group)
    typed = {"row-0-field": "worth", "row-0-operator": "least", "row-0-value": "50000", "apply": "1"}
    go = orjson.loads(ann.post(here, typed, headers=HTMX).headers["HX-Trigger"])["saved"]["go"]
    parts = parse_qs(urlsplit(go).query)
    assert urlsplit(go).path == "/opportunities/board"
    assert (parts["q"], parts["group"], "view" in parts) == (["改造"], [group], False)
    assert "¥60,000.00" in text_of(ann.get(go))
    # No other address is led to.
    elsewhere = ann.post(asked("filter", view="//evil.cn"), typed, headers=HTMX).headers["HX-Trigger"]
    assert orjson.loads(elsewhere)["saved"]["go"].startswith("/opportunities/?")


def test_a_board_whose_filter_cannot_be_read_is_shown_without(
    staff: Staff, browse: Browse, deals: list[Opportunity]
) -> None:
    assert "大冷库" in text_of(browse(staff.ann).get(asked("board", f="{")))


def test_a_move_answers_with_the_sums_of_what_is_found(staff: Staff, browse: Browse, deals: list[Opportunity]) -> None:
    small = deals[1]
    card = {"id": small.pk, "version": small.version, "lane": small.stage_id}
    answer = browse(staff.ann).post(
        asked("board/move", f=orjson.dumps(BIG).decode()), card, headers={"Accept": "application/json"}
    )
    assert "¥140,000.00" in answer.json()["heads"][str(small.stage_id)]


def test_the_board_sums_what_is_ones_own_and_what_is_shared_once(
    staff: Staff, browse: Browse, deals: list[Opportunity]
) -> None:
    for deal in (deals[0], deals[3]):
        # A deal that was shared with its present owner counts once, too.
        Share.objects.create(entity=Opportunity._meta.label_lower, record_id=deal.pk, user=staff.ann, by=staff.boss)
    Opportunity._base_manager.filter(pk=deals[1].pk).update(probability=35)
    some = [fresh(deal) for deal in deals]
    assert {deal.stage_id for deal in some} == {some[0].stage_id}
    assert len({deal.probability for deal in some}) == 2
    for user, seen in ((staff.ann, some), (staff.ben, some[:3]), (staff.cat, some[3:]), (staff.boss, some)):
        weighted = sum(deal.worth * deal.probability for deal in seen) / 100
        page = text_of(browse(user).get("/opportunities/board"))
        assert f'<span class="count">{len(seen)}</span>' in page
        assert f'<span class="lane-sum">{money_text(sum(deal.worth for deal in seen))}</span>' in page
        assert f"{money_text(round(weighted, 2))}</span>" in page


def test_the_calendar_sums_days_and_month(staff: Staff, browse: Browse, deals: list[Opportunity]) -> None:
    ann = browse(staff.ann)
    with CaptureQueriesContext(connection) as caught:
        page = text_of(ann.get(asked("calendar", month="2026-12")))
    assert len(caught) <= 14
    assert "2026年12月" in page
    assert page.count("¥81,500.00") == 2  # the day and the month
    assert "改造二期" not in page
    assert "别人的" not in page
    assert page.index("大冷库") < page.index("小配件")  # the larger first
    assert f"/opportunities/{deals[0].pk}/" in page
    assert escape(asked("calendar", month="2027-01")) in page
    big = text_of(ann.get(asked("calendar", month="2026-12", f=orjson.dumps(BIG).decode())))
    assert "¥81,500.00" not in big
    assert "小配件" not in big
    # What is won is not expected any more; a month that is none is the present one.
    ann.post(f"/opportunities/{deals[0].pk}/do/win", {}, headers=HTMX)
    assert "大冷库" not in text_of(ann.get(asked("calendar", month="2026-12")))
    assert text_of(ann.get(asked("calendar", month="2026-13"))) is not None


def test_the_sum_of_a_day_leads_to_its_records(staff: Staff, browse: Browse, deals: list[Opportunity]) -> None:
    ann = browse(staff.ann)
    for deal in range(5):
        make_opportunity(staff.ann, deals[0].customer, f"第{deal}单", amount=Decimal(100), closes_on="2026-12-10")
    page = text_of(ann.get(asked("calendar", month="2026-12", f=orjson.dumps(BIG).decode())))
    assert "还有" not in page
    page = text_of(ann.get(asked("calendar", month="2026-12")))
    assert "还有 3 条" in page
    link = page.split('class="dates-day-sum" href="')[1].split('"')[0].replace("&amp;", "&")
    listed = text_of(ann.get(link))
    assert "第4单" in listed
    assert "改造二期" not in listed


def test_sums_and_days_are_for_those_who_read_them(staff: Staff, browse: Browse, deals: list[Opportunity]) -> None:
    ann, role = browse(staff.ann), staff.ann.roles.get()
    assert ann.get("/customers/calendar").status_code == 404
    rights = {"sales.opportunity": {"amount": "hidden", "worth": "hidden"}}
    entity_of(Role).change(role, by=staff.boss, field_rights=rights)
    page = text_of(ann.get(asked("calendar", month="2026-12")))
    assert "大冷库" in page
    assert "¥" not in page
    rights["sales.opportunity"]["closes_on"] = "hidden"
    entity_of(Role).change(fresh(role), by=staff.boss, field_rights=rights)
    assert ann.get("/opportunities/calendar").status_code == 404
