"""Won and lost opportunities by reason, seller and competitor; those overdue in a stage, and their reminders."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haike.catalog.testing import make_product
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.kernel.record import writer
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.sales.models import Competitor, Opportunity, Quote, Stage
from haike.sales.opportunity.outcome import outcome_of, outcomes, reasons
from haike.sales.opportunity.outcome_parts import by_product, by_rival
from haike.sales.opportunity.record import LOST, WON
from haike.sales.opportunity.report import Asked
from haike.sales.opportunity.stage import pipelines_in_use, stages_of
from haike.sales.testing import make_opportunity
from haike.talk.jobs import remind
from haike.talk.notice.record import Notice

Browse = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def decided(by: User, customer: Any, title: str, state: str, amount: int, days: int = 0, **more: Any) -> Opportunity:
    found = {"found_on": today() - timedelta(days=days)}
    made = make_opportunity(by, customer, title, amount=Decimal(amount), **found)
    entity_of(Opportunity).change(made, by=by, state=state, **more)
    return made


@pytest.mark.feature("O7")
def test_why_and_by_whom_it_was_won_and_lost(staff: Staff, browse: Browse) -> None:
    customer, other = make_customer(staff.ann), make_customer(staff.cat, "杭州恒达包装有限公司")
    decided(staff.ann, customer, "赢一", WON, 1000, 30, won_reason="quality")
    decided(staff.ann, customer, "赢二", WON, 3000, 10)
    decided(staff.ann, customer, "输一", LOST, 500, lost_reason="competitor", lost_to="华印标签")
    old = decided(staff.ann, customer, "旧输", LOST, 700, lost_reason="price")
    decided(staff.cat, other, "别人输", LOST, 900, lost_reason="budget")
    make_opportunity(staff.ann, customer, "还开着", amount=Decimal(50))
    with writer():
        Opportunity._base_manager.filter(pk=old.pk).update(closed_on=today().replace(day=1) - timedelta(days=1))
    asked = Asked(staff.ann, {"period": "this_month"}, every=True)
    rows = asked.closed(asked.span)
    whole = outcome_of(rows)
    assert (whole.won, whole.lost, whole.won_amount, whole.lost_amount, whole.days) == (2, 1, 4000, 500, 20)
    assert whole.rate == pytest.approx(2 / 3)
    assert [(each.code, each.number, each.amount) for each in reasons(rows, WON)] == [
        ("quality", 1, 1000),
        ("", 1, 3000),
    ]
    assert [(each.key, each.lost) for each in outcomes(rows, "lost_to")] == [("华印标签", 1)]
    assert [each.won for each in outcomes(rows, "month")] == [2]
    ann = browse(staff.ann)
    page = text_of(ann.get("/opportunities/outcome?period=this_month"))
    assert "67%" in page
    assert "¥4,000.00" in page
    assert "选了竞争对手" in page
    assert "预算取消" not in page
    assert "预算取消" in text_of(browse(staff.boss).get("/opportunities/outcome?period=this_month&by=department"))
    # Each figure leads to exactly those which it counts.
    links = [unescape(link) for link in re.findall(r'href="(/opportunities/\?f=[^"]+)"', page)]
    titles = ("赢一", "赢二", "输一", "旧输", "还开着")
    shown = [{title for title in titles if title in text_of(ann.get(link))} for link in dict.fromkeys(links)]
    assert shown[:2] == [{"赢一", "赢二"}, {"输一"}]
    assert {"赢一"} in shown
    assert {"赢二"} in shown
    rival = text_of(ann.get("/opportunities/outcome?period=this_month&by=lost_to&compare="))
    assert "华印标签" in rival
    links = [unescape(link) for link in re.findall(r'href="(/opportunities/\?f=[^"]+)"', rival)]
    assert "输一" in text_of(ann.get(links[-1]))
    assert ann.get("/opportunities/outcome?by=month&period=this_month").status_code == 200


@pytest.mark.feature("O7")
def test_by_product_and_by_competitor(staff: Staff, browse: Browse) -> None:
    customer, fan, pump = make_customer(staff.ann), make_product(staff.boss, "风机"), make_product(staff.boss, "水泵")
    won = decided(staff.ann, customer, "赢", WON, 1000, 10)
    lost = decided(staff.ann, customer, "输", LOST, 600, lost_reason="price")
    foreign = decided(
        staff.cat, make_customer(staff.cat, "杭州恒达包装有限公司"), "别人", LOST, 900, lost_reason="price"
    )
    for chance, by in ((won, staff.ann), (lost, staff.ann), (foreign, staff.cat)):
        entity_of(Competitor).create(by=by, opportunity=chance, rival="local")
    entity_of(Competitor).create(by=staff.ann, opportunity=won, rival="import")
    # The newest quote counts: what was offered before does not.
    for chance, lines in ((won, ((pump, 5),)), (won, ((fan, 1), (fan, 2), (pump, 1))), (lost, ((fan, 4),))):
        quote = entity_of(Quote)
        typed = [{"product": each.pk, "quantity": str(many), "price": "100"} for each, many in lines]
        read = quote.looks["lines"].from_json(typed, staff.ann)
        quote.create(by=staff.ann, customer=customer, opportunity=chance, subject="报价", lines=read)
    rows = Asked(staff.ann, {"period": "this_month"}, every=True)
    parts = [(each.key, each.won, each.lost, each.days) for each in by_rival(rows.closed(rows.span))]
    assert parts == [("local", 1, 1, 10.0), ("import", 1, 0, 10.0)]
    found, names = by_product(rows.closed(rows.span), staff.ann)
    assert [(names[each.key], each.won, each.lost, each.won_amount, each.lost_amount) for each in found] == [
        ("风机", 1, 1, 750, 600),
        ("水泵", 1, 0, 250, 0),
    ]
    ann, page = browse(staff.ann), "/opportunities/outcome?period=this_month&by="
    assert all(word in text_of(ann.get(f"{page}product")) for word in ("风机", "¥750.00", "50%"))
    assert all(word in text_of(ann.get(f"{page}rival")) for word in ("本地厂家", "进口品牌", "100%"))
    assert "本地厂家" in text_of(browse(staff.cat).get(f"{page}rival"))
    assert "进口品牌" not in text_of(browse(staff.cat).get(f"{page}rival"))


@pytest.mark.feature("O8")
def test_an_overdue_stage_is_told_once_with_what_to_do_next(
    staff: Staff, browse: Browse, django_capture_on_commit_callbacks: Any
) -> None:
    stage = stages_of(pipelines_in_use()[0].pk)[0]
    made = make_opportunity(staff.ann, make_customer(staff.ann), "停留太久", amount=Decimal(50))
    fresh = make_opportunity(staff.ann, made.customer, "刚刚开始", amount=Decimal(50))
    assert "停留太久" not in text_of(browse(staff.ann).get("/opportunities/?tab=late"))
    with writer():
        since = timezone.now() - timedelta(days=stage.days + 1, minutes=1)
        Opportunity._base_manager.filter(pk=made.pk).update(stage_since=since)
    page = text_of(browse(staff.ann).get("/opportunities/?tab=late"))
    assert "停留太久" in page
    assert fresh.title not in page
    assert "停留太久" in text_of(browse(staff.ann).get("/opportunities/board?tab=late"))
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            remind.func()
    notice = Notice.objects.get(kind="stage_overdue")
    assert (notice.user, notice.record_id) == (staff.ann, made.pk)
    assert "确认联系人和职务" in text_of(browse(staff.ann).get("/notices/"))
    # A longer target takes it out of the category at once.
    entity_of(Stage).change(stage, by=staff.boss, days=90)
    assert "停留太久" not in text_of(browse(staff.ann).get("/opportunities/?tab=late"))
