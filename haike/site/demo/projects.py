"""Projects of the sample company: a few in different phases, each with parties, people, milestones and expenses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from haike.customers.customer.record import BUSINESS
from haike.customers.models import Contact, Customer
from haike.find.share import Share
from haike.kernel import search
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.period import today
from haike.kernel.policy import System
from haike.people.models import User
from haike.project.models import Expense, Milestone, Party, Project, Stakeholder

SAMPLER = System("sample")
PARTS = ("owner", "designer", "contractor", "supervisor")
MOST = 60
"""The businesses that take part are chosen among so many customers."""
LEAST = len(PARTS)
"""So many customers take part in each project."""
DRAWN: tuple[tuple[str, str, int, str, str, tuple[str, ...]], ...] = (
    ("松山湖研发中心空调工程", "building", 2_860_000, "signing", "ann", ("ben", "leo")),
    ("苏州工业园二期厂房动力系统", "industry", 5_400_000, "execution", "cat", ("sam",)),
    ("前海数据中心机房改造", "system", 1_280_000, "tracking", "leo", ("ann",)),
)
STEPS = (("现场勘察", -40, True), ("方案评审", -6, False), ("设备进场", 30, False), ("竣工验收", 120, False))
SPENT = (("投标保证金手续费", "tender", "1800.00", 35), ("现场勘察差旅", "travel", "2346.50", 30))
ROLES = (("decider", "neutral", "high"), ("technical", "supports", "middle"))


def write_projects(users: dict[str, int], customers: Sequence[int]) -> list[int]:
    """Write them for those of their owners who are there; returns their keys."""
    people = User._base_manager.in_bulk(list(users.values()))
    rows = Customer._base_manager.filter(pk__in=customers[:MOST], form=BUSINESS).order_by("pk")
    firms, found = list(rows.values_list("pk", flat=True)), []
    for place, (name, kind, expected, phase, owner, team) in enumerate(DRAWN):
        some = firms[place * LEAST : (place + 1) * LEAST]
        if owner not in users or len(some) < LEAST:
            continue
        project = entity_of(Project).create(
            by=SAMPLER, name=name, kind=kind, expected=Decimal(expected), owner=people[users[owner]],
            team=[people[users[each]] for each in team if each in users], signs_on=today() + timedelta(days=45),
        )  # fmt: skip
        found.append(project.pk)
        _fill(project, list(Customer._base_manager.filter(pk__in=some).order_by("pk")))
        entity_of(Project).change(project, by=SAMPLER, state=phase)
    return found


def _fill(project: Project, customers: Sequence[Any]) -> None:
    for kind, customer in zip(PARTS, customers, strict=False):
        contact = Contact._base_manager.filter(customer=customer).order_by("pk").first()
        entity_of(Party).create(by=SAMPLER, project=project, kind=kind, customer=customer, contact=contact)
    above = None
    for contact, (role, attitude, influence) in zip(_people(customers), ROLES, strict=False):
        above = entity_of(Stakeholder).create(
            by=SAMPLER, project=project, contact=contact, role=role, attitude=attitude, influence=influence,
            superior=above,
        )  # fmt: skip
    for name, days, reached in STEPS:
        day = today() + timedelta(days=days)
        entity_of(Milestone).create(
            by=SAMPLER, project=project, name=name, planned_on=day, reached_on=day if reached else None
        )
    for what, kind, amount, ago in SPENT:
        entity_of(Expense).create(
            by=SAMPLER, project=project, what=what, kind=kind, amount=Decimal(amount), spent_by=project.owner,
            on=today() - timedelta(days=ago),
        )  # fmt: skip


def _people(customers: Sequence[Any]) -> list[Any]:
    rows = Contact._base_manager.filter(customer__in=[each.pk for each in customers])
    return list(rows.order_by("customer", "pk")[: len(ROLES)])


def remove_projects(keys: Sequence[int]) -> None:
    """Delete them with what hangs on them, but for those that somebody has changed or added to."""
    for project in Project._base_manager.filter(pk__in=keys):
        hung = [model._base_manager.filter(project=project) for model in (Stakeholder, Party, Milestone, Expense)]
        rows = [record for some in hung for record in some]
        if any(_touched(record) for record in (project, *rows)) or project.links.exists():
            continue
        Share.objects.filter(entity=entity_of(Project).label, record_id=project.pk).delete()
        Stakeholder._base_manager.filter(project=project).update(superior=None)
        for record in (*rows, project):
            key, model = record.pk, type(record)
            own = Change._base_manager.filter(entity=entity_of(record).label, record_id=key)
            own._raw_delete(own.db)
            record.delete()
            search.erase(connection, model, [key])


def _touched(record: Any) -> bool:
    """Whether anybody but the sample's maker has written it."""
    return record.created_by_id is not None or record.changed_by_id is not None
