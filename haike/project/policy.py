"""Who sees a project: its owner, its team, and those who see everything."""

from __future__ import annotations

from dataclasses import replace

from haike.find.scope import Scope
from haike.kernel.policy import Actor, Policy

NEVER = frozenset({"share", "approve"})
"""One lets somebody see a project by taking him into the team."""


class TeamPolicy(Policy):
    """A superior of the owner, or one in his department, does not see his projects unless he is in the team.

    A place in the team stands as a share that allows writing (`project/team.py`), so that every surface knows it.
    """

    never = NEVER

    def may(self, user: Actor, action: str) -> bool:
        return action not in self.never and super().may(user, action)

    def scope(self, user: Actor, action: str = "view") -> Scope:
        found = super().scope(user, action)
        if found.everything:
            return found
        return replace(found, owner_ids=tuple(key for key in found.owner_ids if key == user.pk))


class WithinProject(TeamPolicy):
    """Of what hangs on a project: who sees that one sees this."""

    through = "project"
