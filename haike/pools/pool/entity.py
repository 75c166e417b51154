"""Pools as an entity: who sets them up, and what is said before contradicting rules are saved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Entity, Label, Section, entity_named
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.people.grants import organisation_changed
from haike.people.policy import GrantedPolicy
from haike.people.switches import declare_grants
from haike.pools.pool.account import make_account, rename_account
from haike.pools.pool.contradictions import contradictions
from haike.pools.pool.record import Pool
from haike.refused import Refused
from haike.screens.kind import with_kind
from haike.screens.module import module_off

GRANT = "pools"
declare_grants({GRANT: _("Set up public seas and pools with their rules")})


class PoolPolicy(GrantedPolicy):
    """Everybody knows the pools and their rules; a grant says who sets them up."""

    grant = GRANT


def demand_kind(values: Mapping[str, Any]) -> None:
    """Refuse a pool or a rule for records whose module is switched off."""
    module = module_off(str(values.get("entity", "")))
    if module is not None:
        raise Refused(fields={"entity": module.sentence})


class PoolEntity(Entity):
    model = Pool
    policy_class = PoolPolicy
    slug = "pools"
    icon = "ripple"
    titled_by = ["name"]
    columns = ["name", "entity", "members", "member_departments", "recycles", "follow_days", "protect_days"]
    sort = "position"
    search = ["name"]
    facts = ["entity", "recycles", "follow_days", "protect_days"]
    sections = [
        Section(_("Pool"), ["name", "entity", "position", "description"]),
        Section(_("People"), ["members", "member_departments", "managers", "veiled", "may_export"]),
        Section(_("What flows in"), ["regions", "departments"]),
        Section(_("Claims"), ["claims_per_day", "holds_most", "protect_days", "reclaim_days"]),
        Section(_("Recycle"), ["follow_days", "deal_days", "stage_days", "remind_days", "spares", "recycles"]),
    ]
    hidden = ["account", "owner"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "pools"

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model, the kind of records without those that are switched off."""
        return with_kind(super().declared_looks)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Pool:
        """Make a pool with its account."""
        self.policy.demand(by, "create")
        demand_kind(values)
        _demand_members(values, None)
        with transaction.atomic():
            account = make_account(str(values.get("name", "")))
            pool: Pool = change.create(Pool, by=by, batch=batch, owner=None, account=account, **values)
            organisation_changed()
        return pool

    def change(
        self, record: Pool, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Pool:
        """Change a pool; another kind of records only while nothing lies in it."""
        _demand_members(values, record)
        if values.get("entity", record.entity) != record.entity:
            _demand_empty(record, "entity")
        with transaction.atomic():
            pool: Pool = change.change(record, by=by, version=version, batch=batch, **values)
            if pool.name != record.name:
                rename_account(pool.account, pool.name)
            organisation_changed()
        return pool

    def remove(self, record: Pool, *, by: Actor) -> Pool:
        """Move an empty pool to the recycle bin."""
        _demand_empty(record, "")
        with transaction.atomic():
            pool: Pool = change.remove(record, by=by)
            organisation_changed()
        return pool

    def restore(self, record: Pool, *, by: Actor) -> Pool:
        """Take a pool out of the recycle bin."""
        with transaction.atomic():
            pool: Pool = change.restore(record, by=by)
            organisation_changed()
        return pool

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(contradictions(values, record))

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        entity = entity_named(record.entity)
        if entity is None or record.deleted_at is not None:
            return []
        found = [Button(_("Open the list"), f"{entity.url}?tab=sea-{record.pk}", "list")]
        if self.policy.may(user, "edit"):
            found.append(Button(_("Try on the past"), f"{self.url_of(record)}replay", "history-toggle"))
        return found


def _demand_members(values: Mapping[str, Any], record: Pool | None) -> None:
    """Refuse a pool out of which nobody could take anything."""
    names = ("members", "member_departments", "managers")
    if record is not None and not values.keys() & set(names):
        return
    for name in names:
        if values.get(name) or (name not in values and record is not None and getattr(record, name).exists()):
            return
    raise Refused(fields={"members": _("A pool needs members: people or departments who take records out of it.")})


def _demand_empty(record: Pool, field: str) -> None:
    entity = entity_named(record.entity)
    lying = entity.model._base_manager.filter(owner_id=record.account_id).exists() if entity is not None else False
    if lying:
        message = _("Records lie in this pool. Assign them or move them to another pool first.")
        raise Refused("" if field else message, fields={field: message} if field else {})
