"""Reminders that follow from a day in a column: the records whose day comes, told to their owners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateTimeField, Q
from django.utils import timezone

from haike.kernel.period import start_of
from haike.talk.notice.reminder import Due

Row = Mapping[str, Any]
LIVE = Q(deleted_at__isnull=True, archived_at__isnull=True)


@dataclass(frozen=True)
class Dated:
    """What is due of `model`: each record for which `field`, a date or a moment, plus `shift` lies in the span.

    `facts` makes the facts of the notice of a row with `columns`. `where` narrows the records, on the day on which it
    is asked. `owner` and `record` say who is told and of which record, both as paths from `model`.
    """

    model: type[Any]
    field: str
    facts: Callable[[Row], Mapping[str, Any]]
    columns: tuple[str, ...] = ()
    where: Callable[[], Q] = Q
    shift: timedelta = timedelta(0)
    owner: str = "owner"
    record: str = "pk"
    live: Q = LIVE

    def __call__(self, first: date, after: date, users: Sequence[int] | None) -> Iterator[Due]:
        """The source of a reminder (see `haike.talk.notice.reminder.Source`), with one query."""
        who = Q(**{f"{self.owner}__isnull": False}) if users is None else Q(**{f"{self.owner}__in": users})
        moments = isinstance(self.model._meta.get_field(self.field), DateTimeField)
        start, end = (start_of(day) - self.shift if moments else day - self.shift for day in (first, after))
        rows = self.model._base_manager.filter(
            self.live, who, self.where(), **{f"{self.field}__gte": start, f"{self.field}__lt": end}
        )
        names = dict.fromkeys((self.record, self.owner, self.field, *self.columns))
        for row in rows.order_by(self.field, "pk").values(*names).iterator():
            on = row[self.field] + self.shift
            day = timezone.localtime(on).date() if moments else on
            yield Due(row[self.owner], row[self.record], day, self.facts(row))
