"""What rules look at: the records that are scored, and what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from haike.kernel.entity import Entity, Label, entity_of


@dataclass(frozen=True)
class Subject:
    """What a rule that is `about` it looks at; `title` stands above the form of such a rule.

    With `each` every row counts for itself and its points grow old, as with talks. No rule asks for what is named in
    `outcome`: it shows how the record ended, or follows from the score itself.
    """

    about: str
    model: Any
    title: Label
    each: bool = False
    outcome: frozenset[str] = field(default_factory=frozenset)


SUBJECTS: dict[str, Subject] = {}


def declare_subjects(*subjects: Subject) -> None:
    """Make them known."""
    SUBJECTS.update({subject.about: subject for subject in subjects})


def entity_about(about: str) -> Entity:
    """The entity whose records a rule looks at."""
    return entity_of(SUBJECTS[about].model)
