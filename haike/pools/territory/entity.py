"""Territories as an entity: who draws them, and who would lose what to whom before one is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.kernel import change
from haike.kernel.entity import Button, Category, Entity, Label, Section, entity_named
from haike.kernel.log import Batch
from haike.kernel.look import Look
from haike.kernel.policy import Actor
from haike.kernel.versioned import bump
from haike.people.grants import organisation
from haike.pools.pool.entity import PoolPolicy, demand_kind
from haike.pools.pooling import poolings
from haike.pools.territory.draw import DRAWN, Drawing, draw, part_of, parts_of
from haike.pools.territory.record import Territory
from haike.refused import Refused
from haike.screens.kind import with_kind
from haike.screens.module import is_off

PAIRS = 5
"""So many pairs of old and new owner are named before saving; the page of the redrawing has them all."""


class TerritoryEntity(Entity):
    """Whoever sets up pools draws the territories; everybody may read them."""

    model = Territory
    policy_class = PoolPolicy
    slug, icon = "territories", "map-2"
    titled_by = ["name"]
    columns = ["position", "name", "entity", "conditions", "sellers", "active"]
    sort = "position"
    search = ["name"]
    categories = {"active": Category(_("In use"), Q(active=True)), "off": Category(_("Not in use"), Q(active=False))}
    facts = ["entity", "sellers", "active", "position"]
    sections = [Section(_("Territory"), ["name", "entity", "position", "active", "conditions", "sellers"])]
    hidden = ["owner"]
    in_menu = False
    in_create_menu = False
    importable = False
    help_page = "territories"

    @cached_property
    def declared_looks(self) -> dict[str, Look]:
        """The fields of the model, the kind of records without those that are switched off."""
        return with_kind(super().declared_looks)

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> Territory:
        """Make a territory; nothing lies in it until its conditions are set."""
        demand_kind(values)
        made: Territory = change.create(Territory, by=by, batch=batch, owner=None, **values)
        bump(DRAWN)
        return made

    def change(
        self, record: Territory, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> Territory:
        """Change a territory; with another kind of records it is drawn anew."""
        if values.get("entity", record.entity) != record.entity:
            values.setdefault("conditions", {})
        after: Territory = change.change(record, by=by, version=version, batch=batch, **values)
        bump(DRAWN)
        return after

    def remove(self, record: Territory, *, by: Actor) -> Territory:
        """Move a territory to the recycle bin; what lies in it stays with its owners."""
        gone: Territory = change.remove(record, by=by)
        bump(DRAWN)
        return gone

    def restore(self, record: Territory, *, by: Actor) -> Territory:
        """Take a territory out of the recycle bin."""
        back: Territory = change.restore(record, by=by)
        bump(DRAWN)
        return back

    def check_values(self, values: Mapping[str, Any], record: Any | None, by: Actor) -> list[Label]:
        return list(consequences(dict(values), record, by))

    def buttons(self, record: Any, user: Actor) -> list[Button]:
        if record.deleted_at is not None or not self.policy.may(user, "edit"):
            return []
        url = self.url_of(record)
        found = [Button(_("Conditions"), f"{url}conditions", "filter", primary=not record.conditions)]
        if record.active and record.conditions and may_redraw(record.entity, user):
            found.append(Button(_("Redraw"), f"{self.url}redraw?entity={record.entity}", "map-2"))
        return found

    def list_buttons(self, user: Actor) -> list[Button]:
        if not self.policy.may(user, "edit"):
            return []
        kinds = [(label, entity_named(label)) for label in poolings() if may_redraw(label, user)]
        return [
            Button(_("Redraw: %(kind)s") % {"kind": of.label_plural}, f"{self.url}redraw?entity={label}", of.icon)
            for label, of in kinds
            if of is not None
        ]


def may_redraw(label: str, user: Any) -> bool:
    """Whether somebody may let these records change hands at all."""
    entity = entity_named(label)
    return entity is not None and not is_off(label) and entity.policy.may(user, "transfer")


def consequences(values: dict[str, Any], record: Any | None, by: Any) -> Iterator[Label]:
    """What the territories would move if one were saved so; said before it is."""
    before = record if record is not None else Territory(**{k: v for k, v in values.items() if k != "sellers"})
    label = values.get("entity", before.entity)
    if not may_redraw(label, by):
        return
    part = part_of(before, **{k: v for k, v in values.items() if k in ("name", "position", "conditions", "sellers")})
    if not part.sellers:
        yield _("Nobody is left in this territory: its sellers are closed.")
    others = parts_of(label, without=part.key)
    drawn = values.get("active", before.active) and part.group is not None and label == before.entity
    parts = sorted([*others, part], key=lambda each: (each.position, each.key or 1 << 60)) if drawn else others
    entity = cast(Entity, entity_named(label))
    found = draw(entity, by, parts)
    if drawn and not found.inside[part.key]:
        yield _("Nothing lies in this territory.")
    if found.moves and drawn:
        yield say(entity, found)


def say(entity: Entity, found: Drawing) -> str:
    """How many change hands, and from whom to whom most of them."""
    users, number = organisation().users, len(found.moves)
    pairs = [
        str(_("%(old)s → %(new)s: %(number)s"))
        % {"old": users.get(old or 0) or _("nobody"), "new": users.get(new), "number": f"{count:,}"}
        for (old, new), count in found.between.most_common(PAIRS)
    ]
    text = ngettext(
        "%(number)s record changes hands when you redraw: %(pairs)s",
        "%(number)s records change hands when you redraw: %(pairs)s",
        number,
    )
    joined = str(_("; ")).join(pairs) + ("…" if len(found.between) > PAIRS else "")
    return text % {"number": f"{number:,}", "pairs": joined}


def demand_drawn(found: Drawing) -> None:
    """Refuse to redraw where nothing would change."""
    if not found.moves:
        raise Refused(_("Everything lies where it belongs; nothing changes hands."))
