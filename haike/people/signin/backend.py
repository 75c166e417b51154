"""Where Django finds the user of a session: in the memory of the process."""

from __future__ import annotations

import copy
from typing import Any

from haike.people.grants import organisation


class CachedUsers:
    """Users as `organisation` keeps them; closed and deleted ones have no session any more."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Signing in is done by `attempt.sign_in` alone, which counts failures."""

    def get_user(self, user_id: int) -> Any:
        """A copy, so that what a request does to its user stays there."""
        user = organisation().users.get(user_id)
        if user is None or not user.is_active or user.deleted_at is not None:
            return None
        return copy.copy(user)
