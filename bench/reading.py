"""Lists, search, pages: what people do all day."""

from __future__ import annotations

import html
import re
import threading
import time
from typing import Any
from urllib.parse import quote

from bench.browser import Answer, Asker, Browser
from bench.results import Results, Took, middle
from bench.server import Server

TIMES = 30
WARM = 6
PAGE = "/customers/?size=50"
PIVOT = "/follow-ups/pivot?rows=owner&column=at.month&measure=count"
AT_ONCE, AT_ONCE_SECONDS = 8, 6.0
NEXT = re.compile(r'href="(/customers/\?[^"]*after=[^"]*)"')


def demand(answer: Answer, path: str) -> Answer:
    """The answer if it is a page."""
    if answer.status != 200:
        raise RuntimeError(f"{path} gave {answer.status}: {answer.text[:2000]}")
    return answer


def timed(browser: Browser, paths: list[str], times: int = TIMES, warm: int = WARM) -> float:
    """The median over several requests that walk through the paths."""
    for place in range(warm):
        demand(browser.get(paths[place % len(paths)]), paths[place % len(paths)])
    took, began = [], browser.busy()
    for place in range(times):
        path = paths[(warm + place) % len(paths)]
        took.append(demand(browser.get(path), path).ms)
    return Took.of(middle(took), (browser.busy() - began) * 1000 / times)


def read(server: Server, people: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """Everything that only reads, as seller, manager and boss."""
    for who, person in people.items():
        browser = server.browser().sign_in(person["username"], password)
        cases: dict[str, list[str]] = {
            "list: first page": [PAGE],
            "list: count": ["/customers/count"],
            "board of open opportunities": ["/opportunities/board"],
            "record page": [f"/customers/{key}/" for key in person["ids"]],
        }
        for place, path in (("search", "/customers/?size=50&q="), ("picker", "/customers/pick?q=")):
            cases |= {
                f"{place}: piece of a name": [path + quote(piece) for piece in person["pieces"]],
                f"{place}: piece of a phone": [path + piece for piece in person["phones"]],
                f"{place}: pinyin initials": [path + piece for piece in person["pinyin"]],
                f"{place}: 有限公司": [path + quote("有限公司")],
                # How most telephone numbers and the initials of every company of Shenzhen begin.
                f"{place}: 138, sz": [path + "138", path + "sz"],
            }
        for what, paths in cases.items():
            if only in what:
                results.put(what, who, timed(browser, paths))
        if only in "board: bytes":
            results.put("board: bytes", who, browser.get("/opportunities/board").wire / 1000)
        if only in "funnel":
            results.put("funnel", who, timed(browser, ["/opportunities/funnel"], times=7, warm=2))
        if only in "pivot: month × seller":
            results.put("pivot: month × seller", who, timed(browser, [PIVOT], times=7, warm=2))
        if only in "list: page 1000":
            _deep(browser, who, person, results)
        if only in "list: 8 at once":
            results.put("list: 8 at once", who, _at_once(browser, PAGE))


def _deep(browser: Browser, who: str, person: dict[str, Any], results: Results) -> None:
    """Page 1 000 or, in a small company, the last but one."""
    page = min(1000, person["sees"] // 50 - 12)
    if page < 2:
        return
    path = f"{PAGE}&page={page}"
    answer = demand(browser.get(path), path)
    results.put("list: page 1000, first jump", who, answer.ms)
    took = []
    for __ in range(10):
        found = NEXT.search(answer.text)
        if found is None:
            break
        answer = demand(browser.get(html.unescape(found[1])), found[1])
        took.append(answer.ms)
    if took:
        results.put("list: page 1000, next", who, middle(took))
    results.put("list: page 1000, jump", who, timed(browser, [f"{PAGE}&page={page - step}" for step in range(10)]))


def _at_once(signed_in: Browser, path: str) -> float:
    """Requests answered per second with eight of them under way all the time."""
    done = [0] * AT_ONCE
    until = time.perf_counter() + AT_ONCE_SECONDS

    def ask(place: int) -> None:
        asker = Asker(signed_in, path)
        while time.perf_counter() < until:
            asker.ask()
            done[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / AT_ONCE_SECONDS
