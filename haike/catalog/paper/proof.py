"""What the check of rights looks at of paper: documents by templates, and the lists and envelopes of customers."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.catalog.paper.kinds import KINDS
from haike.customers.contact.record import Contact
from haike.customers.customer.record import Customer
from haike.kernel.entity import Entity
from haike.people.proof.walk import PAGES, Walk, surface

PAGES += ["/products/grid"]
CHOSEN = re.compile(r'name="ids" value="([\d,]*)"')


@surface("print", _("Printing"))
def printed(walk: Walk, entity: Entity) -> None:
    """On paper comes what the reader may print and nothing else, record by record and of many chosen together."""
    if entity.label in KINDS:
        for record in walk.sample.some(entity):
            answer = walk.ask(f"{entity.url_of(record)}paper")
            walk.compare("print", entity, record, answer.shown, answer.path, "print")
            walk.follow("print", answer)
    if entity.model in (Customer, Contact):
        _chosen(walk, entity, walk.sample.some(entity))


def _chosen(walk: Walk, entity: Entity, records: list[Any]) -> None:
    answer = walk.ask(f"{entity.url}print?ids={','.join(str(record.pk) for record in records)}")
    found = CHOSEN.search(answer.text) if answer.shown else None
    there = set(found[1].split(",")) if found else set()
    for record in records:
        walk.compare("print", entity, record, str(record.pk) in there, answer.path, "print")
