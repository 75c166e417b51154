"""What the check of rights knows: a project is its owner's, its team's, and theirs who see everything."""

from typing import Any

from haike.people.proof.oracle import RULES, Oracle


def _sees(oracle: Oracle, user: int, action: str, project: Any) -> bool:
    if project.owner_id == user or "all" in oracle.reaches(user, action, "project.project"):
        return True
    return any(member.pk == user for member in project.team.all())


def of_the_team(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Whoever reaches the owner's other records does not for that see his projects; nobody shares them further."""
    return usual and action not in ("share", "approve") and _sees(oracle, user, action, record)


def within(oracle: Oracle, user: int, action: str, record: Any, usual: bool) -> bool:
    """Who sees the project sees what hangs on it."""
    return usual and action not in ("share", "approve") and _sees(oracle, user, "view", record.project)


RULES["project.project"] = of_the_team
for label in ("party", "milestone", "stakeholder", "expense"):
    RULES[f"project.{label}"] = within
