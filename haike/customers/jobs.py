"""This room's work at set times: customers whose heat has run out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.customers.customer.heat import cool_by_rule
from haike.jobs.cron import cron
from haike.jobs.declare import job


@cron("10 1 * * *", name="customers.cool")
@job(title=_("Cool down customers by rule"), attempts=3, timeout=3600, slow=True)
def cool_customers() -> dict[str, int]:
    """Done before the pools recycle: who is hot no longer is not spared any more."""
    return cool_by_rule()
