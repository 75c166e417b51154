"""Open event streams: how soon a notice arrives at all of them, and what pages cost meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from bench.browser import Browser
from bench.results import Results, middle
from bench.server import Server

STREAMS, PAGES = 300, 40


@dataclass(frozen=True)
class Figures:
    """Milliseconds: until the first and the last stream had the notice; a page without and with the streams."""

    first: float
    last: float
    page_alone: float
    page_beside: float


class Listeners:
    """Streams of one user in a thread and loop of their own."""

    def __init__(self, browser: Browser, number: int) -> None:
        self.port, self.number = browser.port, number
        self.cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self.open, self.count = 0, -1
        self.heard: dict[str, list[float]] = {}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._all(),), daemon=True)
        self.ended = asyncio.Event()

    def __enter__(self) -> Listeners:
        self.thread.start()
        self.until(lambda: self.open == self.number, "not all streams open")
        return self

    def __exit__(self, *_: Any) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(10)

    def times(self, word: str) -> list[float]:
        """When each stream had the notice with this word."""
        self.until(lambda: len(self.heard.get(word, ())) >= self.number, f"{word} did not reach all streams")
        return sorted(self.heard[word])

    def until(self, true: Any, otherwise: str) -> None:
        until = time.monotonic() + 60
        while not true():
            if time.monotonic() > until:
                raise RuntimeError(otherwise)
            time.sleep(0.005)

    async def _all(self) -> None:
        tasks = [asyncio.ensure_future(self._one()) for _ in range(self.number)]
        await self.ended.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(
                f"GET /notices/stream?after=0 HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                f"Cookie: {self.cookies}\r\nAccept: text/event-stream\r\n\r\n".encode()
            )
            status = await reader.readline()
            if b" 200 " not in status:
                raise RuntimeError(f"no stream: {status.decode()}")
            counted = False
            while line := (await reader.readline()).decode():
                if not line.startswith("data: "):
                    continue
                now = time.perf_counter()
                if not counted:
                    counted, self.open = True, self.open + 1
                told = json.loads(line[6:])
                self.count = told["count"]
                for item in told["items"]:
                    self.heard.setdefault(item["text"].rpartition(" · ")[2], []).append(now)
        finally:
            writer.close()


def pages(browser: Browser, path: str, number: int) -> float:
    """Milliseconds of a page, as a rule."""
    return middle([browser.get(path).ms for _ in range(number)])


def figures(listener: Browser, writer: Browser, *, name: str, path: str, number: int) -> Figures:
    """`writer` makes a customer and mentions `name`, who listens by `number` streams and looks at the page `path`."""
    title = f"流测试{time.time_ns()}公司"
    url = writer.post("/customers/new", {"name": title}, expect=302).location
    alone = pages(listener, path, PAGES)
    with Listeners(listener, number) as listeners:
        began = time.perf_counter()
        writer.post(f"{url}comments", {"text": f"@{name} 请看"}, expect=302)
        times = [(at - began) * 1000 for at in listeners.times(title)[:number]]
        beside = pages(listener, path, PAGES)
    return Figures(times[0], times[-1], alone, beside)


def listen(server: Server, people: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """The boss listens by 300 streams, the seller mentions him."""
    if only not in "a notice reaches 300 open streams" and only not in "list beside 300 open streams":
        return
    boss = server.browser().sign_in(people["boss"]["username"], password)
    seller = server.browser().sign_in(people["seller"]["username"], password)
    found = figures(boss, seller, name=people["boss"]["username"], path="/customers/", number=STREAMS)
    results.put("a notice reaches 300 open streams", "", found.last)
    results.put("list beside 300 open streams", "boss", found.page_beside)
