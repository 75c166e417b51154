"""Tab schemes as an entity."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.kernel import change
from haike.kernel.entity import Button, Entity, Section, entity_named
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor, System
from haike.people.grants import RoleGrants, organisation_changed
from haike.people.policy import HousePolicy
from haike.people.role.entity import COPIED_WITH
from haike.people.role.record import Role
from haike.people.tab_scheme.record import TabScheme
from haike.refused import Refused
from haike.screens.kind import with_kind
from haike.screens.tabs import CHOSEN, tabs_of

SERVICE_TABS = (
    "timeline",
    "contacts",
    "chart",
    "family",
    "team",
    "follow-ups-customer",
    "comments",
    "attachments",
    "log",
)
"""What customer service sees of a customer as shipped: not its value, nor who owned it when."""


class TabSchemeEntity(Entity):
    model = TabScheme
    policy_class = HousePolicy
    slug = "tab-schemes"
    icon = "layout-navbar"
    columns = ["name", "entity", "tabs", "roles", "users"]
    sort = "created_at"
    search = ["name", "name_en"]
    sections = [Section(_("Tab scheme"), ["name", "name_en", "entity", "tabs", "roles", "users"])]
    hidden = ["key", "owner"]
    in_menu = False
    in_create_menu = False
    once = ["entity"]
    importable = False
    help_page = "users"

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model, the kind of records without those that are switched off."""
        return with_kind(super().declared_looks)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> TabScheme:
        """Make a scheme; it shows every tab until some are taken away."""
        entity = entity_named(values.get("entity", ""))
        _demand_free(by, values.get("entity", ""))
        _demand_one_each(values, None)
        if entity is not None:
            values.setdefault("tabs", list(tabs_of(entity)))
        with transaction.atomic():
            made: TabScheme = change.create(TabScheme, by=by, batch=batch, owner=None, **values)
            organisation_changed()
        return made

    def change(
        self, record: TabScheme, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> TabScheme:
        """Change a scheme; it stays with its kind of record, and shows one tab at least."""
        _demand_free(by, record.entity)
        _demand_one_each(values, record)
        if values.get("entity", record.entity) != record.entity:
            raise Refused(fields={"entity": _("A scheme stays with its kind of record. Make another one.")})
        if not values.get("tabs", [""]):
            raise Refused(_("Choose one tab at least."))
        with transaction.atomic():
            scheme: TabScheme = change.change(record, by=by, version=version, batch=batch, **values)
            organisation_changed()
        return scheme

    def remove(self, record: TabScheme, *, by: Actor) -> TabScheme:
        """Put a scheme that nobody has into the recycle bin: without it they would see all tabs."""
        _demand_free(by, record.entity)
        if record.roles.exists() or record.users.exists():
            raise Refused(_("This scheme is in use. Take it from its roles and users first; they then see all tabs."))
        with transaction.atomic():
            scheme: TabScheme = change.remove(record, by=by)
            organisation_changed()
        return scheme

    def restore(self, record: TabScheme, *, by: Actor) -> TabScheme:
        """Take a scheme out of the recycle bin."""
        with transaction.atomic():
            scheme: TabScheme = change.restore(record, by=by)
            organisation_changed()
        return scheme

    def buttons(self, record: TabScheme, user: Actor) -> list[Button]:
        """Choose the tabs."""
        return [Button(_("Choose tabs"), f"{self.url_of(record)}tabs", "checkbox", primary=True)]

    def seed(self) -> None:
        """Write the shipped scheme into a new company."""
        service = Role._base_manager.filter(key="service").first()
        if service is None or TabScheme._base_manager.exists():
            return
        with transaction.atomic():
            change.create(
                TabScheme,
                by=System("setup"),
                owner=None,
                key="service",
                name="客服看客户",
                name_en="Customers for customer service",
                entity="customers.customer",
                tabs=list(SERVICE_TABS),
                roles=[service],
            )
            organisation_changed()


def _demand_free(by: Actor, label: str) -> None:
    """Who sees these records through a scheme himself does not say which tabs others see, nor lifts his own limit."""
    if chosen_tabs(by, label) is not None:
        raise Refused(_("You see these records through a tab scheme yourself; ask somebody who sees all tabs."))


def _demand_one_each(values: Mapping[str, Any], record: TabScheme | None) -> None:
    """Nobody has two schemes for the same kind of record."""
    label = record.entity if record is not None else values.get("entity", "")
    others = TabScheme.objects.live().filter(entity=label).exclude(pk=record.pk if record is not None else None)
    for name in ("roles", "users"):
        for one in values.get(name) or ():
            other = others.filter(**{name: one}).first()
            if other is not None:
                message = _("%(who)s has the scheme “%(scheme)s” for these records already.")
                raise Refused(fields={name: message % {"who": one, "scheme": other}})


def chosen_tabs(user: Any, label: str) -> Set[str] | None:
    """The tabs to which somebody's schemes narrow a kind of record."""
    grants = user.grants
    return grants.tabs(label) if isinstance(grants, RoleGrants) else None


def _give_copy(role: Role, copied: Role, by: Actor) -> None:
    """A copied role sees no more tabs than the first one."""
    for scheme in TabScheme.objects.live().filter(roles=role):
        change.change(scheme, by=by, roles=[*scheme.roles.all(), copied])
    organisation_changed()


CHOSEN.append(chosen_tabs)
COPIED_WITH.append(_give_copy)
