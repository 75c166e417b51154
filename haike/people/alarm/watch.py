"""Mass viewing, exporting and deleting: found every few minutes in what is written down anyway.

Pages pay nothing for it: opened records stand in the table of visits, exports and deletions in the change log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.entity import entity_named
from haike.kernel.log import Change
from haike.kernel.option import Option
from haike.kernel.preference import Visit
from haike.people.alarm.kinds import AlarmKind, declare_alarms, raise_alarm
from haike.people.alarm.options import MANY_DELETED, MANY_EXPORTED, MANY_VIEWS
from haike.people.user.record import User

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
SEEN_LATE = timedelta(minutes=5)
"""A user's `last_seen` is written once a minute."""


@dataclass
class Use:
    """What one user did within a window: how much of which kinds of records."""

    count: int = 0
    kinds: set[str] = field(default_factory=set)

    def add(self, count: int, kind: str) -> None:
        """Count more."""
        self.count += count
        self.kinds.add(kind)


Uses = dict[int, Use]


def _summed(rows: Iterable[tuple[int, str, int]]) -> Uses:
    found: Uses = defaultdict(Use)
    for user_id, kind, count in rows:
        found[user_id].add(count, kind)
    return found


def views_since(since: datetime) -> Uses:
    """Different records that each user has opened since."""
    active = User.objects.filter(last_seen__gte=since - SEEN_LATE).order_by().values("pk")
    rows = Visit.objects.filter(user__in=active, at__gte=since).order_by().values_list("user_id", "entity")
    return _summed(rows.annotate(count=Count("id")))


def deletions_since(since: datetime) -> Uses:
    """Records that each user has deleted since, also those that went along with others."""
    rows = Change.objects.filter(at__gte=since, action__in=("delete", "purge"), by__isnull=False)
    return _summed(rows.order_by().values_list("by_id", "entity").annotate(count=Count("id")))


def exports_since(since: datetime) -> Uses:
    """Rows that each user has exported since."""
    rows = Change.objects.filter(at__gte=since, action="export", by__isnull=False)
    return _summed((by, kind, _rows_of(diff)) for by, kind, diff in rows.values_list("by_id", "entity", "diff"))


def _rows_of(diff: Mapping[str, Any]) -> int:
    """How many rows an export had; one that names none is of a single record."""
    return max((after for __, after in diff.values() if isinstance(after, int)), default=1)


@dataclass(frozen=True)
class Watch:
    """What is counted over which time, and the setting above which it is too much."""

    kind: str
    window: timedelta
    most: Option
    count: Callable[[datetime], Uses]


WATCHES = (
    Watch("many_views", HOUR, MANY_VIEWS, views_since),
    Watch("many_exported", DAY, MANY_EXPORTED, exports_since),
    Watch("many_deleted", HOUR, MANY_DELETED, deletions_since),
)


@cron("*/5 * * * *", name="people.watch-use")
@job(title=gettext_lazy("Look for unusual use"))
def watch_use() -> dict[str, int]:
    """Raise alarms for those who viewed, exported or deleted more than the settings find usual."""
    now, raised = timezone.now(), 0
    for watch in WATCHES:
        most = int(watch.most())
        if not most:
            continue
        found = {user_id: use for user_id, use in watch.count(now - watch.window).items() if use.count > most}
        for user in User.objects.filter(pk__in=found):
            use = found[user.pk]
            facts: dict[str, Any] = {"count": use.count, "most": most, "kinds": sorted(use.kinds)}
            raised += raise_alarm(watch.kind, user=user, quiet=watch.window, **facts) is not None
    return {"raised": raised}


def _kinds(facts: Mapping[str, Any]) -> str:
    names = [entity_named(label) for label in facts.get("kinds", ())]
    return _(", ").join(str(entity.label_plural) for entity in names if entity is not None) or _("other data")


def _words(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": f"{facts['count']:,}", "most": f"{facts['most']:,}", "kinds": _kinds(facts)}


def _say_views(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "Opened %(count)s record within an hour (usual: up to %(most)s): %(kinds)s",
        "Opened %(count)s records within an hour (usual: up to %(most)s): %(kinds)s",
        facts["count"],
    )
    return text % _words(facts)


def _say_exported(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "Exported %(count)s row within 24 hours (usual: up to %(most)s): %(kinds)s",
        "Exported %(count)s rows within 24 hours (usual: up to %(most)s): %(kinds)s",
        facts["count"],
    )
    return text % _words(facts)


def _say_deleted(facts: Mapping[str, Any]) -> str:
    text = ngettext(
        "Deleted %(count)s record within an hour (usual: up to %(most)s): %(kinds)s",
        "Deleted %(count)s records within an hour (usual: up to %(most)s): %(kinds)s",
        facts["count"],
    )
    return text % _words(facts)


declare_alarms(
    {
        "many_views": AlarmKind(gettext_lazy("Mass viewing"), _say_views),
        "many_exported": AlarmKind(gettext_lazy("Mass export"), _say_exported),
        "many_deleted": AlarmKind(gettext_lazy("Mass deletion"), _say_deleted),
    }
)
