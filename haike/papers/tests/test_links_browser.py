"""The whole way of a paper in a browser: mailed by its sender, opened by the customer, seen on the quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.testing import make_customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.papers.actions import code_of
from haike.papers.models import MailServer, PaperLink
from haike.papers.tests.mailhouse import MailHouse, open_mailhouse
from haike.people.testing import make_staff, sign_in
from haike.sales.quote.record import Quote

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.feature("Q3")]


@pytest.fixture
def house() -> Iterator[MailHouse]:
    with open_mailhouse() as made:
        yield made


def test_a_quote_is_mailed_and_its_opening_is_seen(
    browser_page: Any, browser: Any, live_server: Any, house: MailHouse, settings: Any
) -> None:
    page, staff = browser_page, make_staff()
    customer, entity = make_customer(staff.ann, "苏州锐诚精密机械有限公司"), entity_of(Quote)
    rows = [{"name": "螺杆空压机", "quantity": "2", "price": "12800"}, {"name": "安装调试", "price": "800"}]
    quote = entity.create(
        by=staff.ann, subject="空压站", customer=customer, lines=entity.looks["lines"].from_json(rows, staff.ann)
    )
    settings.HAIKE_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    MailServer.objects.create(pk=1, host="127.0.0.1", port=house.port, security="none", sender="post@haike.cn")
    sign_in(page, name="ann")
    page.goto(f"/quotes/{quote.pk}/paper")
    page.get_by_role("link", name="发送链接").click()
    drawer = page.locator("dialog[open]")
    drawer.locator("[name=whom]").fill("钱经理")
    # The fields of the mail come when one is wanted.
    expect(drawer.locator("[name=others]")).to_be_hidden()
    drawer.locator("[name=by_mail]").check()
    drawer.locator("[name=others]").fill("qian@ruicheng.cn")
    drawer.locator("[name=with_code]").check()
    drawer.get_by_role("button", name="生成链接").click()
    page.wait_for_url("**/papers/*")
    run_ready_jobs()
    page.reload()
    expect(page.locator("main")).to_contain_text("已发送")
    [(to, letter)] = house.took
    assert to == "qian@ruicheng.cn"
    address = re.findall(r"http://\S+/public/papers/\S+", letter.get_content())[0]
    assert address == page.get_by_label("要发送的链接").input_value()
    # The customer has another browser, and a telephone.
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", user_agent="Mozilla/5.0 Chrome/120"
    )
    theirs, faults = phone.new_page(), []
    theirs.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    theirs.goto(address)
    theirs.get_by_label("取件码").fill(code_of(PaperLink.objects.get()))
    with theirs.expect_response("**/seen") as told:
        theirs.get_by_role("button", name="打开单据").click()
    assert told.value.status == 204
    expect(theirs.get_by_role("heading", name="报价单")).to_be_visible()
    expect(theirs.locator("main")).to_contain_text("26,400.00")
    expect(theirs.get_by_role("button", name="打印或存为 PDF")).to_be_visible()
    assert theirs.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults == []
    phone.close()
    page.goto(f"/quotes/{quote.pk}/?tab=papers")
    row = page.locator("tr", has_text="钱经理")
    expect(row).to_contain_text("已打开")
    expect(row).to_contain_text("1 次")
    assert PaperLink.objects.get().opened == 1
