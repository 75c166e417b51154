"""Product categories as an entity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.access.held import tree
from haike.catalog.category import views
from haike.catalog.category.paths import names_of
from haike.catalog.category.record import ProductCategory
from haike.catalog.policy import CatalogPolicy
from haike.kernel import change
from haike.kernel.change import FOLLOWERS, GUARDS
from haike.kernel.entity import Button, Entity, Related, Section
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.kernel.record import Record, writer
from haike.people.policy import NEVER
from haike.refused import Refused


class CategoryPolicy(CatalogPolicy):
    """The branches of the tree that somebody's rights by product group open."""

    category = "id"

    def may(self, user: Actor, action: str) -> bool:
        return action not in NEVER and super().may(user, action)


class ProductCategoryEntity(Entity):
    model, policy_class = ProductCategory, CategoryPolicy
    slug, icon = "product-categories", "category"
    titled_by = ["name"]
    columns = ["name", "parent", "position", "remark"]
    sort = "position"
    search = ["name"]
    facts = ["parent", "position"]
    sections = [Section(_("Product category"), ["name", "parent", "position", "remark"])]
    hidden = ["path", "owner"]
    in_menu = False
    in_create_menu = False
    tabs = [
        Related("catalog.product", "category", _("Products")),
        Related("catalog.productcategory", "parent", _("Categories below")),
    ]
    views = {"list": views.tree_view}
    help_page = "products"

    def named(self, text: str) -> Q:
        """The categories of this name, or of this path: "Shoes/Boots"."""
        names = names_of(text)
        if len(names) < 2:
            return Q(name=text)
        wanted = "/".join(names)
        found = [key for key, path in tree().names.items() if path == wanted or path.endswith(f"/{wanted}")]
        return Q(pk__in=found)

    def change(
        self, record: ProductCategory, *, by: Actor, version: int | None = None, batch: Batch | None = None,
        **values: Any,
    ) -> ProductCategory:  # fmt: skip
        """Rename or move a category; everything below it follows."""
        with transaction.atomic():
            # Two moves at once could each be fine and together make a ring.
            list(ProductCategory._base_manager.select_for_update().order_by("pk").values_list("pk", flat=True))
            if values.get("parent") is not None:
                values["parent"] = ProductCategory._base_manager.get(pk=values["parent"].pk)
            changed: ProductCategory = change.change(record, by=by, version=version, batch=batch, **values)
        return changed

    def remove(self, record: ProductCategory, *, by: Actor) -> ProductCategory:
        """Put an empty category into the recycle bin."""
        if record.products.filter(deleted_at__isnull=True).exists():
            raise Refused(_("There are still products in this category. Move them, or merge it into another one."))
        if record.children.filter(deleted_at__isnull=True).exists():
            raise Refused(_("There are still categories below this one. Move or delete them first."))
        return change.remove(record, by=by)

    def restore(self, record: ProductCategory, *, by: Actor) -> ProductCategory:
        """Take a category out of the recycle bin."""
        if record.parent is not None and record.parent.deleted_at is not None:
            raise Refused(_("Restore the category above it first."))
        return change.restore(record, by=by)

    def buttons(self, record: ProductCategory, user: Actor) -> list[Button]:
        """Move and merge."""
        if not self.policy.allows(user, "edit", record):
            return []
        base = self.url_of(record)
        return [
            Button(_("Move"), f"{base}move", "arrows-move", "drawer"),
            Button(_("Merge into another"), f"{base}merge", "arrow-merge", "drawer"),
        ]


def settle_paths(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """Write the paths of categories that were made or moved and of all below them; nobody typed them, so no log."""
    if entity.model is not ProductCategory or (touched is not None and "parent" not in touched):
        return
    rows = ProductCategory._base_manager
    above = {record.pk: "" for record in records}
    for pk, path in rows.filter(pk__in=list(above)).values_list("pk", "parent__path"):
        above[pk] = path or "/"
    with writer():
        while above:
            for pk, path in above.items():
                rows.filter(pk=pk).update(path=f"{path}{pk}/")
            below = rows.filter(parent__in=list(above)).values_list("pk", "parent_id")
            above = {pk: f"{above[parent]}{parent}/" for pk, parent in below}


def stay_within(entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor) -> dict[int, Refused]:
    """Who keeps some branches of the tree puts products and categories nowhere else."""
    name = {"catalog.product": "category", "catalog.productcategory": "parent"}.get(entity.label)
    if name is None or (touched is not None and name not in touched):
        return {}
    keys = tree().limit(by, "edit")
    if keys is None:
        return {}
    said = _("Choose one of the categories that you look after.")
    return {
        place: Refused(fields={name: said})
        for place, record in enumerate(records)
        if getattr(record, f"{name}_id") not in keys
    }


FOLLOWERS.append(settle_paths)
GUARDS.append(stay_within)
