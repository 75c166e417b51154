"""Making the sample company: people, customers with contacts and follow-ups in batches, then leads.

What was made is noted in the option "site.sample", so that it can be removed again. A large company is prepared in
a second process while this one writes, and its indexes are built at the end.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.customers.health.settle import settle_all
from haike.customers.models import Contact, Customer
from haike.dedupe.identity import identities
from haike.dedupe.index import IdentityKey, rebuild
from haike.find.index.load import load as load_documents
from haike.find.index.load import with_part
from haike.find.index.merge import merge_segments
from haike.find.statistics import count as count_tables
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.numbers import take_numbers
from haike.kernel.option import OptionValue
from haike.kernel.record import writer
from haike.kernel.versioned import bump
from haike.refused import Refused
from haike.sales.models import Lead, Opportunity, OpportunityLine, StageMove
from haike.site.demo.chances import SampleChances, number_of_chances
from haike.site.demo.claim import write_claim
from haike.site.demo.details import write_details
from haike.site.demo.groups import write_groups, write_pivot
from haike.site.demo.leads import MOST, PAST, SampleLeads
from haike.site.demo.load import reserve, set_aside, tables_of
from haike.site.demo.offices import SAMPLER, Account, write_offices
from haike.site.demo.own_fields import write_own_fields
from haike.site.demo.papers import write_contract_texts, write_papers
from haike.site.demo.products import write_products
from haike.site.demo.projects import write_projects
from haike.site.demo.records import Prepared, Records
from haike.site.demo.rows import load
from haike.site.demo.scoring import write_scoring
from haike.site.demo.staff import SIZE
from haike.site.demo.stream import SEED, SampleCompany
from haike.site.demo.territories import write_territories
from haike.site.demo.trade import number_of_orders, open_books, ranges_of, write_trade
from haike.site.guide import SAMPLE, sample_present
from haike.work.models import FollowUp

Report = Callable[[int, int, str], None]
MODELS: tuple[type[models.Model], ...] = (Customer, Contact, FollowUp)
MANY_USERS_FROM = 100_001
MANY_USERS = 200
LARGE = 50_000
LEARNS_FROM = 1_500
"""A company of so many customers has leads enough to learn from."""
BATCH, LARGE_BATCH = 500, 10_000
MOST_CONTACTS, MOST_TALKS = 3, 8


def make_demo(
    customers: int, report: Report = lambda *_: None, *, seed: int = SEED, orders: int | None = None
) -> list[Account]:
    """Make the sample company and return the accounts to sign in with; raises Refused when it is there already.

    `orders` is how many it has in its year; without it as many as befit the number of customers.
    """
    orders = number_of_orders(customers) if orders is None else orders
    if sample_present():
        raise Refused(_("The sample company is there already. Remove it first."))
    users = MANY_USERS if customers >= MANY_USERS_FROM else SIZE
    now = timezone.now()
    stream = SampleCompany(now, seed=seed, users=users)
    report(0, customers, str(_("people")))
    with transaction.atomic(), writer():
        offices = write_offices(stream.staff)
        own = write_own_fields(by=SAMPLER)
        counts: dict[Any, int] = {
            Customer: customers,
            Contact: customers * MOST_CONTACTS,
            FollowUp: customers * MOST_TALKS,
        }
        first = {entity_of(model).label: reserve(model, count) for model, count in counts.items()}
        note: dict[str, Any] = {
            "users": offices.users,
            "departments": offices.departments,
            "company": offices.company,
            "own_fields": [each.pk for each in own.values()],
            "pools": [sea.pool for sea in offices.seas],
            "territories": write_territories({name: each.id for name, each in offices.people.items()}),
            **write_groups(offices.people["boss"].id),
            **write_pivot(offices.people["boss"].id),
            **write_products(offices.people["boss"].id),
            **write_papers(offices.people["boss"].id),
            "rows": {entity_of(model).label: [first[entity_of(model).label], counts[model]] for model in MODELS},
        }
        OptionValue.objects.create(key=SAMPLE, value=note)
        bump("options")
    records = Records(connection.vendor, offices.people, first, offices.people["boss"], offices.seas, now)
    records.own = {name: each.key for name, each in own.items()}
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
    made: Any = note["rows"]
    if large:
        settle_all.enqueue()
    else:
        settle_all.call()
    write_claim(offices.users, first[entity_of(Customer).label])
    with transaction.atomic():
        start, size = made[entity_of(Customer).label]
        leads = SampleLeads(offices, range(start, start + size), seed=seed, now=now)
        past = PAST if customers >= LEARNS_FROM else 0
        note["leads"] = leads.write(min(MOST, customers // 2), past)
        if past:
            note["scoring"] = write_scoring()
        chances = number_of_chances(customers)
        note["opportunities"] = [reserve(Opportunity, chances) if chances else 1, chances]
        people = {name: each.id for name, each in offices.people.items()}
        books = open_books(orders, seed=seed)
        note["trade"] = ranges_of(books)
        note["projects"] = write_projects(people, range(start, start + size))
        note["pools"] = [*(sea.pool for sea in offices.seas), *(pool.pk for pool in leads.pools)]
        OptionValue.objects.filter(key=SAMPLE).update(value=note)
        bump("options")
    with set_aside(tables_of([Opportunity, OpportunityLine, StageMove])) if large else nullcontext():
        _write_chances(note, range(start, start + size), seed, now, report)
    word = str(_("orders with quotes, shipments and payments"))
    sample = range(start, start + size)
    write_trade(books, sample, orders, note["plan_templates"], lambda made, of: report(made, of, word))
    write_contract_texts(sample, offices.people["boss"].id)
    ranges = {each.label: tuple(made[each.label]) for each in identities() if each.label in made}
    label = entity_of(Lead).label
    ranges[label] = (note["leads"][label][0][0], len(note["leads"][label]))
    with set_aside(tables_of([IdentityKey])) if large else nullcontext():
        rebuild(only=ranges, report=lambda made, of: report(made, of, str(_("keys that tell duplicates"))))
    count_tables(connection)
    merge_segments(connection)
    return offices.accounts


def _write_chances(note: dict[str, Any], customers: range, seed: int, now: datetime, report: Report) -> None:
    word = str(_("opportunities"))
    chances = SampleChances(customers, seed=seed, now=now)
    first, count = note["opportunities"]
    chances.write(first, count, lambda done, of: report(done, of, word))
    with transaction.atomic():
        write_details(first, count)


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
