"""Working ahead in a thread: the same items in the same order, the same mistakes, and nothing left running."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connections, transaction
from django.test import Client

from haike.customers.models import Contact, Customer
from haike.exchange.ahead import ahead
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.kernel.log import Change
from haike.people.testing import Staff
from haike.people.user.record import User
from haike.refused import Refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("P17")]


def numbers(upto: int, seen: list[str]) -> Iterator[int]:
    for number in range(upto):
        seen.append(threading.current_thread().name)
        yield number


def running() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ahead"]


def test_items_come_in_order_from_another_thread() -> None:
    seen: list[str] = []
    assert list(ahead(numbers(50, seen))) == list(range(50))
    assert set(seen) == {"ahead"}
    assert not running()


def test_within_a_transaction_everything_happens_here() -> None:
    seen: list[str] = []
    with transaction.atomic():
        assert list(ahead(numbers(5, seen))) == list(range(5))
    assert set(seen) == {threading.current_thread().name}


def test_a_mistake_arrives_where_the_items_are_used() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Refused("no")

    with pytest.raises(Refused, match="no"):
        list(ahead(broken()))
    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(Refused):
        next(items)
    assert not running()


def test_left_early_nothing_goes_on() -> None:
    seen: list[str] = []
    items = ahead(numbers(1_000_000, seen))
    assert next(items) == 0
    items.close()
    count = len(seen)
    assert count < 5
    time.sleep(0.1)
    assert len(seen) == count
    assert not running()


def test_the_thread_has_a_connection_of_its_own(staff: Staff) -> None:
    opened = []

    def asks() -> Iterator[int]:
        opened.append(connections["default"])
        yield User.objects.count()

    assert list(ahead(asks())) == [User.objects.count()]
    assert opened[0] is not connections["default"]
    assert opened[0].connection is None


def test_an_import_as_a_worker_does_it(staff: Staff, browse: Callable[[User], Client]) -> None:
    client = browse(staff.ann)
    rows = [[f"先行{n}有限公司", f"王{n}", f"1390000{n:04}", "", "", "广东省深圳市", "好"] for n in range(2_300)]
    rows[700] = rows[3]
    rows[2_200][2] = "abc"
    run = bring_in(client, upload(client, sheet(rows)), rule="skip")
    assert (run.state, run.created, run.skipped, run.faulty) == ("done", 2_298, 1, 1)
    assert [fault.row for fault in run.faults.all()] == [2_202]
    assert sorted(Customer.objects.values_list("number", flat=True))[-1][-5:] == "02298"
    assert Contact.objects.filter(customer__owner=staff.ann).count() == 2_298
    assert Change.objects.filter(batch=run.batch, action="create").count() == 2 * 2_298
    assert client.get("/api/v1/customers/?q=先行2299&count=true").json()["count"] == 1
    assert not running()
