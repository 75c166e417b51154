"""Installable: a service worker that keeps nothing but a page for the time without a network."""

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.feature("P39")]


@pytest.mark.django_db
def test_worker_and_page_are_there_for_everybody(client: Client) -> None:
    worker = client.get("/service-worker.js")
    assert worker.status_code == 200
    assert worker["Content-Type"].startswith("text/javascript")
    assert "no-cache" in worker["Cache-Control"]
    page = client.get("/offline").content.decode()
    assert "没有网络" in page
    assert "No network" in page
    assert "Try again" in page
    # The page is the same for everybody, so it must not hold a token or a name.
    assert "csrf" not in page
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["scope"] == "/"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_a_network_a_page_says_so_and_tries_again(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", service_workers="allow")
    context.set_default_timeout(30_000)
    try:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto("/signin")
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("navigator.serviceWorker.controller")
        assert said == []
        kept = page.evaluate(
            "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>"
            " (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname)))).flat())"
        )
        assert "/offline" in kept
        assert all(path == "/offline" or path.startswith("/static/") for path in kept)

        context.set_offline(True)
        page.goto("/signin?next=/customers/")
        expect(page.locator("#offline h1")).to_have_text("没有网络")
        expect(page.locator("#offline [lang=en] h2")).to_have_text("No network")
        page.locator("#again").click()
        expect(page.locator("#offline h1")).to_be_visible()
        context.set_offline(False)
        # It notices by itself, or by the button.
        expect(page.locator("input[name=password]")).to_be_visible()
        assert re.search(r"/signin\?next=/customers/$", page.url)
    finally:
        context.close()
