"""Documents of many lines, and what a form says while somebody types."""

from __future__ import annotations

import json
import random
from typing import Any

from bench.reading import demand, timed
from bench.results import Results, Took, middle
from bench.server import Server
from bench.writing import VERSION, form

LINES, TIMES = 200, 15


def documents(server: Server, known: dict[str, Any], password: str, results: Results, only: str = "") -> None:
    """As a seller, at customers of his."""
    seller = known["people"]["seller"]
    browser = server.browser().sign_in(seller["username"], password)
    if only in "duplicates while typing":
        rnd, took, busy = random.Random(7), list[float](), 0.0
        names = [json.loads(browser.get(f"/api/v1/customers/{key}").text)["name"] for key in seller["ids"][:10]]
        for turn in range(TIMES * 2 + 6):
            # As like a name that is there as a slip of the pen, or like none.
            name = names[turn % len(names)]
            typed = {**form(rnd), "name": name[:4] + name[5:]} if turn % 2 else form(rnd)
            began = browser.busy()
            took.append(demand(browser.post("/customers/likeness?field=name", typed), "likeness").ms)
            busy += browser.busy() - began
        results.put("duplicates while typing", "seller", Took.of(middle(took[6:]), busy * 1000 / len(took)))
    if only not in "order of 200 lines: page" and only not in "order of 200 lines: save":
        return
    products = known["products"]
    lines = [{"product": products[at % len(products)], "quantity": "2"} for at in range(LINES)]
    for key in seller["ids"]:
        sent = {"subject": "bench", "customer": str(key), "lines": json.dumps(lines)}
        answer = browser.post("/orders/new", sent)
        if answer.status == 302:
            break  # a customer who was given up gets no order
    path = answer.location
    results.put("order of 200 lines: page", "seller", timed(browser, [path]))
    took, busy = [], 0.0
    for turn in range(TIMES):
        found = VERSION.search(browser.get(f"{path}edit").text)
        changed = [{**line, "quantity": str(3 + turn)} for line in lines]
        version = found[1] if found else ""
        began = browser.busy()
        took.append(browser.post(f"{path}edit", {"version": version, "lines": json.dumps(changed)}, expect=302).ms)
        busy += browser.busy() - began
    results.put("order of 200 lines: save", "seller", Took.of(middle(took[3:]), busy * 1000 / len(took)))
