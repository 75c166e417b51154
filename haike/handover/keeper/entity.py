"""Keeper rules as an entity: who writes them, and the page of one with what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.handover.keeper.record import KeeperRule, Passed
from haike.kernel import change
from haike.kernel.entity import Category, Entity, Panel, Section, entity_named
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.pools.pool.entity import PoolPolicy
from haike.refused import Refused

MOST = 100


def passed_panel(request: HttpRequest, rule: Any) -> SafeString:
    """What the rule did, the newest first; records that the reader does not see are not named."""
    user = cast(Any, request.user)
    rows = list(Passed.objects.filter(rule=rule).select_related("hunter", "keeper", "batch").order_by("-id")[:MOST])
    seen: dict[tuple[str, int], Any] = {}
    for label in {row.entity for row in rows}:
        entity = cast(Entity, entity_named(label))
        keys = [row.record_id for row in rows if row.entity == label]
        seen |= {(label, each.pk): each for each in entity.model.objects.visible_to(user).filter(pk__in=keys)}
    lines = []
    for row in rows:
        record = seen.get((row.entity, row.record_id))
        url = cast(Entity, entity_named(row.entity)).url_of(record) if record is not None else ""
        lines.append({"row": row, "title": str(record or ""), "url": url})
    context = {"lines": lines, "batches": user.grants.may_do("log")}
    return render_to_string("handover/passed.html", context, request=request)


def count_passed(user: Actor, rule: Any) -> int:
    """How many records the rule has passed on."""
    return int(Passed.objects.filter(rule=rule).count())


class KeeperRuleEntity(Entity):
    """Whoever sets up pools writes the rules; everybody may read them."""

    model = KeeperRule
    policy_class = PoolPolicy
    slug, icon = "keeper-rules", "transfer"
    titled_by = ["name"]
    columns = ["position", "name", "occasion", "people", "departments", "hunter", "active"]
    sort = "position"
    search = ["name"]
    categories = {"active": Category(_("In use"), Q(active=True)), "off": Category(_("Not in use"), Q(active=False))}
    facts = ["occasion", "hunter", "active", "position"]
    sections = [
        Section(_("Rule"), ["name", "occasion", "position", "active"]),
        Section(_("To whom"), ["people", "departments", "hunter"]),
    ]
    panels = [Panel("passed", _("What it did"), passed_panel, count=count_passed, icon="history")]
    hidden = ["owner", "turn"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "users"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> KeeperRule:
        """Write a rule; from then on it works."""
        _demand_keepers(values, None)
        made: KeeperRule = change.create(KeeperRule, by=by, batch=batch, owner=None, **values)
        return made

    def change(
        self, record: KeeperRule, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> KeeperRule:
        """Change a rule, which leads to somebody afterwards too."""
        _demand_keepers(values, record)
        after: KeeperRule = change.change(record, by=by, version=version, batch=batch, **values)
        return after


def _demand_keepers(values: Mapping[str, Any], record: KeeperRule | None) -> None:
    def given(name: str) -> bool:
        return bool(values[name]) if name in values else record is not None and getattr(record, name).exists()

    if not given("people") and not given("departments"):
        raise Refused(fields={"people": _("Say who looks after them: people or departments.")})
