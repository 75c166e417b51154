"""The rule of users, departments and roles: they are managed, not handed on or shared."""

from __future__ import annotations

from typing import ClassVar

from haike.kernel.policy import Actor, Policy


class HousePolicy(Policy):
    """Acts that make no sense for what the house is made of are nobody's right."""

    never: ClassVar[frozenset[str]] = frozenset({"transfer", "share", "approve"})

    def may(self, user: Actor, action: str) -> bool:
        return action not in self.never and super().may(user, action)
