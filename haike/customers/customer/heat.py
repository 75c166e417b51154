"""Hot customers: made hot with a reason in one act, and cooled by rule when their day has passed.

Every night those whose day has passed lose heat and reason, with a line in their history. Who was made hot without a
day (by an import, in bulk) gets the day of the rule first.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike import progress
from haike.customers.customer.record import Customer, heat_rank
from haike.kernel.change import change
from haike.kernel.dictionary import words_of
from haike.kernel.option import option
from haike.kernel.period import today
from haike.kernel.policy import Actor, System
from haike.refused import Refused

GROUP = _("Customers")
KEEPS = _("0: until somebody cools the customer down.")
DAYS = {
    "high": option("customers.hot_days_high", 14, _("Days for which high heat lasts"), group=GROUP, help=KEEPS),
    "medium": option("customers.hot_days_medium", 30, _("Days for which medium heat lasts"), group=GROUP, help=KEEPS),
    "low": option("customers.hot_days_low", 60, _("Days for which low heat lasts"), group=GROUP, help=KEEPS),
}
OTHER_DAYS = option(
    "customers.hot_days_other", 30, _("Days for which heat of the company's own levels lasts"), group=GROUP, help=KEEPS
)
LONGEST = 3_650
"""Days; a longer rule is as good as none."""
COOLER = System("heat")
BREATH = 0.01
"""Seconds between two changes, in which those who wait have their turn."""


def until_by_rule(level: str) -> date | None:
    """The last day of a heat that begins today, None for one without end."""
    days = int(DAYS.get(level, OTHER_DAYS)())
    return today() + timedelta(days=days) if 0 < days <= LONGEST else None


def make_hot(customer: Customer, *, level: str, reason: str | None, until: date | None = None, by: Actor) -> Customer:
    """Make a customer hot, or hotter; without a day the rule says until when."""
    if not level or level not in words_of("heat", retired=False):
        raise Refused(fields={"heat": _("Choose how hot the customer is.")})
    if until is not None and until < today():
        raise Refused(fields={"heat_until": _("This day has passed.")})
    return change(customer, by=by, heat=level, heat_reason=reason, heat_until=until or until_by_rule(level))


def cool(customer: Customer, *, by: Actor) -> Customer:
    """End the heat; level, reason and day stay readable in the history."""
    return change(customer, by=by, heat=None, heat_reason=None, heat_until=None)


def cool_by_rule() -> dict[str, int]:
    """Give a day to the hot ones that have none, and cool those whose day has passed; returns how many of each."""
    hot: Any = Customer._base_manager.filter(deleted_at__isnull=True, heat_rank__isnull=False)
    # The company may have put its levels into another order.
    for level, rank in list(hot.order_by().values_list("heat", "heat_rank").distinct()):
        if rank != (right := heat_rank(level)):
            hot.filter(heat=level, heat_rank=rank).update(heat_rank=right)
    due = hot.filter(Q(heat_until__lt=today()) | Q(heat_until__isnull=True))
    rows = list(due.order_by("id").values_list("pk", "heat", "heat_until"))
    done: Counter[str] = Counter({"cooled": 0, "dated": 0})
    for at, (pk, level, until) in enumerate(rows):
        day = until_by_rule(level) if until is None else None
        if until is None and day is None:
            continue
        done["dated" if day else "cooled"] += _settle(pk, until, day)
        progress.report(at, len(rows), "")
        time.sleep(BREATH)
    return dict(done)


def _settle(pk: int, seen: date | None, day: date | None) -> int:
    customer = Customer._base_manager.filter(pk=pk, deleted_at__isnull=True, heat_until=seen).first()
    if customer is None or not customer.heat:
        return 0  # somebody was quicker
    try:
        if day is None:
            change(customer, by=COOLER, version=customer.version, heat=None, heat_reason=None, heat_until=None)
        else:
            change(customer, by=COOLER, version=customer.version, heat_until=day)
    except Refused:
        return 0  # changed in this moment, or kept by another rule; the next night looks again
    return 1
