"""Writing, changing and deleting rules; each act stands in the change log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import refusal
from haike.kernel.log import FIELD_LABELS, Change, origin
from haike.kernel.policy import Actor
from haike.people.switches import declare_grants
from haike.refused import Conflict, Refused
from haike.sales.score.points import Rules, understand
from haike.sales.score.record import ScoreModel, ScoreRule
from haike.sales.score.scored import Part, Scored, scored_about
from haike.sales.score.subject import SUBJECTS

GRANT = "lead_scores"
MOST_RULES = 60
NAMES = ("name", "about", "condition", "points", "halves_after", "times")
LABEL = "sales.scorerule"
SAMPLE = 2_000
declare_grants({GRANT: _("Write the rules by which leads and opportunities are scored")})
FIELD_LABELS |= {
    "about": _("Looks at"),
    "condition": _("Condition"),
    "points": _("Points"),
    "halves_after": _("Points halve after days"),
    "times": _("Counts at most so many talks"),
}


def save_rule(row: ScoreRule, values: Mapping[str, Any], *, version: int, by: Actor) -> ScoreRule:
    """Make or change a rule; raises Refused for a condition that cannot be asked, Conflict after somebody else's."""
    with transaction.atomic():
        new = row._state.adding
        if not new:
            found = ScoreRule.objects.select_for_update().filter(pk=row.pk).first()
            if found is None:
                raise Refused(_("This rule is not there any more."))
            if found.version != version:
                raise Conflict(_("Somebody else has saved this rule in the meantime."), current=found)
            row = found
        elif ScoreRule.objects.filter(about__in=scored_about(row.about).abouts).count() >= MOST_RULES:
            raise Refused(_("There are %(most)s rules; delete one first.") % {"most": MOST_RULES})
        else:
            row.position = (ScoreRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        before = {name: getattr(row, name) for name in NAMES} if not new else {}
        fill(row, values)
        understand(row)
        diff = {n: [before.get(n), getattr(row, n)] for n in NAMES if before.get(n) != getattr(row, n)}
        if not new:
            if not diff:
                return row
            row.version += 1
        row.save()
        _note(row, "create" if new else "change", diff, by)
        scored_about(row.about).changed()
    return row


def fill(row: ScoreRule, values: Mapping[str, Any]) -> None:
    """Put what was typed into a rule; what a record is neither grows old nor counts twice."""
    for name in NAMES:
        if name in values:
            setattr(row, name, values[name])
    if not SUBJECTS[row.about].each:
        row.halves_after, row.times = None, 1
    if row.points == 0:
        raise Refused(fields={"points": _("No points: then the rule has no effect.")})
    try:
        row.clean_fields()
    except ValidationError as error:
        raise refusal(error) from error


def delete_rule(row: ScoreRule, *, by: Actor) -> None:
    """Take a rule away; its line stays in the log."""
    with transaction.atomic():
        _note(row, "delete", {name: [getattr(row, name), None] for name in NAMES}, by)
        row.delete()
        scored_about(row.about).changed()


def add_usual(scored: Scored, *, by: Actor) -> int:
    """Begin with the usual set; refused when there are rules already."""
    if ScoreRule.objects.filter(about__in=scored.abouts).exists():
        raise Refused(_("There are rules already."))
    for about, name, points, halves, times, condition in scored.usual:
        values = {
            "about": about, "name": str(name), "points": points, "halves_after": halves, "times": times,
            "condition": condition,
        }  # fmt: skip
        save_rule(ScoreRule(), values, version=0, by=by)
    return len(scored.usual)


def use_model(row: ScoreModel, *, on: bool, by: Actor, changed: Callable[[], None]) -> None:
    """Let this version count, or none."""
    with transaction.atomic():
        ScoreModel.objects.filter(in_use=True).update(in_use=False)
        ScoreModel.objects.filter(pk=row.pk).update(in_use=on)
        Change(
            entity="sales.scoremodel", record_id=row.pk, at=timezone.now(), by_id=by.pk, origin=origin.get(),
            action="change", diff={"in_use": [row.in_use, on]},
        ).save(force_insert=True)  # fmt: skip
        changed()


def tried(scored: Scored, part: Part, changed: ScoreRule | None = None) -> tuple[list[int], list[int]]:
    """The scores of a sample of open records as they are, and as they were with a rule that is not saved yet."""
    keys, now = scored.sample(SAMPLE), scored.held()
    before = _over(scored, part, keys, now)
    if changed is None:
        return before, before
    then = Rules()
    for rule in now.rules:
        if rule.row.pk != changed.pk:
            then.put(rule.row)
    then.put(changed)
    return before, _over(scored, part, keys, then)


def _over(scored: Scored, part: Part, keys: list[int], known: Rules) -> list[int]:
    found = scored.points(keys, known)
    return [part.of(found.get(pk, ())) for pk in keys]


def _note(row: ScoreRule, action: str, diff: dict[str, list[Any]], by: Actor) -> None:
    Change(
        entity=LABEL, record_id=row.pk, at=timezone.now(), by_id=by.pk, by_name=getattr(by, "name", ""),
        origin=origin.get(), action=action, version=row.version, diff=diff,
    ).save(force_insert=True)  # fmt: skip
