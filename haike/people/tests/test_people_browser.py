"""In a real browser: a session that ended while typing, a department dragged onto another."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from haike.people.models import Department
from haike.people.testing import PASSWORD, make_staff, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser_page, live_server):
    browser_page.staff = make_staff()
    sign_in(browser_page, "/departments/", "boss")
    return browser_page


@pytest.mark.feature("P1")
def test_a_session_that_ended_is_taken_up_in_place(page):
    page.goto("/departments/new")
    page.fill("input[name=name]", "技术部")
    Session.objects.all().delete()
    page.click("form[data-form] button.btn-primary")
    dialog = page.locator("dialog#session")
    dialog.wait_for(state="visible")
    expect(page.locator("form[data-form] input[name=name]")).to_have_value("技术部")
    dialog.locator("input[name=username]").fill("boss")
    dialog.locator("input[name=password]").fill(PASSWORD)
    dialog.locator("button.btn-primary").click()
    page.wait_for_url(lambda url: "/new" not in url)
    assert Department.objects.filter(name="技术部").exists()


@pytest.mark.feature("P7")
def test_a_department_is_dragged_onto_another(page):
    staff = page.staff
    line = "[data-tree-node='{}'] > .tree-line"
    with page.expect_response("**/move") as moved:
        page.drag_and_drop(line.format(staff.east.pk), line.format(staff.south.pk))
    assert moved.value.ok
    page.locator(f"[data-tree-node='{staff.south.pk}'] [data-tree-node='{staff.east.pk}']").wait_for()
    assert Department.objects.get(pk=staff.east.pk).parent_id == staff.south.pk
