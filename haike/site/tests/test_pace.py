"""One page at a time in a process, unless a page is slow."""

from __future__ import annotations

import threading

import pytest

from haike.site.pace import Pace
from haike.site.turns.base import in_turn

A_WHILE, FOREVER = 0.05, 60.0


def _another(pace: Pace) -> tuple[threading.Thread, threading.Event]:
    begun = threading.Event()

    def make() -> None:
        with pace.page():
            begun.set()

    thread = threading.Thread(target=make)
    thread.start()
    return thread, begun


def test_a_page_waits_for_the_one_before() -> None:
    pace = Pace(FOREVER)
    with pace.page():
        thread, begun = _another(pace)
        assert not begun.wait(A_WHILE)
    thread.join()
    assert begun.is_set()


def test_a_slow_page_is_overtaken_and_those_after_it_keep_their_order() -> None:
    pace = Pace(A_WHILE)
    with pace.page():
        thread, begun = _another(pace)
        assert begun.wait(FOREVER)
        thread.join()
    pace = Pace(FOREVER)
    with pace.page():
        pass
    with pace.page():
        thread, begun = _another(pace)
        assert not begun.wait(A_WHILE)
    thread.join()


def test_nobody_waits_for_a_page_that_waits_for_the_right_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(FOREVER)
    monkeypatch.setattr("haike.site.turns.base.pace", pace)

    class Connection:
        def execute(self, sql: str) -> Connection:
            return self

        def fetchone(self) -> tuple[int, str, str]:
            return 0, "", ""

    def write() -> None:
        thread, begun = _another(pace)
        assert begun.wait(FOREVER)
        thread.join()

    with pace.page():
        in_turn(Connection(), write, ValueError)
    with pace.page():
        pass
