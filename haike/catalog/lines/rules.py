"""What is asked of lines before they are written, and how they are written: for every document with prices alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haike.catalog.lines.arithmetic import WHOLE
from haike.catalog.lines.field import Lines, line_data, lines_field, read_lines
from haike.catalog.lines.offers import OFFERED, offers_of
from haike.catalog.lines.record import PENDING, PRICING, READ, DocumentLine, WithLines
from haike.catalog.price import Offer, sellable
from haike.catalog.product.record import Product
from haike.kernel.change import FOLLOWERS, GUARDS
from haike.kernel.currency import money_text
from haike.kernel.entity import Entity
from haike.kernel.policy import Actor
from haike.people.switches import declare_grants
from haike.refused import Refused

BELOW_FLOOR = "below_floor"
declare_grants({BELOW_FLOOR: _("Sell below the floor price and the lowest discount")})
STORED = "_lines_stored"
"""Where a document that is being changed keeps the lines as they stand in the table."""


def refused_lines(entity: Entity, records: Sequence[Any], touched: set[str] | None, by: Actor) -> Mapping[int, Refused]:
    """Stopped products, prices below the floor, and discounts that are too deep."""
    field = lines_field(entity.model)
    if field is None or (touched is not None and not touched & PRICING):
        return {}
    pending = [record for record in records if PENDING in record.__dict__] if touched is not None else []
    before = read_lines(field, pending) if pending else {}
    for record in pending:
        record.__dict__[STORED] = before.get(record.pk, [])
    found = {}
    for place, record in enumerate(records):
        held = before.get(record.pk, []) if touched is None or PENDING in record.__dict__ else record.lines
        if record.lines and (said := _faults(record, held, touched, by)):
            found[place] = Refused(fields={"lines": " ".join(said[:10])})
    return found


def _faults(document: Any, before: Sequence[DocumentLine], touched: set[str] | None, by: Actor) -> list[str]:
    lines = document.lines
    held = _quantities(before)
    same = {line.key: line_data(line) for line in before}
    # Lines that were just filled in have their offers; those of an earlier save of the same record are of no use.
    read = document.__dict__.pop(OFFERED, None)
    offers = read if read is not None and PENDING in document.__dict__ else offers_of(document, lines)
    # What stands there already stays, also of a product that was stopped since; more of it is as new.
    fresh = {key for key, quantity in _quantities(lines).items() if quantity > held.get(key, 0)}
    seen = set(Product.objects.visible_to(by).filter(pk__in=fresh).values_list("pk", flat=True)) if fresh else set()
    on_sale = set(sellable(by).filter(pk__in=fresh).values_list("pk", flat=True)) if fresh else set()
    only_lines = touched is not None and touched & PRICING == {"lines"}
    below = not document.floor_binds or by.grants.may_do(BELOW_FLOOR)
    said: list[str] = []
    for place, line in enumerate(lines, 1):
        if line.product_id in fresh - on_sale and (line.product_id in seen or line.product_id not in held):
            fault = _("it is not sold any more.") if line.product_id in seen else _("there is no such product.")
            said.append(_said(place, line, fault))
            continue
        if below or line.gift or (only_lines and same.get(line.key) == line_data(line)):
            continue
        offer = offers.of(line)
        if offer is not None and (cheap := too_cheap(document, line, offer)):
            said.append(_said(place, line, cheap))
    return said


def _quantities(lines: Sequence[DocumentLine]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for line in lines:
        if line.product_id is not None:
            found[line.product_id] = found.get(line.product_id, Decimal(0)) + line.quantity
    return found


def _said(place: int, line: DocumentLine, fault: Any) -> str:
    told = _("Line %(place)s, “%(name)s”: %(fault)s")
    return str(told % {"place": place, "name": line.name[:40], "fault": fault})


def too_cheap(document: WithLines, line: DocumentLine, offer: Offer) -> Any:
    """Why nobody sells at this price unasked, what the document as a whole takes off included; else empty."""
    # A line may have one coin less than its exact part of the total, and is not below the floor for that.
    coin = Decimal(1).scaleb(-document.rule.places)
    if offer.floor is not None and line.total + coin < offer.floor * line.quantity:
        return _("the floor price is %(floor)s.") % {"floor": money_text(offer.floor, document.currency)}
    if offer.lowest_discount is not None and offer.price:
        least = offer.price * line.quantity * offer.lowest_discount / WHOLE
        if line.total + coin < least:
            return _("at least %(percent)s%% of the price must be paid.") % {
                "percent": f"{offer.lowest_discount.normalize():f}"
            }
    return ""


def write_lines(entity: Entity, records: Sequence[Any], touched: set[str] | None) -> None:
    """Write what was set: rows that stay the same are left alone, so that others may point to them."""
    field = lines_field(entity.model)
    if field is None:
        return
    turned = bool(touched and touched & PRICING)
    pending = [each for each in records if PENDING in each.__dict__ or (turned and each.lines)]
    if not pending:
        return
    stored: dict[int, Sequence[DocumentLine]] = {}
    if touched is not None:
        # The guard has read them while the document was locked already.
        unread = [each for each in pending if STORED not in each.__dict__]
        stored |= read_lines(field, unread) if unread else {}
        stored |= {each.pk: each.__dict__.pop(STORED) for each in pending if STORED in each.__dict__}
    with transaction.atomic():
        _store(field, pending, stored)
    for record in pending:
        record.__dict__[READ] = record.__dict__.pop(PENDING, record.lines)


def _store(field: Lines, records: Sequence[Any], stored: Mapping[int, Sequence[DocumentLine]]) -> None:
    model = field.line_model
    names = [each.attname for each in model._meta.concrete_fields if not each.primary_key]
    fresh, changed, gone = [], [], []
    for record in records:
        before = {line.key: line for line in stored.get(record.pk, [])}
        for line in record.lines:
            line.document_id = record.pk
            old = before.pop(line.key, None)
            if old is None:
                line.pk, line._state.adding = None, True
                fresh.append(line)
                continue
            line.pk, line._state.adding = old.pk, False
            # What it cost is what it cost when it was written, unless another product stands there now.
            if old.product_id == line.product_id and old.cost is not None:
                line.cost = old.cost
            if any(getattr(line, name) != getattr(old, name) for name in names):
                changed.append(line)
        gone += [line.pk for line in before.values()]
    if gone:
        model.objects.filter(pk__in=gone).delete()
    # Two rows of one document may have changed places; positions carry no constraint.
    # As one insert with its conflicts: an update of so many columns by CASE takes ten times as long.
    model.objects.bulk_create(changed, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=names)
    model.objects.bulk_create(fresh, batch_size=500)


GUARDS.append(refused_lines)
FOLLOWERS.append(write_lines)
