"""The first visit of a browser that has nothing of ours: how much comes over the wire, and how long it takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.browser import Browser
from bench.results import Results, middle
from bench.server import Server

LOADED = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, each) => sum + each.transferSize, 0)"""
"""Bytes over the wire, pictures and scripts that others load included."""
VISITS = 7


def visit(server: Server, people: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """The customer list, opened by a seller."""
    if only not in "first visit: bytes" and only not in "first visit: cold browser":
        return
    browser = server.browser().sign_in(people["seller"]["username"], password)
    if found := _cold(server, browser):
        took, loaded = found
        results.put("first visit: bytes", "seller", loaded / 1000)
        results.put("first visit: cold browser", "seller", took)


def _cold(server: Server, signed_in: Browser) -> tuple[float, float] | None:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        return None
    took, loaded = [], 0.0
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
            loaded = page.evaluate(LOADED)
            context.close()
        chromium.close()
    return middle(took), loaded
