"""What a rule did: the records it gave away, the newest first."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from haike.kernel.entity import Entity, entity_named
from haike.kernel.policy import Actor
from haike.pools.assignment.record import Assigned

MOST = 100


def log_panel(request: HttpRequest, rule: Any) -> SafeString:
    """The tab of the rule's page; records that the reader does not see are counted, not named."""
    user = cast(Any, request.user)
    rows = list(Assigned.objects.filter(rule=rule).select_related("owner").order_by("-id")[:MOST])
    titles: dict[tuple[str, int], Any] = {}
    for label in {row.entity for row in rows}:
        entity = cast(Entity, entity_named(label))
        keys = [row.record_id for row in rows if row.entity == label]
        titles |= {(label, each.pk): each for each in entity.model.objects.visible_to(user).filter(pk__in=keys)}
    lines = []
    for row in rows:
        record = titles.get((row.entity, row.record_id))
        url = cast(Entity, entity_named(row.entity)).url_of(record) if record is not None else ""
        lines.append({"at": row.at, "owner": row.owner, "why": row.why_label, "title": str(record or ""), "url": url})
    return render_to_string("pools/assigned.html", {"lines": lines}, request=request)


def count_assigned(user: Actor, rule: Any) -> int:
    """How many records the rule has given away."""
    return int(Assigned.objects.filter(rule=rule).count())
