"""What happens to the pictures of a product: added, put in another order, taken out, put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.catalog.picture.record import ProductPicture
from haike.catalog.product.record import Product
from haike.kernel.change import write_log
from haike.kernel.entity import entity_of
from haike.kernel.log import ACTION_LABELS, FIELD_LABELS
from haike.kernel.picture import checked_picture
from haike.kernel.policy import Actor
from haike.refused import Refused

FIELD_LABELS["pictures"] = _("Pictures")
ACTION_LABELS |= {
    "picture_added": _("added a picture"),
    "picture_out": _("took a picture out"),
    "picture_back": _("put a picture back"),
    "picture_moved": _("changed the order of the pictures"),
}
MOST = 20
MAIN = 0
"""The key of the main picture."""


@dataclass(frozen=True)
class Shown:
    """A picture of a product: `key` is MAIN or that of its row; `file` the stored file."""

    key: int
    file: Any
    home: str

    def url(self, size: int = 0) -> str:
        """Where it is served, as large as it is stored or small; another picture has another address."""
        mark = sha256(self.file.name.encode()).hexdigest()[:8]
        return f"{self.home}pictures/{self.key}?v={mark}" + (f"&size={size}" if size else "")

    @property
    def small(self) -> str:
        """As a thumbnail of a page."""
        return self.url(480)

    @property
    def large(self) -> str:
        """As it is stored."""
        return self.url()


def may_read(product: Product, user: Actor) -> bool:
    """Whether a user who sees the product reads its pictures."""
    return entity_of(Product).policy.right_to(user, "picture", product) in ("read", "edit")


def may_change(product: Product, user: Actor) -> bool:
    """Whether a user may change the pictures."""
    entity = entity_of(Product)
    able = product.deleted_at is None and entity.policy.allows(user, "edit", product)
    return able and "picture" in entity.editable_by(user) and entity.policy.right_to(user, "picture", product) == "edit"


def further(product: Product) -> list[ProductPicture]:
    """The rows behind the main picture, in their order."""
    return list(ProductPicture.objects.filter(product=product.pk, deleted_at=None).order_by("place", "id"))


def pictures_of(product: Product) -> list[Shown]:
    """All of them, the main one first."""
    home, main = entity_of(Product).url_of(product), [product.picture] if product.picture else []
    shown = [Shown(MAIN, each, home) for each in main]
    return [*shown, *(Shown(row.pk, row.picture, home) for row in further(product))]


def _held(product: Product, by: Actor) -> tuple[Product, list[ProductPicture]]:
    """The product under lock with its further pictures; Refused for who may not change them."""
    current = Product._base_manager.select_for_update().get(pk=product.pk)
    if not may_change(current, by):
        raise Refused(_("You may not change the pictures of this product."))
    return current, further(current)


def _set_main(product: Product, name: Any, by: Actor) -> None:
    entity_of(Product).change(product, by=by, picture=name)


def add_pictures(product: Product, files: Iterable[Any], *, by: Actor) -> int:
    """Put pictures behind the others; the first becomes the main one where there is none. All or none."""
    drawn = [checked_picture(each) for each in files]
    if not drawn:
        raise Refused(_("Choose a picture."))
    with transaction.atomic():
        current, rows = _held(product, by)
        if len(rows) + bool(current.picture) + len(drawn) > MOST:
            raise Refused(_("A product has %(most)s pictures at most.") % {"most": MOST})
        place = max((row.place for row in rows), default=0)
        behind = drawn
        if not current.picture and not rows:
            _set_main(current, drawn[0], by)
            behind = drawn[1:]
        for number, file in enumerate(behind, 1):
            made = ProductPicture(product=current, place=place + number, by_id=by.pk)
            made.picture.save(file.name or "", file)
        if behind:
            write_log(current, "picture_added", by=by, diff={"pictures": [len(rows) + 1, len(rows) + 1 + len(behind)]})
    return len(drawn)


def _order(product: Product, by: Actor, rows: list[ProductPicture], keys: list[int]) -> None:
    """Put all pictures in this order of keys: the files change their places, and with them which one is the main."""
    files = {row.pk: row.picture.name for row in rows}
    if product.picture:
        files[MAIN] = product.picture.name
    names = [files[key] for key in keys]
    for place, (row, name) in enumerate(zip(rows, names[1:] if product.picture else names, strict=True), 1):
        ProductPicture.objects.filter(pk=row.pk).update(picture=name, place=place)
    if product.picture and names[0] != product.picture.name:
        _set_main(product, names[0], by)
    else:
        write_log(product, "picture_moved", by=by)


def move_picture(product: Product, key: int, step: int, *, by: Actor) -> None:
    """Move a picture so many places forward or back; in the first place it is the main one."""
    with transaction.atomic():
        current, rows = _held(product, by)
        keys = [*([MAIN] if current.picture else []), *(row.pk for row in rows)]
        if key not in keys:
            raise Refused(_("This picture is not there any more."))
        at = keys.index(key)
        to = min(max(at + step, 0), len(keys) - 1)
        if to != at:
            keys.insert(to, keys.pop(at))
            _order(current, by, rows, keys)


def take_out(product: Product, key: int, *, by: Actor) -> ProductPicture:
    """Take a picture out; the next one becomes the main one where it was that. The row can be put back."""
    with transaction.atomic():
        current, rows = _held(product, by)
        if key == MAIN and current.picture:
            gone = rows[0] if rows else ProductPicture(product=current, by_id=by.pk)
            before, after = current.picture.name, gone.picture.name if rows else ""
            gone.picture, gone.deleted_at = before, timezone.now()
            gone.save()
            _set_main(current, after, by)
            return gone
        row = next((each for each in rows if each.pk == key), None)
        if row is None:
            raise Refused(_("This picture is not there any more."))
        ProductPicture.objects.filter(pk=row.pk).update(deleted_at=timezone.now())
        write_log(current, "picture_out", by=by, diff={"pictures": [len(rows) + 1, len(rows)]})
    return row


def put_back(product: Product, key: int, *, by: Actor) -> None:
    """Put a picture back that was taken out, behind the others; it is the main one where there is none."""
    with transaction.atomic():
        current, rows = _held(product, by)
        row = ProductPicture.objects.filter(pk=key, product=current.pk, deleted_at__isnull=False).first()
        if row is None or len(rows) + bool(current.picture) >= MOST:
            raise Refused(_("This picture is not there any more."))
        if not current.picture:
            _set_main(current, row.picture.name, by)
            row.delete()
            return
        row.place, row.deleted_at = max((each.place for each in rows), default=0) + 1, None
        row.save(update_fields=["place", "deleted_at"])
        write_log(current, "picture_back", by=by, diff={"pictures": [len(rows) + 1, len(rows) + 2]})
