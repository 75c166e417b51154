"""The browser of the tests works, and pages obey the content security policy."""

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sign_in_page_loads_without_complaint(browser_page: Page) -> None:
    said: list[str] = []
    browser_page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    answer = browser_page.goto("/signin")
    assert answer is not None
    assert answer.status == 200
    assert browser_page.locator("html").get_attribute("lang") == "zh-hans"
    browser_page.wait_for_load_state("networkidle")
    assert said == []
