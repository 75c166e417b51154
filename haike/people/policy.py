"""Rules of what the house is made of and runs by: it is managed, not handed on or shared."""

from __future__ import annotations

from typing import ClassVar

from haike.kernel.policy import Actor, Policy
from haike.screens.module import is_off

NEVER = frozenset({"transfer", "share", "approve"})
"""Acts that make no sense for what is managed."""


class HousePolicy(Policy):
    """Of users, departments and roles: acts that make no sense for them are nobody's right."""

    never: ClassVar[frozenset[str]] = NEVER

    def may(self, user: Actor, action: str) -> bool:
        return action not in self.never and super().may(user, action)


class GrantedPolicy(Policy):
    """Of what the company runs by, such as rules and stages: everybody knows it, one grant says who sets it up."""

    grant: ClassVar[str]
    everybody_sees = True

    def may(self, user: Actor, action: str) -> bool:
        if is_off(self.label):
            return False
        return action == "view" or (action not in NEVER and bool(user.grants.may_do(self.grant)))
