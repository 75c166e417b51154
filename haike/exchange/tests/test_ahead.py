"""An import reads the next rows while it writes, in order, and stops where either side fails."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from haike.customers.models import Customer
from haike.exchange.ahead import ahead, in_turn
from haike.exchange.engine import CHUNK, Reader
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.kernel.entity import entity_of
from haike.people.testing import Staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("P17")]


class Parts:
    """Five parts, and who asked for them."""

    def __init__(self, broken_at: int = 99) -> None:
        self.number, self.broken_at = 0, broken_at
        self.threads: set[str] = set()
        self.words: list[str] = []

    def __call__(self) -> list[int]:
        self.number += 1
        self.threads.add(threading.current_thread().name)
        self.words.append(gettext("Import"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if self.number == self.broken_at:
            raise ValueError(self.number)
        return [self.number] if self.number <= 5 else []


def test_parts_come_in_order_and_one_is_made_ahead() -> None:
    parts, seen = Parts(), []
    for [part] in ahead(parts):
        seen.append(part)
    assert seen == [1, 2, 3, 4, 5]
    assert threading.current_thread().name not in parts.threads
    assert [part for [part] in in_turn(Parts())] == seen


def test_the_language_of_the_caller_holds_in_the_other_thread() -> None:
    for language, word in (("zh-hans", "导入"), ("en", "Import")):
        with translation.override(language):
            parts = Parts()
            list(ahead(parts))
            assert set(parts.words) == {word}


def test_within_a_transaction_nothing_is_made_elsewhere() -> None:
    parts = Parts()
    with transaction.atomic():
        assert len(list(ahead(parts))) == 5
    assert parts.threads == {threading.current_thread().name}


def test_what_goes_wrong_ahead_is_told_after_the_parts_before() -> None:
    seen = []
    with pytest.raises(ValueError, match="3"):
        for part in ahead(Parts(broken_at=3)):
            seen.extend(part)
    assert seen == [1, 2]


def test_whoever_stops_early_leaves_no_thread() -> None:
    parts = ahead(Parts())
    assert next(parts) == [1]
    parts.close()  # type: ignore[attr-defined]
    assert not [each for each in threading.enumerate() if each.name.startswith("ahead")]


def test_a_sheet_of_several_parts_comes_in_whole(staff: Staff, browse) -> None:
    rows = [[f"第{number}号有限公司", "王一", ""] for number in range(2 * CHUNK + 5)]
    client = browse(staff.ann)
    run = bring_in(client, upload(client, sheet(rows)))
    assert (run.created, run.faulty, run.rows_done) == (len(rows), 0, len(rows))
    assert Customer.objects.count() == len(rows)
    again = bring_in(client, upload(client, sheet(rows)))
    assert (again.created, again.skipped) == (0, len(rows))


def test_rows_that_may_name_earlier_rows_are_read_in_turn(staff: Staff) -> None:
    customers = entity_of(Customer)
    naming = [name for name, look in customers.looks.items() if getattr(look, "target", None) is Customer]
    assert not Reader(customers, staff.boss, {0: "name"}).looks_back
    for name in naming:
        if name in customers.editable_by(staff.boss):
            assert Reader(customers, staff.boss, {0: "name", 1: name}).looks_back
