"""This room's work at set times: reminders that have come near, and notices that nobody needs any more."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.jobs.cron import cron
from haike.jobs.declare import job
from haike.kernel.option import option
from haike.kernel.period import today
from haike.people.account.choices import hears
from haike.talk.notice.choice import MOST_DAYS, choice_of
from haike.talk.notice.record import Notice
from haike.talk.notice.reminder import reminders_on
from haike.talk.notice.send import Telling, tell
from haike.talk.where import active_users

KEEP_DAYS = option(
    "talk.keep_days",
    90,
    _("Days for which read notices are kept"),
    group=_("Notices"),
    least=1,
    most=3650,
)
CHUNK = 5_000


@cron("*/30 6-21 * * *", name="talk.remind")
@job(title=_("Remind of what is due"))
def remind() -> int:
    """Tell every user what comes within as many days as he chose; nothing twice."""
    people, day, told = active_users(), today(), 0
    for key, reminder in reminders_on().items():
        ahead = {pk: choice_of(user).days_ahead(key) for pk, user in people.items() if hears(user, key)}
        if not ahead:
            continue
        most = MOST_DAYS if reminder.asked else reminder.ahead
        source = reminder.source(day, day + timedelta(days=max(ahead.values()) + 1), None)
        near = (
            Telling(due.user, due.record, due.facts, f"{due.record}:{due.day:%Y-%m-%d}", due.day)
            for due in source
            if due.user in ahead and (due.day - day).days <= min(ahead[due.user], most)
        )
        while some := list(islice(near, CHUNK)):
            known = set(
                Notice.objects.filter(kind=key, due__gte=day, user__in={each.user for each in some}).values_list(
                    "user_id", "key"
                )
            )
            fresh = [each for each in some if (each.user, each.key) not in known]
            told += len(fresh)
            tell(reminder.kind, reminder.entity, fresh)
    return told


@cron("40 4 * * *", name="talk.forget")
@job(title=_("Delete old notices"))
def forget() -> int:
    """Delete notices that were read long ago, and unread ones after four times as long."""
    days, now, gone = int(KEEP_DAYS()), timezone.now(), 0
    old = Notice.objects.filter(read_at__lt=now - timedelta(days=days))
    never_read = Notice.objects.filter(read_at__isnull=True, at__lt=now - timedelta(days=4 * days))
    for rows in (old, never_read):
        while keys := list(rows.values_list("id", flat=True)[:CHUNK]):
            gone += Notice.objects.filter(id__in=keys).delete()[0]
    return gone
