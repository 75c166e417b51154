"""Why something scores what it scores, in words, for one reader: what he may not see is not named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.sales.score.points import Given
from haike.sales.score.subject import SUBJECTS

PLAIN = ("edit", "read")


@dataclass(frozen=True)
class Reason:
    """One fact and what it does: points of a rule, or a push of the chance in log odds."""

    words: str
    push: float
    effect: str

    @property
    def raises(self) -> bool:
        """Whether it makes the score better."""
        return self.push > 0


@dataclass
class Explanation:
    """Of one kind of score."""

    reasons: list[Reason] = field(default_factory=list)
    silent: bool = False
    """Whether facts count that the reader may not see."""


def by_rules(record: Any, user: Actor, points: Iterable[Given]) -> Explanation:
    """The rules that gave points, the strongest first."""
    found = Explanation()
    for each in sorted(points, key=lambda each: -abs(each.points)):
        number = round(each.points)
        if not _may_know(record, user, each):
            found.silent = True
        elif number or each.talks:
            words = each.rule.row.name
            if each.talks > 1:
                words = _("%(rule)s (%(times)s times)") % {"rule": words, "times": each.talks}
            found.reasons.append(Reason(words, each.points, f"{number:+d}"))
    return found


def _may_know(record: Any, user: Actor, each: Given) -> bool:
    subject = SUBJECTS[each.rule.row.about]
    entity = entity_of(subject.model)
    if subject.model is type(record):
        return all(entity.policy.right_to(user, name, record) in PLAIN for name in each.rule.fields)
    return entity.policy.may(user, "view") and all(entity.right(user, name) in PLAIN for name in each.rule.fields)
