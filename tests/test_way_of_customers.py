"""Whose customers are whose, in a real browser: a territory drawn and given, a new customer reviewed before its order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from haike.customers.customer.record import Customer
from haike.customers.review.act import DEMANDED
from haike.customers.testing import make_customer
from haike.jobs.testing import run_ready_jobs
from haike.kernel.entity import entity_of
from haike.kernel.option import choose
from haike.people.testing import make_staff, sign_in
from haike.pools.models import Territory
from haike.sales.order.record import Order
from haike.sales.quote.record import Quote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True,
        service_workers="block",
    )  # fmt: skip
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def owner_of(customer: Any) -> Any:
    return Customer._base_manager.get(pk=customer.pk).owner


def narrow(page: Page) -> None:
    """Nothing of the page stands out of the telephone."""
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.feature("C28")
def test_a_territory_is_drawn_and_its_seller_has_the_customers(browser_page: Page, phone: Page) -> None:
    page, staff = browser_page, make_staff()
    moved = make_customer(staff.ann, "深圳市海蓝科技有限公司", region="440305", phone="0755-26001234")
    stays = make_customer(staff.ann, "北京仁和医院", region="110105")
    sign_in(page, "/territories/", "boss")
    page.get_by_role("link", name="新建销售区域").first.click()
    form = page.locator("dialog[open] form[data-form]")
    form.locator("[name=name]").fill("华南")
    form.locator("select[name=entity]").select_option(entity_of(Customer).label)
    sellers = form.locator(".form-field:has(#id_sellers)")
    sellers.locator(".ts-control input").press_sequentially("蔡晓")
    expect(sellers.locator("[role=option].active", has_text="蔡晓")).to_be_visible()
    page.keyboard.press("Enter")
    expect(sellers.locator(".ts-control .item", has_text="蔡晓")).to_be_visible()
    form.locator(".form-foot .btn-primary").click()
    page.locator(".list-table .row-link", has_text="华南").click()
    page.wait_for_url(re.compile(r"/territories/\d+/$"))
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="条件", exact=True).click()
    dialog = page.locator("form.filter")
    dialog.locator("select[name$='-field']").first.select_option("region")
    dialog.locator(".division select").first.select_option("440000")
    dialog.locator("button[name=apply]").click()
    # Who would lose what is said first; saving again means that it was read.
    expect(dialog.locator(".notice-warn")).to_contain_text("安然 → 蔡晓")
    assert Territory.objects.get().conditions == {}
    dialog.locator("button[name=apply]").click()
    page.wait_for_url(re.compile(r"/territories/\d+/$"))
    assert owner_of(moved) == staff.ann
    page.get_by_role("link", name="重新划分").click()
    expect(page.locator("main")).to_contain_text("深圳市海蓝科技有限公司")
    expect(page.locator("main")).not_to_contain_text("北京仁和医院")
    page.get_by_role("button", name="重新划分").click()
    page.wait_for_url("**/batches/*/")
    run_ready_jobs()
    assert (owner_of(moved), owner_of(stays)) == (staff.cat, staff.ann)
    # From now on it is in the seller's list, on his telephone.
    sign_in(phone, "/customers/", "cat")
    phone.locator(".list-table .row-link", has_text="海蓝").tap()
    phone.wait_for_url(f"**/customers/{moved.pk}/")
    expect(phone.locator('a[href^="tel:"]').first).to_be_visible()
    narrow(phone)


@pytest.mark.feature("C27")
def test_a_new_customer_is_reviewed_before_its_first_order(browser_page: Page, phone: Page) -> None:
    page, staff = browser_page, make_staff()
    choose(DEMANDED, True)
    customer = make_customer(staff.ann, "深圳市海蓝科技有限公司", address="深圳市南山区科技南路8号")
    make_customer(staff.cat, "别人的客户", address="广东省深圳市南山区科技南路 8 号")
    quotes = entity_of(Quote)
    lines = quotes.looks["lines"].from_json([{"name": "螺杆空压机", "price": "12800"}], staff.ann)
    quote = quotes.create(by=staff.ann, subject="空压机", customer=customer, lines=lines)

    def ordered() -> None:
        phone.goto(f"/quotes/{quote.pk}/")
        phone.locator(f"form[action$='/quotes/{quote.pk}/order'] button").first.evaluate("button => button.click()")

    sign_in(phone, f"/customers/{customer.pk}/")
    expect(phone.locator("main")).to_contain_text("审核通过前不能下订单")
    expect(phone.locator("main")).to_contain_text("另有 1 个客户的地址相同")
    narrow(phone)
    ordered()
    expect(phone.locator("body")).to_contain_text("要先通过审核才能下第一张订单")
    assert not Order.objects.exists()
    # The boss has looked at the licence.
    sign_in(page, f"/customers/{customer.pk}/", "boss")
    form = page.locator("dialog[open] form[data-form]")
    page.locator(f"a[href='/customers/{customer.pk}/review']:visible").first.click()
    form.locator("select[name=review]").select_option("refused")
    form.locator(".form-foot .btn-primary").click()
    expect(form.locator("#error-review_reason")).to_contain_text("原因")
    form.locator("[name=review_reason]").fill("营业执照过期")
    form.locator(".form-foot .btn-primary").click()
    expect(page.locator("main")).to_contain_text("营业执照过期")
    ordered()
    expect(phone.locator("body")).to_contain_text("营业执照过期")
    page.locator(f"a[href='/customers/{customer.pk}/review']:visible").first.click()
    form.locator("select[name=review]").select_option("checked")
    form.locator(".form-foot .btn-primary").click()
    expect(form).to_have_count(0)
    ordered()
    phone.wait_for_url("**/orders/*/")
    assert Order.objects.get().customer == customer
    narrow(phone)
