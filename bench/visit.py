"""The first visit of a browser that has nothing of ours: how much comes over the wire, and how long it takes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.browser import Browser
from bench.results import Results, middle
from bench.server import Server

LINKS = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css|svg|woff2|png|ico|webmanifest)[^"]*)"')
VISITS = 7


def visit(server: Server, people: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """The customer list, opened by a seller."""
    browser = server.browser().sign_in(people["seller"]["username"], password)
    if only in "first visit: bytes":
        page = browser.get("/customers/")
        links = set(LINKS.findall(page.text))
        total = page.wire + sum(browser.get(link).wire for link in links)
        results.put("first visit: bytes", "seller", total / 1000)
    if only in "first visit: cold browser" and (took := _cold(server, browser)):
        results.put("first visit: cold browser", "seller", took)


def _cold(server: Server, signed_in: Browser) -> float | None:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        return None
    took = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for __ in range(VISITS):
            context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            context.add_cookies(
                [
                    {"name": name, "value": value, "url": f"http://127.0.0.1:{server.port}"}
                    for name, value in signed_in.cookies.items()
                ]
            )
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.port}/customers/", wait_until="load")
            took.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            context.close()
        chromium.close()
    return middle(took)
