"""Merging one category into another, as a batch that can be undone."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.bulk.pages import KINDS
from haike.bulk.write import change_many
from haike.catalog.category.record import ProductCategory
from haike.catalog.product.record import Product
from haike.kernel import change
from haike.kernel.bulk import start_batch
from haike.kernel.entity import entity_of
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.said import said

KIND = "merge-tree"
KINDS[KIND] = _("Merge of product categories")


def merge(source: ProductCategory, into: ProductCategory, *, by: Actor) -> Batch:
    """Move all products and categories of `source` into `into` and put `source` into the recycle bin.

    A category below that has a namesake there is merged with it. Refused for itself and for one below it.
    """
    entity = entity_of(ProductCategory)
    if f"/{source.pk}/" in into.path:
        raise Refused(fields={"into": _("A category cannot be merged with itself or with one below it.")})
    for each in (source, into):
        if not entity.policy.allows(by, "edit", each):
            raise Refused(_("You may not change this category."))
    if not entity.policy.allows(by, "delete", source):
        raise Refused(_("You may not delete this record."))
    with transaction.atomic():
        title = said(_("Merge of %(source)s into %(into)s"), source=source, into=into)
        batch = start_batch(entity, KIND, title, by=by)
        _merge(source, into, by, batch)
    return batch


def _merge(source: ProductCategory, into: ProductCategory, by: Actor, batch: Batch) -> None:
    namesakes = {each.name: each for each in into.children.filter(deleted_at__isnull=True)}
    for child in source.children.filter(deleted_at__isnull=True):
        same = namesakes.get(child.name)
        if same is not None:
            _merge(child, same, by, batch)
        else:
            entity_of(child).change(child, by=by, batch=batch, parent=into)
    keys = list(source.products.filter(deleted_at__isnull=True).values_list("pk", flat=True))
    found = change_many(entity_of(Product), keys, lambda __: {"category": into}, ("category",), by=by, batch=batch)
    for no in found.refused.values():
        raise no
    change.remove(source, by=by, batch=batch)
