"""What a product was quoted and sold for: to this customer, and to those like him."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haike.catalog.fields import quantity_text
from haike.catalog.lines.field import lines_field
from haike.kernel.currency import money_text
from haike.kernel.entity import entity_named, entity_of
from haike.kernel.option import option

MOST = 5
LOOKED_AT = 40
"""So many of the newest lines are ordered by likeness."""
TRAITS = ("price_class", "level", "industry", "region")
COLUMNS = {"price_class": "price_class_id"}
LOOKUPS = {"region": "region__startswith"}
PROVINCE = 2
"""The digits of a region that say the province."""
SOURCES: list[tuple[Any, str]] = []
"""The documents that are looked through: model, and the field of its day."""
NEWEST = 2_000
"""So many of the newest lines with a product are looked through, however many there are."""
LEAST_CUSTOMERS = 3
"""A range of prices of fewer customers would tell who they are."""
RANGE = option(
    "catalog.price_range", False, _("Tell sellers the range of prices in documents that they do not see"),
    group=_("Products"), help=_("Without names, and only where at least three customers are in it."),
)  # fmt: skip
ALIKE: list[Callable[[Any, Any], Mapping[str, Q]]] = []
"""Rooms below say which documents are about something like what this customer (user, customer) has in hand: by label
of the model a condition on documents."""


@dataclass(frozen=True)
class Past:
    """One earlier line."""

    day: date
    document: str
    what: str
    url: str
    customer: str
    price: str
    quantity: str
    alike: tuple[str, ...] = ()
    """What the customer has in common with the one asked for."""


def past_prices(user: Any, product: int, customer: Any) -> tuple[list[Past], list[Past]]:
    """The last lines to this customer, and to others like him, of documents the user sees.

    Alike are customers of the same price class, level, industry or province; those who have most in common come first.
    """
    mine = _past(user, product, Q(document__customer=customer.pk), None, MOST, bounded=False)
    traits = traits_of(customer, user)
    same = Q()
    for name, value in traits.items():
        same |= Q(**{f"document__customer__{LOOKUPS.get(name, name)}": value})
    others = _past(user, product, same & ~Q(document__customer=customer.pk), traits, LOOKED_AT) if same else []
    return mine, sorted(others, key=lambda past: len(past.alike), reverse=True)[:MOST]


def project_prices(user: Any, product: int, customer: Any) -> list[Past]:
    """The last lines of documents for something like what this customer has in hand, which the user sees."""
    which: dict[str, Q] = {}
    for alike in ALIKE:
        for label, documents in alike(user, customer).items():
            which[label] = which.get(label, Q()) | documents
    found = []
    for label, documents in which.items():
        seen = entity_named(label)
        if seen is not None:
            there = seen.model._base_manager.filter(documents).values("pk")
            where = Q(document__in=there) & ~Q(document__customer=customer.pk)
            found += _past(user, product, where, None, MOST, bounded=False, only=label)
    return sorted(found, key=lambda past: past.day or date.min, reverse=True)[:MOST]


def range_of(product: int, customer: Any, currency: str) -> str:
    """The lowest, middle and highest price of the newest lines to other customers in one unit, without names; empty
    where the setting does not allow it or too few customers are in it."""
    if not RANGE():
        return ""
    rows: list[tuple[str, Any, int]] = []
    for model, _day in SOURCES:
        field = lines_field(model)
        if field is not None:
            lines = field.line_model.objects.filter(_newest(field.line_model, product), gift=False, price__gt=0)
            live = lines.filter(document__deleted_at__isnull=True, document__currency=currency)
            others = live.exclude(document__customer=customer.pk)
            rows += others.values_list("unit", "price", "document__customer")[:NEWEST]
    if not rows:
        return ""
    unit = Counter(row[0] for row in rows).most_common(1)[0][0]
    prices = sorted(price for of, price, _customer in rows if of == unit)
    buyers = {key for of, _price, key in rows if of == unit}
    if len(buyers) < LEAST_CUSTOMERS:
        return ""
    low, middle, high = (money_text(each, currency) for each in (prices[0], prices[len(prices) // 2], prices[-1]))
    told = _("%(low)s to %(high)s, half of them up to %(middle)s (%(count)s customers, per %(unit)s)")
    return str(told % {"low": low, "high": high, "middle": middle, "count": len(buyers), "unit": unit or "–"})


def _newest(lines: Any, product: int) -> Q:
    """Lines of a product among the newest ones: the query stays quick with a hundred thousand of them."""
    return Q(product=product, pk__in=lines.objects.filter(product=product).order_by("-pk").values("pk")[:NEWEST])


def traits_of(customer: Any, user: Any) -> dict[str, Any]:
    """By what other customers are like this one, as far as the user may know it; of the region the province counts."""
    entity = entity_of(customer)
    said = {name: getattr(customer, COLUMNS.get(name, name)) for name in TRAITS if entity.right(user, name) != "hidden"}
    return {name: value[:PROVINCE] if name == "region" else value for name, value in said.items() if value}


def _alike(customer: Any, traits: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of what a customer has in common."""
    looks = entity_of(customer).looks
    found = []
    for name, value in traits.items():
        own = getattr(customer, COLUMNS.get(name, name))
        if own == value or (name == "region" and str(own).startswith(value)):
            found.append(str(looks[name].label))
    return tuple(found)


def _past(
    user: Any, product: int, which: Q, traits: Mapping[str, Any] | None, most: int, *, bounded: bool = True,
    only: str = "",
) -> list[Past]:  # fmt: skip
    found = []
    for model, day in SOURCES:
        entity, field = entity_of(model), lines_field(model)
        if only and entity.label != only:
            continue
        if field is None or entity.right(user, "lines") not in ("edit", "read"):
            continue
        seen = model.objects.visible_to(user)
        near = _newest(field.line_model, product) if bounded else Q(product=product)
        rows = field.line_model.objects.filter(near, which, gift=False)
        # Only of these documents is it asked who sees them: of all of them it would be a walk over every quote.
        rows = rows.filter(document__in=seen.filter(pk__in=rows.values("document")).values("pk"))
        for line in rows.select_related("document", "document__customer").order_by(f"-document__{day}", "-id")[:most]:
            document = line.document
            found.append(
                Past(
                    getattr(document, day), str(document), str(entity.name), entity.url_of(document),
                    str(document.customer), money_text(line.price, document.currency),
                    f"{quantity_text(line.quantity)}{line.unit}",
                    _alike(document.customer, traits) if traits else (),
                )
            )  # fmt: skip
    return sorted(found, key=lambda past: past.day or date.min, reverse=True)[:most]
