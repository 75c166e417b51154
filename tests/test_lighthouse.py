"""Lighthouse, run by Chromium as a signed-in user on his computer: quick to load and open to everybody."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from conftest import chromium
from hatch_build import node_and_npm
from tests.running import Running

TOOL = Path(__file__).resolve().parents[1] / "frontend/lighthouse/node_modules/lighthouse/cli/index.js"
LEAST = 95
TRIES = 4
"""The best of so many: a machine that runs other tests besides is now and then slow for a moment."""
QUICK, OPEN = "performance", "accessibility"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite,
    pytest.mark.slow,
    pytest.mark.skipif(not TOOL.exists() or chromium() is None, reason="`make lighthouse` installs Lighthouse"),
]


@dataclass
class Signed:
    """Chromium in which the boss of the sample company is signed in."""

    page: Page
    port: int
    base: str

    def measure(self, path: str, *categories: str) -> dict[str, Any]:
        """What Lighthouse says of a page: its report."""
        node, _npm = node_and_npm()
        command = [node, str(TOOL), self.base + path, f"--port={self.port}", "--preset=desktop", "--quiet"]
        command += ["--output=json", "--disable-storage-reset", f"--only-categories={','.join(categories)}"]
        for _ in range(TRIES):
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            # A busy machine can lose the beginning of a trace; then nothing was measured.
            if "NO_NAVSTART" not in done.stderr:
                break
        assert done.returncode == 0, done.stderr[-2000:]
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["finalDisplayedUrl"] == self.base + path
        return report


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def signed(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    running = Running(tmp_path_factory.mktemp("data"))
    running.start("--sample")
    base, port = f"http://127.0.0.1:{running.port}", free_port()
    profile = tmp_path_factory.mktemp("profile")
    try:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            args=[f"--remote-debugging-port={port}", "--no-sandbox", "--disable-gpu", "--no-first-run"],
            viewport={"width": 1350, "height": 940},
            locale="zh-CN",
        )
        page = context.pages[0]
        page.goto(f"{base}/signin")
        page.fill("input[name=username]", "boss")
        [boss, *_others] = json.loads((running.data / "sample-accounts.json").read_text(encoding="utf-8"))
        page.fill("input[name=password]", boss["password"])
        page.click("#sign-in button.btn-primary")
        page.wait_for_url(lambda url: "/signin" not in url)
        yield Signed(page, port, base)
        context.close()
    finally:
        running.stop()
        running.process.stdout.close()
        shutil.rmtree(profile, ignore_errors=True)


def path_of(signed: Signed, kind: str) -> str:
    if kind == "list":
        return "/customers/"
    signed.page.goto(f"{signed.base}/customers/")
    return str(signed.page.locator(".list-table .row-link").first.get_attribute("href"))


def amiss(report: dict[str, Any]) -> str:
    """The audits that cost points, for the message of a failed test."""
    return "\n".join(
        f"{audit['id']} {audit['score']} {audit.get('displayValue', '')}"
        for category in report["categories"].values()
        for audit in (report["audits"][ref["id"]] for ref in category["auditRefs"] if ref["weight"])
        if audit["score"] is not None and audit["score"] < 1
    )


@pytest.mark.parametrize("kind", ["list", "record"])
def test_pages_are_quick_and_open_to_everybody(signed: Signed, kind: str) -> None:
    path = path_of(signed, kind)
    for _ in range(TRIES):
        report = signed.measure(path, QUICK, OPEN)
        scores = {name: round(category["score"] * 100) for name, category in report["categories"].items()}
        print(kind, scores)
        if min(scores.values()) >= LEAST:
            break
    assert min(scores.values()) >= LEAST, f"{scores}\n{amiss(report)}"
