"""A seller's way in a real browser: lead, first talk, conversion; on desk and phone, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from haike.customers.models import Customer
from haike.people.testing import make_staff, sign_in, speak
from haike.sales.lead.record import CONVERTED, FOLLOWING, Lead
from haike.sales.testing import make_lead
from haike.work.models import FollowUp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.feature("L2", "L5")]


WORDS = {"zh-hans": ("跟进中", "新建客户"), "en": ("Following", "New customer")}


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1440), ("en", 390)])
def test_lead_talk_convert(browser_page: Any, live_server: Any, language: str, width: int) -> None:
    page, (following, new) = browser_page, WORDS[language]
    staff = make_staff()
    lead = make_lead(staff.ann, person="郑海", mobile="13900001234")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page)
    speak(page, language)
    page.goto("/leads/")
    expect(page.locator("body")).to_contain_text("长青五金")
    page.goto(f"/lead-follow-ups/new?lead={lead.pk}")
    page.fill("textarea[name=content]", "要报价")
    page.locator("form.form button.btn-primary").first.click()
    page.wait_for_function("() => !location.pathname.endsWith('/new')")
    page.goto(f"/leads/{lead.pk}/")
    expect(page.locator("body")).to_contain_text("要报价")
    expect(page.locator("body")).to_contain_text(following)
    assert Lead._base_manager.get().state == FOLLOWING
    page.locator("a[href$='/convert']").first.click()
    dialog = page.locator("form[action$='/convert']")
    expect(dialog).to_contain_text(new)
    dialog.locator("button.btn-primary").click()
    page.wait_for_url("**/customers/*/")
    expect(page.locator("h1")).to_contain_text("长青五金")
    assert Lead._base_manager.get().state == CONVERTED
    assert (Customer.objects.count(), FollowUp.objects.count()) == (1, 1)
