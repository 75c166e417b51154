"""What a tag rule does with a stretch of records, and how many it would tag or untag."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.jobs.declare import job
from haike.kernel.entity import Entity, entity_named
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.segments.conditions import READER, matching
from haike.segments.sweep.kinds import RUNNER, Sweep, Tally, declare_sweep
from haike.segments.tag_rule.record import TagRule
from haike.talk.tag.actions import tag_by_rule
from haike.talk.tag.record import Tag, Tagged

TAGS = "tags"
"""The field by which lists are filtered by tags."""
CHUNK = 500


def target_of(rule: TagRule) -> Entity:
    """The kind of record that is tagged."""
    return cast(Entity, entity_named(rule.entity))


def found(rule: TagRule) -> Any:
    """The records on which the conditions hold, the archived ones too."""
    return target_of(rule).model._base_manager.filter(matching(rule.conditions, READER), deleted_at__isnull=True)


def _tagged(rule: TagRule) -> Any:
    return Tagged.objects.filter(tag=rule.tag_key, entity=rule.entity)


class TagSweep(Sweep):
    """Tags by rule."""

    key, of = "tag_rule", "segments.tagrule"
    label = _("Tags by rule")
    came, left = _("get the tag"), _("lose it")

    def due(self) -> list[TagRule]:
        return list(TagRule.objects.live().filter(runs=True).order_by("pk"))

    def rule(self, key: int) -> TagRule | None:
        return TagRule.objects.live().filter(pk=key).first()

    def entity(self, rule: TagRule) -> Entity:
        return target_of(rule)

    def demand_ready(self, rule: TagRule) -> None:
        if not rule.conditions:
            raise Refused(_("Set the conditions first."))
        if not Tag.objects.filter(pk=rule.tag_key).exists():
            raise Refused(_("The tag of this rule is gone. Make another rule instead."))

    def foresee(self, rule: TagRule) -> Tally:
        wanted = found(rule)
        came = wanted.exclude(pk__in=_tagged(rule).values("record_id")).count()
        left = _tagged(rule).filter(rule=rule.pk).exclude(record_id__in=wanted.values("pk")).count()
        return Tally(came, left, wanted.count())

    def plan(self, rule: TagRule, low: int, high: int) -> list[tuple[list[int], list[int]]]:
        wanted = set(found(rule).filter(pk__gt=low, pk__lte=high).order_by().values_list("pk", flat=True))
        has = dict(_tagged(rule).filter(record_id__gt=low, record_id__lte=high).values_list("record_id", "rule"))
        came = sorted(wanted - has.keys())
        left = sorted(pk for pk, by in has.items() if by == rule.pk and pk not in wanted)
        most = max(len(came), len(left))
        return [(came[at : at + CHUNK], left[at : at + CHUNK]) for at in range(0, most, CHUNK)]

    def write(self, rule: TagRule, part: tuple[list[int], list[int]], by: Actor) -> Tally:
        came, left = part
        put, taken = tag_by_rule(target_of(rule), rule.tag_key, came=came, left=left, rule=rule.pk, by=by)
        return Tally(put, taken)


SWEEP = declare_sweep(TagSweep())


def take_all_off(rule: TagRule, *, by: Any) -> None:
    """Take the tag off everything that the rule has tagged; of many records as a job."""
    if _tagged(rule).filter(rule=rule.pk)[: CHUNK + 1].count() <= CHUNK:
        take_off(rule, by=by)
    else:
        untag.enqueue(rule=rule.pk)


def take_off(rule: TagRule, *, by: Actor) -> None:
    """The same at once, some hundred in a transaction."""
    rows = _tagged(rule).filter(rule=rule.pk).order_by("record_id")
    while keys := list(rows.values_list("record_id", flat=True)[:CHUNK]):
        with transaction.atomic():
            tag_by_rule(target_of(rule), rule.tag_key, came=[], left=keys, rule=rule.pk, by=by)


@job(title=_("Take off the tags of a deleted rule"), attempts=3, timeout=7200, slow=True)
def untag(*, rule: int) -> None:
    """Go on until nothing is left; a rule that has come back meanwhile keeps the rest."""
    found = TagRule._base_manager.filter(pk=rule, deleted_at__isnull=False).first()
    if found is not None:
        take_off(found, by=RUNNER)
