"""What every entity keeps, it keeps with own fields of every kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from haike.fields.tests.owned import add_all, add_computed, add_filed
from haike.kernel.entity import Entity, entity_named
from haike.people.testing import Staff
from haike.people.user.record import User
from tests import test_contract as contract

pytestmark = [pytest.mark.django_db, pytest.mark.feature("P19")]
RULES = [
    rule
    for name, rule in vars(contract).items()
    if name.startswith("test_") and set(inspect.signature(rule).parameters) <= {"entity", "staff", "browse"}
]
ENTITIES = ["customers", "contacts", "follow-ups", "users"]


@pytest.mark.parametrize("slug", ENTITIES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_holds_with_own_fields(
    rule: Callable[..., None], slug: str, staff: Staff, browse: Callable[[User], Client]
) -> None:
    entity = entity_named(slug)
    assert isinstance(entity, Entity)
    boss = browse(staff.boss)
    fields = add_all(boss, slug) | add_computed(boss, slug) | add_filed(boss, slug)
    assert set(entity.looks) >= {own.key for own in fields.values()}
    if slug == "users" and rule in OWNED:
        return  # nobody owns a user
    given: dict[str, Any] = {"entity": entity, "staff": staff, "browse": browse}
    rule(**{name: given[name] for name in inspect.signature(rule).parameters})


OWNED = (
    contract.test_what_is_not_yours_looks_like_not_there,
    contract.test_the_owner_her_manager_and_the_boss_see_it,
)


def test_there_are_rules() -> None:
    assert len(RULES) >= 12
