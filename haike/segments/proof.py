"""Who may do what with tag rules, said a second time for the check of rights."""

from __future__ import annotations

from typing import Any

from haike.people.proof.oracle import RULES, Oracle


def only_with_the_grant(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Everybody may know the rules; only the grant for the company's tags lets somebody set them up."""
    if action == "view" or not usual:
        return usual
    given = {grant for role in oracle.roles_of(user) for grant in role.grants}
    return action not in ("transfer", "share", "approve") and bool({"*", "tags"} & given)


RULES["segments.tagrule"] = only_with_the_grant
