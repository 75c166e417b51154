"""Writing many follow-ups with few queries: imports.

The rules are those of `write_follow_up`, applied row after row to what is known of the customers, who are locked for
it; the database is asked and told once for all rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from haike.bulk.settle import settle_many
from haike.customers.contact.actions import demand_customer
from haike.customers.contact.record import Contact
from haike.customers.customer.queries import VISIT
from haike.customers.customer.record import Customer
from haike.customers.health.settle import settle_health
from haike.kernel import bulk
from haike.kernel.entity import Entity, entity_of
from haike.kernel.events import announce
from haike.kernel.log import Batch, within_batch
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.work.follow_up import actions
from haike.work.follow_up.record import FollowUp, to_minute

Row = Mapping[str, Any]
Facts = dict[int, dict[str, Any]]


class _Again(Exception):
    """Rows of these customers were refused at the last moment; what follows from them must not have happened."""

    def __init__(self, customers: set[int]) -> None:
        self.customers = customers


@dataclass
class _Known:
    """The customers and contacts of the rows as they are after the rows that have been gone through."""

    customers: dict[int, Customer]
    contacts: dict[int, Contact]
    facts: Facts = field(default_factory=dict)
    contact_facts: Facts = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row], by: Actor) -> _Known:
        """Lock and read those whom the rows name and the writer sees."""
        keys = {row["customer"].pk for row in rows if row.get("customer") is not None}
        people = {row["contact"].pk for row in rows if row.get("contact") is not None}
        visible = set(Customer.objects.visible_to(by).filter(pk__in=keys).values_list("pk", flat=True))
        locked = Customer._base_manager.select_for_update().filter(pk__in=visible, deleted_at=None).order_by("pk")
        return cls({each.pk: each for each in locked}, Contact._base_manager.in_bulk(list(people)))


def write_many(rows: Sequence[Row], *, by: Actor, batch: Batch) -> list[Any]:
    """Note many talks; the answer holds the follow-up or the Refused of each row, in their order."""
    alone: set[int] = set()
    while True:
        try:
            with transaction.atomic():
                return _write(rows, alone, by, batch)
        except _Again as again:
            alone |= again.customers


def _write(rows: Sequence[Row], alone: Collection[int], by: Actor, batch: Batch) -> list[Any]:
    entity, known = entity_of(FollowUp), _Known.of(rows, by)
    apart = {*alone, *_moving(rows, known)}
    made: list[Any] = [None] * len(rows)
    ready: dict[int, dict[str, Any]] = {}
    for place, row in enumerate(rows):
        if _customer(row) not in apart:
            try:
                ready[place] = _prepared(row, known, by)
            except Refused as no:
                made[place] = no
    _write_together(entity, ready, made, known, by, batch)
    for place, row in enumerate(rows):
        if _customer(row) in apart:
            try:
                # What follows in the customer belongs to the batch too and goes back with it.
                with within_batch(batch):
                    made[place] = entity.create(by=by, batch=batch, **row)
            except Refused as no:
                made[place] = no
    return made


def _write_together(
    entity: Entity, ready: Mapping[int, Row], made: list[Any], known: _Known, by: Actor, batch: Batch
) -> None:
    at = timezone.now()
    try:
        found = bulk.create_many(entity, list(ready.values()), by=by, batch=batch, at=at)
    except Refused as no:
        # No row of this kind is the writer's to make.
        found = [no] * len(ready)
        known.facts, known.contact_facts = {}, {}
    else:
        if stopped := {
            row["customer"].pk for row, record in zip(ready.values(), found, strict=True) if isinstance(record, Refused)
        }:
            raise _Again(stopped)
    settle_many(entity_of(Customer), known.facts, batch=batch, at=at)
    settle_many(entity_of(Contact), known.contact_facts, batch=batch, at=at)
    settle_health({row["customer"].pk for row in ready.values()})
    for place, record in zip(ready, found, strict=True):
        made[place] = record
        if not isinstance(record, Refused):
            announce("work.follow_up.written", follow_up=record, by=by)


def _customer(row: Row) -> int | None:
    customer = row.get("customer")
    return None if customer is None else customer.pk


def _moving(rows: Sequence[Row], known: _Known) -> set[int]:
    """The customers whom a row brings to another stage: each step is a change of its own, with rights and a log."""
    return {
        key
        for row in rows
        if row.get("stage") and (key := _customer(row)) in known.customers
        if row["stage"] != known.customers[key].stage
    }


def _prepared(row: Row, known: _Known, by: Actor) -> dict[str, Any]:
    """The values of a follow-up as `write_follow_up` would give them; its customer moves on."""
    values = {"content": "", **row}
    if values.get("next_at") is None:
        values.pop("next_at", None)
    customer = known.customers.get(_customer(row) or 0)
    demand_customer(customer, by)
    assert customer is not None
    at: datetime = values.get("at") or timezone.now()
    actions.refuse_future(at, "at")
    contact = values.get("contact")
    actions.refuse_stranger(contact, customer)
    actions.agree(values, customer, at)
    actions.refuse_backwards(at, values["next_at"])
    values |= {"customer": customer, "at": at}
    _move_on(values, customer, known)
    return values


def _move_on(values: Row, customer: Customer, known: _Known) -> None:
    """Let what follows from the talk hold for the rows behind it."""
    at, next_at = to_minute(values["at"]), values["next_at"]
    next_at = to_minute(next_at) if next_at is not None else None
    facts: dict[str, Any] = {}
    if customer.last_contact_at is None or at >= customer.last_contact_at:
        facts |= {
            "last_contact_at": at,
            "next_contact_at": next_at,
            "next_contact_what": values.get("next_what") or "" if next_at else "",
            "next_contact_manner": values.get("next_manner") if next_at else None,
        }
    visit = values.get("manner") == VISIT
    if visit and (customer.last_visit_at is None or at > customer.last_visit_at):
        facts["last_visit_at"] = at
    if facts:
        known.facts.setdefault(customer.pk, {}).update(facts)
        for name, value in facts.items():
            setattr(customer, name, value)
    person = known.contacts.get(values["contact"].pk) if values.get("contact") is not None else None
    if person is not None and (person.last_contact_at is None or at >= person.last_contact_at):
        person.last_contact_at = at
        known.contact_facts[person.pk] = {"last_contact_at": at, "next_contact_at": next_at}
