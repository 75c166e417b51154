"""Bulk edit and its undo as one does them: tick rows, choose a field and a value, take it back from the notice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from haike.customers.models import Customer
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.people.testing import Staff, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("P15", "X4")]

NAMES = ["深圳市海客软件有限公司", "苏州锐诚机械有限公司", "杭州云帆食品有限公司"]


@pytest.fixture
def company() -> Staff:
    staff = make_staff()
    for name in NAMES:
        entity_of(Customer).create(by=staff.ann, name=name)
    return staff


def pick(page: Page, *names: str) -> None:
    for name in names:
        row = page.locator(".list-table tbody tr[data-row]").filter(has_text=name)
        row.locator('input[name="ids"]').check()


def levels() -> list[str | None]:
    return list(Customer.objects.order_by("pk").values_list("level", flat=True))


def test_edit_and_undo_from_the_notice(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    pick(page, *NAMES[:2])
    page.locator("#bulk [data-bulk]").filter(has_text="编辑").click()
    form = page.locator("dialog[open] form[data-form]")
    expect(form).to_contain_text("已选 2 条")
    form.locator("#id_bulk-field").evaluate("each => each.tomselect.setValue('level')")
    form.locator("select#id_level").wait_for(state="attached")
    form.locator("select#id_level").select_option("vip")
    form.locator(".form-foot button[name=sure]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    toast = page.locator("#toasts .toast").filter(has_text="已修改 2 条")
    expect(toast).to_be_visible()
    assert sorted(map(str, levels())) == ["None", "vip", "vip"]
    toast.locator("button").filter(has_text="撤销").click()
    expect(page.locator("#toasts .toast").filter(has_text="已撤销")).to_be_visible()
    assert levels() == [None] * 3


def test_a_conflict_is_shown_before_it_is_undone(browser_page: Page, company: Staff) -> None:
    page = browser_page
    sign_in(page, "/customers/")
    pick(page, *NAMES)
    page.locator("#bulk [data-bulk]").filter(has_text="归档").click()
    page.locator("dialog[open] form .form-foot button[name=sure]").click()
    toast = page.locator("#toasts .toast").filter(has_text="已归档 3 条")
    expect(toast).to_be_visible()
    first = Customer.objects.order_by("pk").first()
    entity_of(Customer).remove(first, by=company.boss)
    entity_of(Customer).restore(first, by=company.boss)
    page.goto("/batches/")
    page.locator("table a.btn").filter(has_text="撤销").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("3 条记录恢复成原来的样子")
    dialog.locator("button.btn-danger").click()
    page.wait_for_url("**/batches/*/")
    expect(page.locator("#batch-state")).to_contain_text("已撤销")
    assert Batch.objects.exclude(kind="undo").get().undone_at is not None
    assert not Customer.objects.filter(archived_at__isnull=False).exists()
