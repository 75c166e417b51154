"""Many follow-ups at once come out just as one after the other, with as many queries for many as for few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haike.bulk.undo import undo_batch
from haike.customers.contact.record import Contact
from haike.customers.customer.actions import plan_contact
from haike.customers.customer.record import Customer
from haike.customers.testing import make_contact, make_customer
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch, Change
from haike.people.testing import Staff
from haike.refused import Refused
from haike.work.follow_up.many import write_many
from haike.work.follow_up.record import FollowUp, to_minute

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A3", "P17")]
ENTITY = entity_of(FollowUp)
FACTS = (
    "last_contact_at",
    "last_visit_at",
    "next_contact_at",
    "next_contact_what",
    "next_contact_manner",
    "stage",
    "version",
)
KINDS = ("at", "manner", "next_at", "next_what", "next_manner", "stage", "content", "owner_id", "created_by_id")


def begin(by: Any) -> Batch:
    return start_batch(ENTITY, "import", "talks.xlsx", by=by)


def facts(customers: Sequence[Customer]) -> list[Any]:
    found = [Customer._base_manager.filter(pk=each.pk).values_list(*FACTS).get() for each in customers]
    keys = [each.pk for each in customers]
    people = Contact._base_manager.filter(customer__in=keys).order_by("customer_id", "pk")
    return [*found, list(people.values_list("last_contact_at", "next_contact_at"))]


def talks(customers: Sequence[Customer]) -> list[Any]:
    rows = FollowUp.objects.live().filter(customer__in=[each.pk for each in customers])
    return list(rows.order_by("customer_id", "pk").values_list(*KINDS))


def planned(staff: Staff, now: datetime) -> list[Customer]:
    """Three customers, of whom one has an appointment that no talk agreed on."""
    made = [make_customer(staff.ann, f"{name}有限公司") for name in ("甲", "乙", "丙")]
    plan_contact(made[1], at=now + timedelta(days=5), what="送样", manner="visit", by=staff.ann)
    for each in made[:2]:
        make_contact(staff.ann, each)
    return made


ROW = st.fixed_dictionaries(
    {"whose": st.integers(0, 2), "days": st.integers(-3, 40), "content": st.sampled_from(["谈了", "再谈", ""])},
    optional={
        "manner": st.sampled_from(["call", "visit"]),
        "ahead": st.integers(-45, 20),
        "next_what": st.just("寄报价"),
        "stage": st.sampled_from(["prospect", "intent"]),
        "with_contact": st.sampled_from([0, 1]),
    },
)


def values_of(row: dict[str, Any], customers: list[Customer], now: Any) -> dict[str, Any]:
    found = {name: row[name] for name in ("content", "manner", "next_what", "stage") if name in row}
    found |= {"customer": customers[row["whose"]], "at": now - timedelta(days=row["days"])}
    if "ahead" in row:
        found["next_at"] = now + timedelta(days=row["ahead"])
    if "with_contact" in row:
        found["contact"] = Contact.objects.filter(customer=customers[row["with_contact"]]).first()
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_together_they_come_out_as_one_by_one(staff: Staff, rows: list[dict[str, Any]]) -> None:
    now = to_minute(timezone.now())
    single, together = planned(staff, now), planned(staff, now)
    before = facts(together)
    said: list[str] = []
    for row in rows:
        try:
            ENTITY.create(by=staff.ann, **values_of(row, single, now))
            said.append("")
        except Refused as no:
            said.append(str(no))
    batch = begin(staff.ann)
    made = ENTITY.create_many([values_of(row, together, now) for row in rows], by=staff.ann, batch=batch)
    assert [str(each) if isinstance(each, Refused) else "" for each in made] == said
    assert talks(together) == talks(single)
    assert facts(together) == facts(single)
    logged = Change.objects.filter(batch=batch, entity=ENTITY.label, action="create")
    assert logged.count() == said.count("")
    undo_batch(ENTITY, batch, by=staff.ann)
    assert talks(together) == []
    # Stages go back by a change of their own, which counts.
    assert [each[:-1] for each in facts(together)[:3]] == [each[:-1] for each in before[:3]]


def test_a_long_import_is_undone_exactly(staff: Staff) -> None:
    now = to_minute(timezone.now())
    customers = planned(staff, now)
    before = facts(customers)
    batch = begin(staff.ann)
    for start in (0, 700):
        rows = [
            {"customer": customers[n % 3], "content": f"第{n}次", "at": now - timedelta(hours=2_000 - n)}
            for n in range(start, start + 700)
        ]
        assert not [each for each in write_many(rows, by=staff.ann, batch=batch) if isinstance(each, Refused)]
    assert facts(customers) != before
    undone = undo_batch(ENTITY, batch, by=staff.ann)
    assert (undone.removed, undone.conflicts) == (1_400, 0)
    assert facts(customers) == before


def test_many_cost_as_many_queries_as_few(staff: Staff) -> None:
    customers = [make_customer(staff.ann, f"第{n}有限公司") for n in range(60)]

    def queries(count: int) -> int:
        rows = [{"customer": each, "content": "谈了"} for each in customers[:count]]
        with CaptureQueriesContext(connection) as found:
            write_many(rows, by=staff.ann, batch=begin(staff.ann))
        return len(found)

    queries(60)
    # Caches ask once a second whether they are still true.
    assert queries(60) <= queries(5) + 3


def test_what_others_own_is_not_there(staff: Staff) -> None:
    mine, hers = make_customer(staff.ann), make_customer(staff.cat, "别人的有限公司")
    rows = [{"customer": each, "content": "谈了"} for each in (mine, hers)]
    made = write_many(rows, by=staff.ann, batch=begin(staff.ann))
    assert isinstance(made[1], Refused)
    assert list(FollowUp.objects.values_list("customer", flat=True)) == [mine.pk]
    assert not Customer.objects.filter(pk=hers.pk, last_contact_at__isnull=False).exists()
