"""The rules by which a record comes back into a pool: the day on which, of one record and as a condition.

Days are those of the company's time zone. A clock starts on the day of the last follow-up (deal, step forward), at the
earliest on the day on which the owner got the record; when `days` have passed, it comes back in the night that follows
the last of them, unless it is protected or spared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Label
from haike.kernel.period import start_of
from haike.pools.home import home_q, homes
from haike.pools.pool.record import Pool
from haike.pools.pooling import Condition, Pooling, poolings
from haike.pools.seas import Seas, seas

FOLLOW, DEAL, STAGE = "not_followed", "no_deal", "no_progress"
REASONS: dict[str, Label] = {
    FOLLOW: _("not followed for too long"),
    DEAL: _("no deal for too long"),
    STAGE: _("no progress for too long"),
}


@dataclass(frozen=True)
class Rule:
    """The rules of one pool, applied to one kind of record."""

    pool: Pool
    pooling: Pooling

    def clocks(self) -> Sequence[tuple[str, int, str]]:
        """Each limit that is set: its key, its days, and the field that starts its clock anew."""
        return self._clocks

    @cached_property
    def _clocks(self) -> list[tuple[str, int, str]]:
        found = []
        if self.pool.follow_days:
            found.append((FOLLOW, self.pool.follow_days, self.pooling.followed))
        if self.pool.deal_days and self.pooling.deals:
            found.append((DEAL, self.pool.deal_days, "dealt_at"))
        if self.pool.stage_days and self.pooling.steps:
            found.append((STAGE, self.pool.stage_days, "advanced_at"))
        return found

    @cached_property
    def zone(self) -> tzinfo:
        """The company's time zone."""
        return timezone.get_current_timezone()

    @cached_property
    def spares(self) -> list[Condition]:
        """The chosen conditions under which a record is spared, and that it is settled."""
        return self.pooling.spares(self.pool.spares)

    def due(self, record: Any) -> tuple[date, str] | None:
        """The day on which a record comes back and the limit that says so; None for never."""
        for condition in self.spares:
            if condition.holds(record):
                return None
        start = record.owned_since or record.created_at
        found = None
        for key, days, field in self._clocks:
            last = getattr(record, field) or start
            each = (max(last, start).astimezone(self.zone).date() + timedelta(days=days), key)
            if found is None or each < found:
                found = each
        if found is None or record.protected_until is None:
            return found
        # Protection ends within a day; it counts to the end of that day.
        return max(found, (day_of(record.protected_until) + timedelta(days=1), found[1]))

    def q(self, key: str, day: date, pools: Sequence[Pool], known: Seas) -> Q:
        """The records that come back on a day by the limit `key`; owned by people and alive is the caller's part."""
        days, field = next((days, field) for name, days, field in self._clocks if name == key)
        before = start_of(day - timedelta(days=days - 1))
        found = home_q(self.pool, pools, self.pooling, known)
        found &= Q(created_at__lt=before, owned_since__isnull=True) | Q(owned_since__lt=before)
        found &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": before})
        found &= Q(protected_until__isnull=True) | Q(protected_until__lt=start_of(day))
        for condition in self.spares:
            found &= ~condition.q
        return found


def day_of(at: datetime) -> date:
    """The company's day of a moment."""
    return at.astimezone(timezone.get_current_timezone()).date()


def dues_of(entity_label: str) -> Callable[[Any], tuple[date, str, Pool] | None]:
    """A function that tells of each record when the rules that are switched on take it from its owner, by which limit,
    into which pool. For the rows of one page: later changes of rules are not seen."""
    known = seas()
    pools, pooling = known.of_entity(entity_label), poolings()[entity_label]
    rules = {pool.pk: Rule(pool, pooling) for pool in pools if pool.recycles}
    home_of = homes(pools, pooling, known)

    def due(record: Any) -> tuple[date, str, Pool] | None:
        if not rules or record.owner_id is None or record.owner_id in known.by_account:
            return None
        pool = home_of(record)
        if pool is None or pool.pk not in rules:
            return None
        found = rules[pool.pk].due(record)
        return None if found is None else (*found, pool)

    return due


def due_of(entity_label: str, record: Any) -> tuple[date, str, Pool] | None:
    """The same of one record."""
    return dues_of(entity_label)(record)
