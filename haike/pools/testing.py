"""Pools for tests."""

from __future__ import annotations

from typing import Any

from haike.kernel import versioned
from haike.kernel.entity import entity_of
from haike.people.user.actions import SETUP
from haike.pools.pool.record import Pool


def make_pool(name: str = "华南公海", entity: str = "customers.customer", **values: Any) -> Pool:
    """A pool made by the system; members are users."""
    made: Pool = entity_of(Pool).create(by=SETUP, name=name, entity=entity, **values)
    versioned.forget()
    return made
