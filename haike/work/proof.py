"""What the nightly check of rights looks at here: today's page; and who writes follow-ups, said once more."""

from typing import Any

from haike.people.proof.oracle import CHANGING, RULES, Oracle
from haike.people.proof.walk import PAGES

PAGES += ["/today/"]


def only_the_author(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Only the author changes what he wrote; the boss may, and deleting has a switch of its own."""
    if not usual or action not in CHANGING or record.created_by_id == user:
        return usual
    given = {grant for role in oracle.roles_of(user) for grant in role.grants}
    if {"*", "boss"} & given:
        return True
    return action in ("delete", "restore", "purge") and "delete_follow_ups" in given


RULES["work.followup"] = RULES["work.followupcomment"] = only_the_author
