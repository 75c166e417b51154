"""What a pool means for the rights, said a second time for the check of rights; and why its members see a record.

The rules read the tables row by row and share no line with `haike.pools.seas`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Label
from haike.people.access.reasons import MORE_REASONS
from haike.people.proof.oracle import RULES, VEILS, WIDENED, Oracle
from haike.pools.pool.record import Pool
from haike.pools.seas import seas


def _pool_at(oracle: Oracle, owner: int | None, label: str) -> Any:
    """The pool in use whose account owns a record of this kind."""
    place = ("pool", owner)
    if place not in oracle.memory:
        oracle.memory[place] = Pool._base_manager.filter(account_id=owner, deleted_at=None).first() if owner else None
    pool = oracle.memory[place]
    return pool if pool is not None and pool.entity == label else None


def _is_member(oracle: Oracle, user: int, pool: Any) -> bool:
    if pool.members.filter(pk=user).exists():
        return True
    invited = {department.pk for department in pool.member_departments.all()}
    return any(place in invited or invited & set(oracle.above_department(place)) for place in oracle.sits_in(user))


def reaches_into_a_pool(oracle: Oracle, user: int, owner: int | None, action: str, label: str) -> bool:
    """Members look at what lies in a pool, and export it where they may; managers also change and give it away."""
    pool = _pool_at(oracle, owner, label)
    if pool is None:
        return False
    if pool.managers.filter(pk=user).exists():
        return action not in ("create", "import", "restore", "purge", "approve")
    looking = action in ("view", "print") or (action == "export" and pool.may_export)
    return looking and _is_member(oracle, user, pool)


def veils_what_lies_there(oracle: Oracle, user: int, record: Any, label: str) -> bool:
    """Until it is claimed, members do not see how to reach the people, unless they lead the pool or see all anyway."""
    pool = _pool_at(oracle, record.owner_id, label)
    if pool is None or not pool.veiled or "all" in oracle.reaches(user, "view", label):
        return False
    return not pool.managers.filter(pk=user).exists()


def why(entity: Entity, record: Any, user: Any) -> Iterable[Label]:
    """As whom somebody sees what lies in a pool."""
    known, ruling = seas(), entity.parent or entity
    pool = known.by_account.get(record.owner_id)
    if pool is None or pool.deleted_at is not None or pool.entity != ruling.label:
        return
    if known.led_by(user.pk, pool):
        yield _("manager of: %(pool)s") % {"pool": pool.name}
    elif known.joined_by(user.pk, pool):
        yield _("member of: %(pool)s") % {"pool": pool.name}


def only_with_the_grant(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Everybody knows the pools; only a grant lets somebody set them up, and they are not handed on."""
    if action == "view" or not usual:
        return usual
    given = {grant for role in oracle.roles_of(user) for grant in role.grants}
    return action not in ("transfer", "share", "approve") and bool({"*", "pools"} & given)


RULES["pools.pool"] = only_with_the_grant
RULES["pools.assignmentrule"] = only_with_the_grant
RULES["pools.territory"] = only_with_the_grant
WIDENED.append(reaches_into_a_pool)
VEILS.append(veils_what_lies_there)
MORE_REASONS.append(why)
