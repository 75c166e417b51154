"""This room's own work at set times."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.api.once import HOURS, OnceAnswer
from haike.jobs.cron import cron
from haike.jobs.declare import job


@cron("20 3 * * *", name="api.forget-answers")
@job(title=_("Forget old answers of the API"))
def forget_answers() -> dict[str, int]:
    """Delete the answers that are kept for requests sent again."""
    old = OnceAnswer.objects.filter(at__lt=timezone.now() - timedelta(hours=HOURS))
    return {"removed": old.delete()[0]}
