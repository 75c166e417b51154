"""This room's own work at set times."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.api.once import HOURS, OnceAnswer
from haike.api.webhook.deliver import deliver, look_for_waiting
from haike.api.webhook.record import KEPT_DAYS, Delivery
from haike.jobs.cron import cron
from haike.jobs.declare import job

CHUNK = 5_000
__all__ = ["deliver", "forget_answers", "forget_deliveries", "look_for_waiting"]


@cron("20 3 * * *", name="api.forget-answers")
@job(title=_("Forget old answers of the API"))
def forget_answers() -> dict[str, int]:
    """Delete the answers that are kept for requests sent again."""
    old = OnceAnswer.objects.filter(at__lt=timezone.now() - timedelta(hours=HOURS))
    return {"removed": old.delete()[0]}


@cron("30 3 * * *", name="api.forget-deliveries")
@job(title=_("Forget old deliveries of webhooks"))
def forget_deliveries() -> dict[str, int]:
    """Delete deliveries that have ended and are older than wanted, and those that nobody let go for four times as
    long."""
    now, days, removed = timezone.now(), int(KEPT_DAYS()), 0
    ended = Delivery.objects.exclude(state=Delivery.State.WAITING).filter(at__lt=now - timedelta(days=days))
    for rows in (ended, Delivery.objects.filter(at__lt=now - timedelta(days=4 * days))):
        while keys := list(rows.values_list("pk", flat=True)[:CHUNK]):
            removed += Delivery.objects.filter(pk__in=keys).delete()[0]
    return {"removed": removed}
