"""Making the sample company: people, then customers with contacts and follow-ups in batches.

What was made is noted in the option "site.sample", so that it can be removed again. A large company is prepared in
a second process while this one writes, and its indexes are built at the end.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.customers.models import Contact, Customer
from haike.find.index.load import load as load_documents
from haike.find.index.load import with_part
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.numbers import take_numbers
from haike.kernel.option import OptionValue
from haike.kernel.record import writer
from haike.kernel.versioned import bump
from haike.refused import Refused
from haike.site.demo.load import reserve, set_aside, tables_of
from haike.site.demo.offices import Account, write_offices
from haike.site.demo.records import Prepared, Records
from haike.site.demo.rows import load
from haike.site.demo.staff import SIZE
from haike.site.demo.stream import SEED, SampleCompany
from haike.site.guide import SAMPLE, sample_present
from haike.work.models import FollowUp

Report = Callable[[int, int, str], None]
MODELS: tuple[type[models.Model], ...] = (Customer, Contact, FollowUp)
MANY_USERS_FROM = 100_001
MANY_USERS = 200
LARGE = 50_000
BATCH, LARGE_BATCH = 500, 10_000
MOST_CONTACTS, MOST_TALKS = 3, 8


def make_demo(customers: int, report: Report = lambda *_: None, *, seed: int = SEED) -> list[Account]:
    """Make the sample company and return the accounts to sign in with; raises Refused when it is there already."""
    if sample_present():
        raise Refused(_("The sample company is there already. Remove it first."))
    users = MANY_USERS if customers >= MANY_USERS_FROM else SIZE
    stream = SampleCompany(timezone.now(), seed=seed, users=users)
    report(0, customers, str(_("people")))
    with transaction.atomic(), writer():
        offices = write_offices(stream.staff)
        counts: dict[Any, int] = {
            Customer: customers,
            Contact: customers * MOST_CONTACTS,
            FollowUp: customers * MOST_TALKS,
        }
        first = {entity_of(model).label: reserve(model, count) for model, count in counts.items()}
        note = {
            "users": offices.users,
            "departments": offices.departments,
            "company": offices.company,
            "rows": {entity_of(model).label: [first[entity_of(model).label], counts[model]] for model in MODELS},
        }
        OptionValue.objects.create(key=SAMPLE, value=note)
        bump("options")
    records = Records(connection.vendor, offices.people, first, offices.people["boss"])
    large = customers >= LARGE
    source = _elsewhere(stream, records, customers) if large else _here(stream, records, customers, BATCH)
    tables = tables_of([*MODELS, Change])
    done = 0
    with _no_collector(), set_aside(tables) if large else nullcontext():
        for prepared in source:
            _write(records, prepared.fold(records.vendor))
            done += len(prepared.customers.rows)
            report(done, customers, str(_("customers with contacts and follow-ups")))
        if large:
            report(done, customers + 1, str(_("indexes")))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return offices.accounts


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rows hang on nothing, so looking for rings of references only costs time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _here(stream: SampleCompany, records: Records, customers: int, size: int) -> Iterator[Prepared]:
    for batch in stream.batches(customers, size):
        yield records.prepare(batch)


def _elsewhere(stream: SampleCompany, records: Records, customers: int) -> Iterator[Prepared]:
    """The same from a second process, one batch ahead."""
    if "fork" not in multiprocessing.get_all_start_methods():
        yield from _here(stream, records, customers, LARGE_BATCH)
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(theirs, ours, stream, records, customers), daemon=True)
    child.start()
    theirs.close()
    try:
        while (prepared := ours.recv()) is not None:
            yield prepared
    finally:
        child.terminate()
        child.join()


def _send(pipe: Connection, other: Connection, stream: SampleCompany, records: Records, customers: int) -> None:
    # This process shares the parent's connection to the database and must not touch it.
    gc.disable()
    # With both ends open it would wait for ever after its parent has died.
    other.close()
    for prepared in _here(stream, records, customers, LARGE_BATCH):
        # PostgreSQL writes in a process of its own; SQLite keeps the parent busy.
        pipe.send(prepared.fold(records.vendor) if records.vendor == "sqlite" else prepared)
    pipe.send(None)


def _write(records: Records, prepared: Prepared) -> None:
    """One batch in one transaction."""
    with transaction.atomic(), writer():
        _give_numbers(records, prepared)
        if connection.vendor == "postgresql":
            # A customer names its main contact, who comes after it.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        piles: dict[Any, Any] = {
            Customer: prepared.customers,
            Contact: prepared.contacts,
            FollowUp: prepared.follow_ups,
        }
        for model, pile in piles.items():
            load(connection, records.tables[model], pile.rows)
            load(connection, records.log, pile.log)
            load_documents(connection, model, pile.documents)


def _give_numbers(records: Records, prepared: Prepared) -> None:
    place = records.tables[Customer].place["number"]
    pattern = Customer._meta.get_field("number").pattern
    numbers = {
        (year, month): iter(take_numbers(pattern, on=date(year, month, 1), count=count))
        for (year, month), count in Tally(prepared.months).items()
    }
    documents = prepared.customers.documents
    for index, (row, month) in enumerate(zip(prepared.customers.rows, prepared.months, strict=True)):
        row[place] = number = next(numbers[month])
        documents[index] = with_part(documents[index], number)
