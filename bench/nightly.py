"""What runs by itself over a whole company, called as its worker calls it; prints the seconds as JSON.

Run by `python -m bench.nightly NAME` with the environment of the company.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haike.site.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from haike.customers.health.settle import settle_all  # noqa: E402
from haike.customers.jobs import cool_customers  # noqa: E402
from haike.customers.models import Customer  # noqa: E402
from haike.dedupe.identity import identity_of  # noqa: E402
from haike.dedupe.scan.record import Scan  # noqa: E402
from haike.dedupe.scan.search import search_stock  # noqa: E402
from haike.kernel.entity import entity_of  # noqa: E402
from haike.people.models import User  # noqa: E402
from haike.pools.assignment.apply import DEALER  # noqa: E402
from haike.pools.assignment.arrival import assign_arrivals  # noqa: E402
from haike.pools.assignment.record import RETURNED, AssignmentRule  # noqa: E402
from haike.pools.models import Pool  # noqa: E402
from haike.pools.recycle import recycle  # noqa: E402
from haike.sales.lead.score.compute import score_all  # noqa: E402
from haike.sales.value.settle import group_customers  # noqa: E402
from haike.segments.sweep.run import sweep_all  # noqa: E402

ASSIGNED = 10_000


def scan() -> Any:
    """Probable duplicates of all customers."""
    entity = entity_of(Customer)
    identity = identity_of(entity)
    assert identity is not None
    return search_stock(Scan.objects.create(entity=entity.label, at=timezone.now()), identity)


def assign() -> Any:
    """Customers in the public seas go to sellers by rule, in turn."""
    entity = entity_of(Customer)
    sellers = list(User.objects.live().filter(is_active=True, roles__key="sales").distinct()[:20])
    entity_of(AssignmentRule).create(
        by=DEALER, name="bench", entity=entity.label, people=sellers, returned=True, active=True
    )
    lying = Customer.objects.live().filter(pooled_at__isnull=False).order_by("pk")
    keys = list(lying.values_list("pk", flat=True)[:ASSIGNED])
    for start in range(0, len(keys), 500):
        assign_arrivals.func(entity=entity.label, keys=keys[start : start + 500], why=RETURNED)
    return len(keys)


def a_day_of_recycling() -> Any:
    """One night's work of the public seas: the sample spreads what is due over the days to come."""
    for pool in Pool.objects.live().filter(recycles=True, follow_days__isnull=False):
        entity_of(Pool).change(pool, by=DEALER, follow_days=pool.follow_days - 1)
    return recycle.func()


JOBS: dict[str, Callable[[], Any]] = {
    "recycle": a_day_of_recycling,
    "sweep": sweep_all.func,
    "cool": cool_customers.func,
    "health": settle_all.func,
    "groups": group_customers.func,
    "leads": score_all.func,
    "assign": assign,
    "scan": scan,
}


def main(name: str) -> None:
    """Do it once."""
    began, worked = time.perf_counter(), time.process_time()
    said = JOBS[name]()
    busy = time.process_time() - worked
    print(json.dumps({"seconds": time.perf_counter() - began, "busy": busy, "said": said}))


if __name__ == "__main__":
    main(sys.argv[1])
