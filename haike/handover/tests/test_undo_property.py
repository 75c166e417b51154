"""Random hand-overs by several people, taken back from the last to the first: every table is as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from haike.api.token import ApiToken, make_token
from haike.bulk.tests.test_undo_property import differences, snapshot
from haike.customers.contact.actions import create_contact
from haike.customers.customer.record import Customer
from haike.find.share import Share
from haike.handover.models import Handover
from haike.jobs.testing import run_ready_jobs
from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.kernel.preference import SavedView
from haike.people.models import Department, User
from haike.people.testing import Staff
from haike.pools.testing import make_pool
from haike.talk.models import Tag
from haike.talk.star import Star
from haike.talk.tag.actions import make_tag

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P13", "X6")]
NAMES = ("ann", "ben", "cat")
KINDS = ("customers-customer", "kernel-share", "kernel-savedview", "talk-tag", "talk-star", "people-user-manager")
TELLS_OF_THE_UNDO = {"version", "changed_at", "changed_by_id", "last_login", "last_seen"}

HOWS = st.sampled_from(["same", "person", "deal", "sea", "area", "stay", "end", ""])
WAYS = st.dictionaries(st.sampled_from(KINDS), HOWS, max_size=len(KINDS))
ACTS = st.builds(
    lambda who, people, leaves, hows: (who, people[0], leaves, people[1], people[2], hows),
    st.sampled_from(["boss", "boss", "ben"]),
    st.permutations(NAMES),
    st.booleans(),
    WAYS,
)
"""Who hands over, whose, whether that one leaves, the successor, another person, and where some holdings go."""


def rows_of(model: Any) -> list[dict[str, Any]]:
    rows = model._base_manager.order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in TELLS_OF_THE_UNDO} for row in rows]


def everything(pool: Any) -> dict[str, Any]:
    """What hangs on people, beside their customers and contacts."""
    # The isolation area is made when it is first needed, and stays.
    users = [row for row in rows_of(User) if row["username"] != "isolation-area"]
    tables = {model.__name__: rows_of(model) for model in (Department, Share, SavedView, Tag, Star, ApiToken)}
    pooled = {name: sorted(getattr(pool, name).values_list("pk", flat=True)) for name in ("members", "managers")}
    # Who is handed over what, and the isolation area, are noted in tables of other rooms.
    ours = ("customers_", "search_", "owners ")
    customers = {name: rows for name, rows in snapshot().items() if name.startswith(ours)}
    return customers | tables | pooled | {"User": users}


def hand_over(clients: dict[str, Client], staff: Staff, act: Any) -> Handover | None:
    """One hand-over through the wizard; None where it was refused."""
    who, whose, leaves, to, other, hows = act
    data: dict[str, Any] = {"leaves": "1" if leaves else "0", "to": getattr(staff, to).pk, "note": "交接"}
    for kind, how in hows.items():
        data[f"{kind}-how"] = how
        data[f"{kind}-to"] = getattr(staff, other).pk
        data[f"{kind}-people"] = [getattr(staff, to).pk, getattr(staff, other).pk]
    before = Handover.objects.count()
    clients[who].post(f"/users/{getattr(staff, whose).pk}/leave", data)
    if Handover.objects.count() == before:
        return None
    made = Handover.objects.latest("id")
    clients[who].post(f"{made.url}start")
    run_ready_jobs()
    versioned.forget()
    made.refresh_from_db()
    assert made.batch_id is None or made.state == "done", made.error
    return made if made.batch_id else None


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=1, max_size=3))
@example(acts=[("boss", "ann", True, "cat", "ben", {}), ("boss", "cat", True, "ben", "ben", {})])
@example(acts=[("boss", "ann", False, "ben", "cat", {KINDS[0]: "sea"}), ("boss", "ben", True, "cat", "cat", {})])
def test_hand_overs_undone_backwards_leave_everything_as_it_was(acts: list[Any], staff: Staff) -> None:
    with transaction.atomic():
        play(acts, staff)
        transaction.set_rollback(True)
    versioned.forget()


def play(acts: list[Any], staff: Staff) -> None:
    """Make a small company's records, hand them over, take it all back."""
    clients = {name: Client() for name in ("boss", "ben")}
    for name, client in clients.items():
        client.force_login(getattr(staff, name))
    customers = [entity_of(Customer).create(by=staff.ann, name=f"{name}公司", level="key") for name in "甲乙丙"]
    customers.append(entity_of(Customer).create(by=staff.cat, name="丁公司"))
    create_contact(by=staff.ann, customer=customers[0], name="王一")
    for place, (user, can_write) in enumerate(((staff.cat, True), (staff.ben, False))):
        Share.objects.create(
            entity="customers.customer", record_id=customers[place].pk, user=user, can_write=can_write, by=staff.ann
        )
    Share.objects.create(entity="customers.customer", record_id=customers[3].pk, user=staff.ann, by=staff.cat)
    Share.objects.create(entity="customers.customer", record_id=customers[3].pk, user=staff.ben, can_write=True)
    SavedView.objects.create(entity="customers.customer", name="我的重点", state="", owner=staff.ann)
    SavedView.objects.create(entity="customers.customer", name="我的重点", state="q=1", owner=staff.ben)
    make_tag("老朋友", colour="red", shared=False, by=staff.ann)
    Star.objects.create(entity="customers.customer", record_id=customers[3].pk, user=staff.ann)
    make_token(name="手机", days=0, read_only=True, by=staff.cat)
    pool = make_pool(members=[staff.cat, staff.ben], managers=[staff.ann, staff.boss])
    versioned.forget()
    states, done = [everything(pool)], []
    for act in acts:
        if (made := hand_over(clients, staff, act)) is not None:
            done.append((made, act[0]))
            states.append(everything(pool))
    for made, who in reversed(done):
        states.pop()
        answer = clients[who].post(f"/batches/{made.batch_id}/undo", {"conflicts": "skip"})
        assert answer.status_code in (204, 302), answer.content.decode()[:2000]
        run_ready_jobs()
        versioned.forget()
        made.refresh_from_db()
        assert made.undone
        found = differences(everything(pool), states[-1])
        assert found == [], (acts, made.plan)
