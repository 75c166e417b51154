"""Process caches that notice what other processes changed.

Each cache has a name and a row in the database whose value is new after each change. A reader asks for that row at
most once a second, so rights and dictionaries cost no query on most requests and are never stale for longer.
Keys carry the schema, so that one company of a hosted service never reads another's.
"""

import secrets
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import connection, models, transaction

T = TypeVar("T")


class Version(models.Model):
    """A value that is another one after each change of the thing called `name`."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)


_seen: dict[str, tuple[float, dict[str, int]]] = {}


class _Unsettled(threading.local):
    # What this thread has bumped in a transaction that is still open, and the versions as they are inside it.
    names: frozenset[str] = frozenset()
    seen = _seen


_unsettled = _Unsettled()
# Read once: the way through Django's settings would be half of what a look into such a cache costs.
SECONDS, HOSTED = float(settings.HAIKE_CACHE_SECONDS), bool(settings.HAIKE_HOSTED)
bumped: ContextVar[bool] = ContextVar("bumped", default=False)  # by the request at hand
EVERYTHING = "*"
"""The name of a cache of what follows from several things: it is new after a change of any."""


def _schema() -> str:
    # Only a hosted service has several companies in one process.
    if not HOSTED:
        return ""
    return str(getattr(connection, "schema_name", "")) + str(connection.settings_dict["NAME"])


def forget() -> None:
    """Drop what this process remembers; tests call it between two databases."""
    _seen.clear()
    _unsettled.names = frozenset()
    for cache in _caches:
        cache.drop()


def look_again(age: float) -> None:
    """Ask anew for versions read more than `age` seconds ago, when the reader himself made a change."""
    if (held := _seen.get(schema := _schema())) and time.monotonic() - held[0] >= age:
        _seen.pop(schema, None)


def _bumped_here() -> frozenset[str]:
    """What this thread has bumped in a transaction that is still open."""
    if _unsettled.names and not _in_transaction():
        _unsettled.names = frozenset()  # rolled back, or committed
    return _unsettled.names


def _in_transaction() -> bool:
    """Whether a transaction is open; the one that Django's tests wrap around themselves is no work in progress."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def _versions(schema: str) -> dict[str, int]:
    now = time.monotonic()
    # What is read inside a transaction that has bumped is nobody else's business before the commit.
    seen = _unsettled.seen if _unsettled.names and _bumped_here() else _seen
    held = seen.get(schema)
    if held is None or now - held[0] >= SECONDS:
        held = seen[schema] = (now, dict(Version.objects.values_list("name", "value")))
    return held[1]


class Versioned(Generic[T]):
    """A value computed by `load()` and kept until `bump()` was called anywhere."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self.name, self.load, self.whole = name, load, name == EVERYTHING
        self._held: dict[str, tuple[dict[str, int], Any, T]] = {}
        _caches.append(self)

    def __call__(self) -> T:
        found = self.settled()
        return self.load() if found is None else found

    def settled(self) -> T | None:
        """The value, or None in a transaction that has changed it and so would load it for each call."""
        # A page asks some hundred times.
        if _unsettled.names and (names := _bumped_here()) and (self.whole or self.name in names):
            return None
        schema = _schema() if HOSTED else ""
        held, versions = self._held.get(schema), _versions(schema)
        if held is None or held[0] is not versions:
            version: Any = versions if self.whole else versions.get(self.name, 0)
            value = held[2] if held is not None and held[1] == version else self.load()
            self._held[schema] = held = (versions, version, value)
        return held[2]

    def drop(self) -> None:
        """Forget the values of every company."""
        self._held.clear()


_caches: list[Versioned[Any]] = []


def bump(name: str) -> None:
    """Tell every process that the thing called `name` has changed, when the transaction commits.

    The new value is random: a counter could come again with other data after a transaction was rolled back.
    """
    if not Version.objects.filter(name=name).update(value=(value := secrets.randbits(62))):
        Version.objects.update_or_create(name=name, defaults={"value": value})
    _seen.pop(schema := _schema(), None)
    _unsettled.seen = {}
    bumped.set(True)
    if _in_transaction():
        _unsettled.names = _bumped_here() | {name}
        transaction.on_commit(lambda: _seen.pop(schema, None))
