"""Assignment rules as an entity: who writes them, and what is said before contradicting ones are saved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Category, Entity, Label, Panel, Section
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.kernel.versioned import bump
from haike.pools.assignment.arrival import RULES_CHANGED
from haike.pools.assignment.contradictions import contradictions
from haike.pools.assignment.log import count_assigned, log_panel
from haike.pools.assignment.record import POOL, TERRITORY, AssignmentRule
from haike.pools.pool.entity import PoolPolicy, demand_kind
from haike.pools.pooling import poolings
from haike.refused import Refused
from haike.screens.kind import with_kind
from haike.screens.module import is_off


class AssignmentRuleEntity(Entity):
    """Whoever sets up pools writes the rules; everybody may read them."""

    model = AssignmentRule
    policy_class = PoolPolicy
    slug, icon = "assignment-rules", "route"
    titled_by = ["name"]
    columns = ["position", "name", "entity", "conditions", "how", "people", "departments", "pool", "active", "returned"]
    sort = "position"
    search = ["name"]
    categories = {"active": Category(_("In use"), Q(active=True)), "off": Category(_("Not in use"), Q(active=False))}
    facts = ["entity", "how", "active", "position"]
    sections = [
        Section(_("Rule"), ["name", "entity", "position", "active", "returned", "conditions"]),
        Section(_("To whom"), ["how", "people", "departments", "pool"]),
    ]
    panels = [Panel("did", _("What it did"), log_panel, count=count_assigned, icon="history")]
    hidden = ["owner", "turn"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "assignment"

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model, the kind of records without those that are switched off."""
        return with_kind(super().declared_looks)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> AssignmentRule:
        """Write a rule; it is not in use until somebody says so."""
        demand_kind(values)
        _demand_people(values, None)
        made: AssignmentRule = change.create(AssignmentRule, by=by, batch=batch, owner=None, **values)
        bump(RULES_CHANGED)
        return made

    def change(
        self,
        record: AssignmentRule,
        *,
        by: Actor,
        version: int | None = None,
        batch: Batch | None = None,
        **values: Any,
    ) -> AssignmentRule:
        """Change a rule; with another kind of records its conditions begin anew."""
        _demand_people(values, record)
        if values.get("entity", record.entity) != record.entity:
            values.setdefault("conditions", {})
        after: AssignmentRule = change.change(record, by=by, version=version, batch=batch, **values)
        bump(RULES_CHANGED)
        return after

    def remove(self, record: AssignmentRule, *, by: Actor) -> AssignmentRule:
        """Move a rule to the recycle bin."""
        gone: AssignmentRule = change.remove(record, by=by)
        bump(RULES_CHANGED)
        return gone

    def restore(self, record: AssignmentRule, *, by: Actor) -> AssignmentRule:
        """Take a rule out of the recycle bin."""
        back: AssignmentRule = change.restore(record, by=by)
        bump(RULES_CHANGED)
        return back

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(contradictions(dict(values), record))

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None or not self.policy.may(user, "edit"):
            return []
        url = self.url_of(record)
        return [
            Button(_("Conditions"), f"{url}conditions", "filter", primary=not record.conditions),
            Button(_("Try the rules"), f"{self.url}try?entity={record.entity}", "player-play"),
        ]

    def list_buttons(self, user: Actor) -> list[Button]:
        if not self.policy.may(user, "edit"):
            return []
        return [
            Button(_("Try: %(kind)s") % {"kind": pooling.name}, f"{self.url}try?entity={label}", "player-play")
            for label, pooling in poolings().items()
            if not is_off(label)
        ]


def _demand_people(values: Mapping[str, Any], record: AssignmentRule | None) -> None:
    """Refuse a rule that leads to nobody."""

    def given(name: str) -> bool:
        return bool(values[name]) if name in values else record is not None and getattr(record, name).exists()

    how = values.get("how", record.how if record is not None else "")
    if how not in (POOL, TERRITORY) and not given("people") and not given("departments"):
        raise Refused(fields={"people": _("Say to whom: people or departments.")})
