"""What a process remembers of lists for some seconds: counts, and the order of long lists.

Only what is dear is kept. A small count is read anew each time, so somebody who adds a third record reads 3.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Values for a number of seconds, at most `room` bytes of them; the longest unused goes first."""

    def __init__(self, seconds: float, room: int) -> None:
        self.seconds, self.room = seconds, room
        self._held: OrderedDict[Hashable, tuple[float, int, Any]] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T], weigh: Callable[[T], int]) -> T:
        """The value kept under `key`, made when there is none; one that weighs 0 bytes is not kept."""
        now = time.monotonic()
        with self._lock:
            held = self._held.get(key)
            if held is not None and held[0] > now:
                self._held.move_to_end(key)
                return held[2]
        value = make()
        if weight := weigh(value):
            with self._lock:
                self._drop(key)
                self._held[key] = (now + self.seconds, weight, value)
                self._used += weight
                while self._used > self.room and self._held:
                    self._drop(next(iter(self._held)))
        return value

    def _drop(self, key: Hashable) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._used -= held[1]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._held.clear()
            self._used = 0
