"""Typing a name that is there already, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from haike.customers.customer.record import Customer
from haike.customers.testing import make_customer
from haike.kernel.log import Batch
from haike.people.testing import eventually, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.feature("C3", "X2", "X3")
def test_likeness_is_told_beside_the_name_while_typing(browser_page: Page) -> None:
    staff, page = make_staff(), browser_page
    make_customer(staff.ann, "深圳市海蓝科技有限公司", phone="0755-26001234")
    sign_in(page, "/customers/new")
    note = page.locator("#alike-name")
    expect(note).to_be_empty()
    page.locator("#id_name").press_sequentially("海兰科技（深圳）")
    expect(note).to_contain_text("深圳市海蓝科技有限公司")
    expect(note).to_contain_text(re.compile(r"\d+ %"))
    expect(note).to_have_attribute("role", "status")
    # The link stands behind the field in the order of the keyboard, and what was typed stays.
    page.locator("#id_name").press("Tab")
    expect(note.locator("a")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("海兰科技（深圳）")
    page.locator("#id_name").fill("红山贸易")
    expect(note).to_be_empty()
    page.locator("#id_phone").fill("075526001234")
    expect(page.locator("#alike-phone")).to_contain_text("电话相同")
    assert Customer.objects.count() == 1


@pytest.mark.feature("C25")
def test_two_rows_of_a_list_become_one_and_part_again(browser_page: Page) -> None:
    staff, page = make_staff(), browser_page
    one = make_customer(staff.ann, "深圳市海蓝科技有限公司")
    two = make_customer(staff.ann, "海蓝科技（深圳）有限公司", phone="075526001234")
    sign_in(page, "/customers/")
    boxes = page.locator(".list-table tbody tr[data-row] input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="合并").click()
    page.wait_for_url("**/customers/merge?ids=*")
    expect(page.locator(".merge-table")).to_contain_text("0755")
    page.locator(f"input[name=field-name][value='{two.pk}']").check()
    page.locator(".dialog-foot .btn-primary").click()
    page.wait_for_url(f"**/customers/{one.pk}/")
    expect(page.locator("h1").first).to_contain_text("海蓝科技（深圳）")
    page.goto(f"/customers/{two.pk}/")
    expect(page).to_have_url(re.compile(f"/customers/{one.pk}/$"))
    page.goto(f"/batches/{Batch.objects.get(kind='merge').pk}/undo")
    page.locator(".btn-danger").click()
    eventually(page, lambda: Customer.objects.filter(pk=two.pk, deleted_at=None).exists())
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, two.deleted_at) == ("深圳市海蓝科技有限公司", None)
