"""Two people in the same instant: one gets the record, the other a clear no. On real connections, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from haike.customers.models import Customer
from haike.customers.testing import make_customer
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.pools.models import Move
from haike.pools.testing import make_pool

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("C21", "C22")]


def at_once(*posts: tuple[User, str]) -> list[int]:
    """The statuses of posts that start together, each with a connection of its own."""
    barrier = Barrier(len(posts))

    def send(user: User, path: str) -> int:
        client = Client()
        client.force_login(user)
        barrier.wait()
        try:
            return client.post(path).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(posts)) as pool:
        return [each.result() for each in [pool.submit(send, user, path) for user, path in posts]]


def test_one_of_two_gets_it(transactional_db: None, staff: Staff) -> None:
    pool = make_pool(members=[staff.ann, staff.cat])
    for turn in range(3):
        customer: Any = make_customer(staff.boss, f"第{turn}次争抢有限公司")
        entity_of(Customer).change(customer, by=staff.boss, owner=pool.account)
        path = f"/customers/{customer.pk}/claim"
        statuses = at_once((staff.ann, path), (staff.cat, path))
        # Who came when it was gone is told so; who came later still does not see it any more.
        assert statuses.count(302) == 1, statuses
        assert set(statuses) - {302} <= {422, 404}, statuses
        customer.refresh_from_db()
        winner = (staff.ann, staff.cat)[statuses.index(302)]
        assert customer.owner == winner
        assert Move.objects.filter(record_id=customer.pk, kind="claim").count() == 1


def test_two_claims_of_one_person_do_not_pass_the_limit_together(transactional_db: None, staff: Staff) -> None:
    pool = make_pool(members=[staff.ann], claims_per_day=1)
    paths = []
    for turn in range(3):
        customer: Any = make_customer(staff.boss, f"第{turn}家有限公司")
        entity_of(Customer).change(customer, by=staff.boss, owner=pool.account)
        paths.append((staff.ann, f"/customers/{customer.pk}/claim"))
    statuses = at_once(*paths)
    assert sorted(statuses) == [302, 422, 422]
    assert Customer.objects.filter(owner=staff.ann).count() == 1
