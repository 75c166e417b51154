"""Event streams: who listens in this process, and the one thread that tells all of them what is new.

The thread notices a change by `PRAGMA data_version` on SQLite and by LISTEN on PostgreSQL, reads what is new once for
everybody, and puts it into the queue of each stream. Where a record is not the listener's, its notice stays away.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import translation

from haike.jobs.bell import company_now
from haike.jobs.companies import Door, doors
from haike.jobs.trouble import survived
from haike.kernel.versioned import Version
from haike.talk.notice.choice import may_pop_up
from haike.talk.notice.page import lines
from haike.talk.notice.record import CHANNEL, MOST_COUNTED, VERSION, Notice, unread_now
from haike.talk.where import active_users

MOST_STREAMS = 2_000
"""In one process; whoever comes later asks once a minute instead."""
GLANCE = 0.2
"""Seconds between two questions whether SQLite's file has changed (3 microseconds each)."""
LISTEN = 1.0
BEAT = 20.0
"""Seconds after which something is sent, so that proxies keep the stream open and dead listeners are found."""
LIFE = 300.0
"""Seconds after which a stream ends; the browser opens the next one, and the session is looked at again."""
OVERLAP = 1_000
"""Keys can become visible in another order than they were drawn; so many are looked at again."""
MOST_POPPED = 3

logger = logging.getLogger(__name__)


def bell_text(count: int) -> str:
    """The number on the bell; nothing for none."""
    return "" if not count else (str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+")


def message(user: Any, count: int, last: int, found: list[Notice]) -> dict[str, Any]:
    """What the bell is told: the count, the newest key, and what to pop up of the newest first `found`."""
    if found and not may_pop_up(user):
        found = []
    items = [{"id": each.id, "text": each.plain, "url": each.url} for each in lines(user, found) if each.url]
    return {"count": count, "text": bell_text(count), "last": last, "items": items[:MOST_POPPED]}


def news(user: Any, after: int, counted: tuple[int, int]) -> dict[str, Any]:
    """The count, as `unread` gives it, and what came behind the key `after`; mostly without a query."""
    count, last = counted
    found: list[Notice] = []
    if last > after:
        rows = Notice.objects.filter(user_id=user.pk, read_at__isnull=True, id__gt=after).order_by("-id")
        found = list(rows[:MOST_POPPED])
    return message(user, count, max(last, after), found)


class Feed:
    """One open stream of a user who knows what came up to the key `after`."""

    def __init__(self, user: Any, after: int) -> None:
        self.user_id, self.after, self.company = user.pk, after, company_now()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.queue: asyncio.Queue[str] = asyncio.Queue(100)

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """From here on the stream is told what is new."""
        self.loop = loop
        hub.add(self)

    def close(self) -> None:
        """Nobody listens any more."""
        hub.remove(self)

    def push(self, told: Mapping[str, Any]) -> None:
        """Put a message into the queue, from any thread."""
        text = f"id: {told['last']}\nevent: notices\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._put, text)

    def _put(self, text: str) -> None:
        # A listener that reads nothing loses messages; his next count is right all the same.
        if not self.queue.full():
            self.queue.put_nowait(text)

    async def parts(self) -> AsyncIterator[str]:
        """The stream as text, until its life is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LIFE
        yield "retry: 3000\n\n"
        while (left := until - loop.time()) > 0:
            try:
                yield await asyncio.wait_for(self.queue.get(), min(left, BEAT))
            except TimeoutError:
                yield ":\n\n"


class Hub:
    """The streams of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.feeds: dict[str, dict[int, set[Feed]]] = {}
        self.number = 0
        self.somebody = threading.Event()
        self.thread: threading.Thread | None = None

    def add(self, feed: Feed) -> None:
        """One more."""
        with self.lock:
            self.feeds.setdefault(feed.company, defaultdict(set))[feed.user_id].add(feed)
            self.number += 1
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=Watch(self).loop, name="notices", daemon=True)
                self.thread.start()
        self.somebody.set()

    def remove(self, feed: Feed) -> None:
        """One less."""
        with self.lock:
            users = self.feeds.get(feed.company, {})
            if feed not in users.get(feed.user_id, ()):
                return
            users[feed.user_id].discard(feed)
            self.number -= 1
            if not users[feed.user_id]:
                del users[feed.user_id]
            if not users:
                del self.feeds[feed.company]
            if not self.feeds:
                self.somebody.clear()

    def companies(self) -> list[str]:
        """Where somebody listens."""
        with self.lock:
            return list(self.feeds)

    def listeners(self, company: str) -> dict[int, list[Feed]]:
        """The streams of a company by user."""
        with self.lock:
            return {user: list(feeds) for user, feeds in self.feeds.get(company, {}).items()}


hub = Hub()


class Told:
    """What the listeners of one company know."""

    def __init__(self) -> None:
        self.version = _version()
        newest = list(Notice.objects.order_by("-id").values_list("id", flat=True)[:OVERLAP])
        self.top = newest[0] if newest else 0
        self.keys: deque[int] = deque(reversed(newest), 4 * OVERLAP)
        self.counts: dict[int, int] = {}


def _version() -> int:
    return Version.objects.filter(name=VERSION).values_list("value", flat=True).first() or 0


class Watch:
    """The thread."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.told: dict[str, Told] = {}
        self.doors: Mapping[str, Door] = {}
        self.link: object = None
        self.data_version = -1

    def loop(self) -> None:
        """Watch while somebody listens."""
        while True:
            if not self.hub.somebody.is_set():
                connection.close()
                self.link, self.told = None, {}
                self.hub.somebody.wait()
            with survived(logger, "Cannot see whether there are notices; trying again."):
                self.look()

    def look(self) -> None:
        """Wait for a change, at most a moment, and tell what it brought."""
        if connection.vendor == "postgresql":
            changed = self.heard()
        else:
            changed = self.hub.companies() if self.glanced() else []
        # Who has just come to listen where nobody did is told of what comes from now on.
        for company in {*changed, *(each for each in self.hub.companies() if each not in self.told)}:
            self.tell(company)
        if connection.vendor != "postgresql":
            time.sleep(GLANCE)

    def glanced(self) -> bool:
        """Whether another connection has written."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        changed, self.data_version = version != self.data_version, version
        return changed

    def heard(self) -> list[str]:
        """The companies in which something was told."""
        connection.ensure_connection()
        link: Any = connection.connection
        fresh = link is not self.link
        if fresh:
            link.execute(f"LISTEN {CHANNEL}")
            self.link = link
        heard = {notice.payload for notice in link.notifies(timeout=LISTEN, stop_after=1)}
        listening = self.hub.companies()
        return listening if fresh else [company for company in listening if company in heard]

    def tell(self, company: str) -> None:
        """Tell the listeners of a company what is new."""
        if company not in self.doors:
            self.doors = doors()
        door = self.doors.get(company)
        if door is None:
            return
        with door():
            told = self.told.get(company)
            if told is None:
                self.told[company] = Told()
                self.greet(self.hub.listeners(company))
                return
            version = _version()
            if version == told.version:
                return
            told.version = version
            self.deliver(told, self.hub.listeners(company))

    @staticmethod
    def greet(listeners: dict[int, list[Feed]]) -> None:
        """What came between the opening of the first streams and the first look."""
        people = active_users()
        for user_id, feeds in listeners.items():
            if (user := people.get(user_id)) is not None:
                counted = unread_now(user)
                with translation.override(user.language):
                    for feed in feeds:
                        feed.push(news(user, feed.after, counted))

    def deliver(self, told: Told, listeners: dict[int, list[Feed]]) -> None:
        """One query for what is new, one for the counts, and one for each listener's right to each kind of record."""
        known = set(told.keys)
        fresh: dict[int, list[Notice]] = defaultdict(list)
        rows = Notice.objects.filter(user__in=list(listeners), read_at__isnull=True)
        # What is told to thousands who do not listen costs nothing here.
        for notice in rows.filter(id__gt=told.top - OVERLAP).order_by("-id")[: 10 * OVERLAP]:
            if notice.pk not in known:
                told.keys.append(notice.pk)
                told.top = max(told.top, notice.pk)
                fresh[notice.user_id].append(notice)
        counts = dict(rows.order_by().values_list("user").annotate(number=Count("id")))
        people = active_users()
        for user_id, feeds in listeners.items():
            count = min(counts.get(user_id, 0), MOST_COUNTED)
            if user_id not in people or (user_id not in fresh and told.counts.get(user_id) == count):
                continue
            told.counts[user_id] = count
            some = fresh.get(user_id, [])[: 2 * MOST_POPPED]
            user = people[user_id]
            with translation.override(user.language):
                what = message(user, count, some[0].pk if some else 0, some)
            for feed in feeds:
                feed.push(what)
