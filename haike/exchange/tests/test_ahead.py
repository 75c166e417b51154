"""An import reads the next rows while it writes, in order, and stops where either side fails."""

from __future__ import annotations

import os
import pickle
import threading

import pytest
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from haike.customers.models import Customer
from haike.dedupe.models import IdentityKey
from haike.exchange import apart, engine, work
from haike.exchange.ahead import ahead, in_turn
from haike.exchange.engine import CHUNK, Parsed, Reader
from haike.exchange.run import ImportRun
from haike.exchange.tests.test_import import bring_in, sheet, upload
from haike.kernel.entity import entity_of
from haike.people.testing import Staff
from haike.people.user.record import User

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


def test_rows_read_by_another_process_come_in_as_others_do(
    staff: Staff, browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "FROM", 3)
    monkeypatch.setattr(engine, "is_worthwhile", lambda run: asked.append(apart.is_worthwhile(run)) or asked[-1])
    asked: list[bool] = []
    if several := len(os.sched_getaffinity(0)) > 1:
        # Who only writes has no sheet in memory, so he finds no row either.
        monkeypatch.setattr(work, "_rows", lambda run: iter(()))
    client = browse(staff.ann)
    rows = [["第一号有限公司", "王一", "13800138000"], ["", "王二", ""], ["第三号有限公司", "王三", "不是号码"]]
    run = bring_in(client, upload(client, sheet(rows)))
    assert (run.created, run.faulty, run.rows_done) == (1, 2, 3)
    made = Customer.objects.get()
    assert (made.owner, made.created_by, made.contacts.get().name) == (staff.ann, staff.ann, "王一")
    assert IdentityKey.objects.filter(record_id=made.pk).exists()
    assert [fault.cells[1] for fault in run.faults.all()] == ["王二", "王三"]
    assert asked == [several]


def test_a_row_arrives_in_another_process_as_it_was(staff: Staff) -> None:
    reader = Reader(entity_of(Customer), staff.ann, {0: "name", 1: "mobile", 2: "customers.contact:name"})
    rows = [["第一号有限公司", "13800138000", "王一"], ["", "", ""], ["第三号有限公司", "不是号码", ""]]
    sent = reader.read_some([*enumerate(rows, start=2)])
    came = [Parsed.unpacked(Customer, pickle.loads(pickle.dumps(row.packed()))) for row in sent]
    for one, other in zip(sent, came, strict=True):
        assert (one.number, one.cells, one.values, one.faults, one.match) == (
            other.number, other.cells, other.values, other.faults, other.match,
        )  # fmt: skip
    made, again = ({**vars(row.record), "_state": None} for row in (sent[0], came[0]))
    assert made == again
    assert (came[0].record.owner, came[0].record._state.adding) == (staff.ann, True)
    assert sent[0].draft.found_by == came[0].draft.found_by
    assert str(came[1].draft) == str(sent[1].draft)


def test_what_goes_wrong_in_the_other_process_is_raised_here() -> None:
    with pytest.raises(ImportRun.DoesNotExist):
        next(iter(apart.apart(ImportRun(pk=999_999), User(pk=1))))
    reader, writer = os.pipe()
    os.close(writer)
    with os.fdopen(reader, "rb") as source, pytest.raises(RuntimeError, match="died"):
        apart._next(source)
