"""Groups and a tag rule of the sample company."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import connection

from haike.customers.models import Customer
from haike.insight.models import SavedPivot
from haike.kernel import search
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.policy import System
from haike.people.models import User
from haike.segments.models import Segment, TagRule
from haike.talk.models import Tag, Tagged

SAMPLER = System("sample")
Lines = list[dict[str, Any]]
GROUPS: tuple[tuple[str, Lines], ...] = (
    ("重点客户，30 天没联系", [
        {"field": "level", "op": "one_of", "value": ["vip", "key"]},
        {"field": "last_contact_at", "op": "older", "value": "30"},
    ]),
    ("本月新客户", [{"field": "created_at", "op": "in", "value": "this_month"}]),
)  # fmt: skip
RULE: tuple[str, Lines] = ("近期活跃", [{"field": "last_contact_at", "op": "last", "value": "30"}])

PIVOT = ("各部门各季度签单", "sales.order", {
    "rows": "owner.department", "then": "owner", "column": "signed_on.quarter", "measure": "count,worth.sum",
    "heat": "1", "chart": "bars",
})  # fmt: skip


def write_pivot(owner: int) -> dict[str, list[int]]:
    """A pivot that everybody finds among the saved ones."""
    name, entity, asked = PIVOT
    made = SavedPivot.objects.create(entity=entity, name=name, owner_id=owner, who="all", state=urlencode(asked))
    return {"pivots": [made.pk]}


def write_groups(owner: int) -> dict[str, list[int]]:
    """Two live groups, and a rule that has not run yet; returns their keys for the day on which the sample goes."""
    label, owned = entity_of(Customer).label, User._base_manager.get(pk=owner)

    def conditions(lines: Lines) -> dict[str, Any]:
        return {"of": label, "filter": {"all": lines}}

    groups = [
        entity_of(Segment).create(
            by=SAMPLER, owner=owned, name=name, entity=label, manner="live", conditions=conditions(lines)
        )
        for name, lines in GROUPS
    ]
    name, lines = RULE
    rule = entity_of(TagRule).create(by=SAMPLER, name=name, entity=label, conditions=conditions(lines), runs=True)
    return {"groups": [each.pk for each in groups], "tag_rules": [rule.pk]}


def remove_groups(note: dict[str, Any]) -> None:
    """Delete them; the tag goes with the rule unless people have hung it as well."""
    SavedPivot.objects.filter(pk__in=note.get("pivots", [])).delete()
    rules = TagRule._base_manager.filter(pk__in=note.get("tag_rules", []))
    for rule in rules:
        Tagged.objects.filter(tag=rule.tag_key, rule=rule.pk).delete()
        if not Tagged.objects.filter(tag=rule.tag_key).exists():
            Tag.objects.filter(pk=rule.tag_key).delete()
    for rows in (Segment._base_manager.filter(pk__in=note.get("groups", [])), rules):
        for record in rows:
            own = Change._base_manager.filter(entity=entity_of(record).label, record_id=record.pk)
            own._raw_delete(own.db)
            search.erase(connection, type(record), [record.pk])
            record.delete()
