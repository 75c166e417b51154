"""In a real browser: add a webhook, see its secret, send a test and see it arrive."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook as Verifier

from haike.api.tests.receiver import receiving
from haike.api.webhook.record import ALLOW_HTTP, Webhook
from haike.jobs.testing import run_ready_jobs
from haike.kernel.option import choose
from haike.people.testing import make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P36")]


def test_adding_a_webhook_and_seeing_the_test_arrive(browser_page: Page, settings: Any) -> None:
    make_staff()
    choose(ALLOW_HTTP, True)
    settings.HAIKE_WEBHOOK_INSIDE = (ip_network("127.0.0.1"),)
    page = browser_page
    sign_in(page, "/settings/", "boss")
    page.get_by_role("link", name="Webhook 推送").click()
    page.get_by_role("link", name="新建 Webhook").first.click()
    page.get_by_label("名称").fill("ERP 同步")
    page.get_by_label("地址").fill("http://10.0.0.1/hook")
    page.locator("input[value='customers.customer:created']").check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#error-url")).to_contain_text("内网")
    expect(page.get_by_label("名称")).to_have_value("ERP 同步")
    with receiving() as receiver:
        page.get_by_label("地址").fill(receiver.url)
        page.get_by_role("button", name="保存").click()
        secret = page.locator(".hook-secret").inner_text()
        page.get_by_role("button", name="发送测试").click()
        expect(page.locator("#deliveries .tag")).to_have_text("排队中")
        expect(page.locator(".hook-secret")).to_have_count(0)
        run_ready_jobs()
        # The page asks again by itself.
        expect(page.locator("#deliveries .tag")).to_have_text("已送达")
        headers, body = receiver.got[0]
        assert Verifier(secret).verify(body, headers)["type"] == "haike.test"
    page.locator("#deliveries th a").click()
    expect(page.locator(".hook-text").nth(1)).to_contain_text("haike.test")
    expect(page.locator(".hook-text").last).to_contain_text("thanks")
    assert Webhook.objects.get().wanted == {"customers.customer": ["created"]}
