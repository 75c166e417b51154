"""Process caches that notice what other processes changed.

Each cache has a name and a row in the database whose value is new after each change. A reader asks for that row at
most once a second, so rights and dictionaries cost no query on most requests and are never stale for longer.
Keys carry the schema, so that one company of a hosted service never reads another's.
"""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import connection, models, transaction

T = TypeVar("T")


class Version(models.Model):
    """A value that is another one after each change of the thing called `name`."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)


_lock = threading.Lock()
_seen: dict[str, tuple[float, dict[str, int]]] = {}
_unsettled = threading.local()


def _schema() -> str:
    # Only a hosted service has several companies in one process.
    if not settings.HAIKE_HOSTED:
        return ""
    return str(getattr(connection, "schema_name", "")) + str(connection.settings_dict["NAME"])


def forget() -> None:
    """Drop what this process remembers; tests call it between two databases."""
    with _lock:
        _seen.clear()
        _unsettled.names = set()
        for cache in _caches:
            cache.drop()


def _bumped_here() -> set[str]:
    """What this thread has bumped in a transaction that is still open."""
    names: set[str] = getattr(_unsettled, "names", set())
    if names and not _in_transaction():
        names = _unsettled.names = set()  # rolled back, or committed
    return names


def _in_transaction() -> bool:
    """Whether a transaction is open; the one that Django's tests wrap around themselves is no work in progress."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def _versions(schema: str) -> dict[str, int]:
    now = time.monotonic()
    held = _seen.get(schema)
    if held is None or now - held[0] >= settings.HAIKE_CACHE_SECONDS:
        held = (now, dict(Version.objects.values_list("name", "value")))
        # What is read inside a transaction that has bumped is nobody else's business before the commit.
        if not _bumped_here():
            _seen[schema] = held
    return held[1]


class Versioned(Generic[T]):
    """A value computed by `load()` and kept until `bump()` was called anywhere."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self.name, self.load = name, load
        self._held: dict[str, tuple[int, T]] = {}
        _caches.append(self)

    def __call__(self) -> T:
        found = self.settled()
        return self.load() if found is None else found

    def settled(self) -> T | None:
        """The value, or None in a transaction that has changed it and so would load it for each call."""
        # A page asks some hundred times.
        if getattr(_unsettled, "names", None) and self.name in _bumped_here():
            return None
        schema = _schema()
        version = _versions(schema).get(self.name, 0)
        held = self._held.get(schema)
        if held is None or held[0] != version:
            held = (version, self.load())
            self._held[schema] = held
        return held[1]

    def drop(self) -> None:
        """Forget the values of every company."""
        self._held.clear()


_caches: list[Versioned[Any]] = []


def bump(name: str) -> None:
    """Tell every process that the thing called `name` has changed, when the transaction commits.

    The new value is random: a counter could come again with other data after a transaction was rolled back.
    """
    Version.objects.update_or_create(name=name, defaults={"value": secrets.randbits(62)})
    schema = _schema()
    _seen.pop(schema, None)
    if _in_transaction():
        _unsettled.names = {*_bumped_here(), name}

        def settle() -> None:
            _unsettled.names = set()
            _seen.pop(schema, None)

        transaction.on_commit(settle)
