"""In a real browser: a talk written in a row of Today, the box of a customer, rows pasted from Excel."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from haike.customers.customer.actions import plan_contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_customer
from haike.people.testing import make_staff, sign_in
from haike.work.follow_up.record import FollowUp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser_page: Any, live_server: Any) -> Any:
    staff = browser_page.staff = make_staff()
    browser_page.customer = make_customer(staff.ann, "今天客户")
    at = timezone.localtime().replace(hour=12, minute=0) + timedelta(days=-1)
    plan_contact(browser_page.customer, at=at, by=staff.ann)
    sign_in(browser_page)
    return browser_page


@pytest.mark.feature("A5")
def test_a_row_moves_to_done_without_the_page_jumping(page: Any) -> None:
    row = page.locator("li.due")
    row.locator("input[name=content]").fill("谈好了，下周发货")
    row.locator("select[name=next_in]").select_option("7")
    row.locator("button.btn-primary").click()
    page.locator("#done li", has_text="谈好了").wait_for()
    expect(row).to_have_count(0)
    assert page.url.endswith("/today/")
    assert FollowUp.objects.get().next_at.date() > timezone.localdate() + timedelta(days=5)


@pytest.mark.feature("A3")
def test_the_box_writes_and_the_timeline_follows(page: Any) -> None:
    page.goto(f"/customers/{page.customer.pk}/")
    box = page.locator("form.follow-up-box")
    expect(box.locator("[data-next-day]")).to_be_hidden()
    box.locator("select[name=phrase]").select_option(index=1)
    sentence = box.locator("textarea").first.input_value()
    assert sentence
    box.locator("button.btn-primary").click()
    page.locator("#timeline .happened", has_text=sentence).wait_for()
    expect(box.locator("textarea").first).to_have_value("")


@pytest.mark.feature("C2")
def test_rows_pasted_into_a_cell_fill_the_grid(page: Any) -> None:
    page.goto("/customers/grid")
    page.locator(".sheet input[name=name]").first.evaluate(
        """(input) => {
          const data = new DataTransfer();
          data.setData("text/plain", '甲公司\\t张三\\t经理\\t13900001111\\r\\n"乙 ""老"" 公司"\\t李四\\r\\n');
          input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    names = page.locator(".sheet input[name=name]")
    for place, name in enumerate(("甲公司", '乙 "老" 公司', "")):
        expect(names.nth(place)).to_have_value(name)
    page.click("button[value=save]")
    page.wait_for_url("**/customers/")
    assert set(Customer.objects.exclude(pk=page.customer.pk).values_list("name", flat=True)) == {
        "甲公司",
        '乙 "老" 公司',
    }
