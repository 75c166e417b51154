"""Price classes as an entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.customers.price_class.record import PriceClass
from haike.kernel import change
from haike.kernel.entity import Entity, Related, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor, System
from haike.people.policy import GrantedPolicy
from haike.people.switches import declare_grants
from haike.refused import Refused

GRANT = "prices"
declare_grants({GRANT: _("Set up price classes and change prices in bulk")})

SHIPPED: tuple[tuple[str, str, int | None], ...] = (
    ("标准价", "Standard price", None),
    ("协议价", "Agreed price", 95),
    ("VIP 价", "VIP price", 90),
    ("批发价", "Wholesale price", 80),
)
"""Name, English name and percent of the standard price; the first one is the standard."""


class PriceClassPolicy(GrantedPolicy):
    """Everybody knows the price classes; a grant says who sets them up."""

    grant = GRANT


class PriceClassEntity(Entity):
    model, policy_class = PriceClass, PriceClassPolicy
    slug, icon = "price-classes", "tags"
    titled_by = ["name", "name_en"]
    columns = ["name", "percent", "is_standard", "position", "remark"]
    sort = "position"
    search = ["name", "name_en"]
    facts = ["percent", "is_standard"]
    sections = [Section(_("Price class"), ["name", "name_en", "percent", "is_standard", "position", "remark"])]
    hidden = ["owner"]
    tabs = [Related("customers.customer", "price_class", _("Customers"))]
    in_menu = False
    in_create_menu = False
    match = ["name"]
    help_page = "products"

    def create(self, *, by: Actor, batch: Batch | None = None, **values: Any) -> PriceClass:
        """Make a class; a new standard takes the place of the former one."""
        with transaction.atomic():
            self._make_room(values, None, by, batch)
            made: PriceClass = change.create(PriceClass, by=by, batch=batch, owner=None, **values)
        return made

    def change(
        self, record: PriceClass, *, by: Actor, version: int | None = None, batch: Batch | None = None, **values: Any
    ) -> PriceClass:
        """Change a class; a new standard takes the place of the former one, which is not given up without another."""
        if record.is_standard and values.get("is_standard") is False:
            raise Refused(fields={"is_standard": _("Make another class the standard instead.")})
        with transaction.atomic():
            self._make_room(values, record, by, batch)
            changed: PriceClass = change.change(record, by=by, version=version, batch=batch, **values)
        return changed

    @staticmethod
    def _make_room(values: Mapping[str, Any], record: PriceClass | None, by: Actor, batch: Batch | None) -> None:
        if not values.get("is_standard"):
            return
        others = PriceClass.objects.live().filter(is_standard=True)
        for former in others.exclude(pk=record.pk if record is not None else None):
            change.change(former, by=by, batch=batch, is_standard=False)

    def remove(self, record: PriceClass, *, by: Actor) -> PriceClass:
        """Put a class into the recycle bin that is not the standard."""
        if record.is_standard:
            raise Refused(_("Make another class the standard first."))
        removed: PriceClass = change.remove(record, by=by)
        return removed

    def seed(self) -> None:
        """Write the shipped classes into a new company."""
        if PriceClass._base_manager.exists():
            return
        with transaction.atomic():
            for position, (name, name_en, percent) in enumerate(SHIPPED):
                change.create(
                    PriceClass,
                    by=System("setup"),
                    owner=None,
                    name=name,
                    name_en=name_en,
                    percent=percent,
                    is_standard=percent is None,
                    position=position,
                )
