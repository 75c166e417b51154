"""The own fields of the sample company: five on its customers, and what each customer has in them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from haike.customers.models import Customer
from haike.fields.formula.functions import rounded
from haike.fields.models import OwnField
from haike.fields.own_field.actions import LABEL, add_field
from haike.fields.own_field.additions import own_fields_changed
from haike.fields.own_field.wish import Option, Wish
from haike.kernel import dictionary
from haike.kernel.dictionary import DictionaryWord
from haike.kernel.entity import entity_of
from haike.kernel.log import Change
from haike.kernel.policy import Actor
from haike.refused import Refused

FIELDS: dict[str, tuple[str, Wish]] = {
    "purchases": ("money", Wish("年采购额", "Yearly purchases")),
    "orders": ("number", Wish("年采购次数", "Orders a year")),
    "average": (
        "formula",
        Wish(
            "单次均价",
            "Average order",
            help="年采购额 ÷ 年采购次数，自动计算",
            help_en="Yearly purchases ÷ orders a year, worked out",
            facts={"formula": "{年采购额} / {年采购次数}", "places": 2},
        ),
    ),
    "interest": (
        "choice",
        Wish(
            "合作意向",
            "Interest",
            options=[
                Option("强烈", "", "Strong", "green"),
                Option("一般", "", "Some", "blue"),
                Option("观望", "", "Waiting", "yellow"),
                Option("暂无", "", "None", "grey"),
            ],
        ),
    ),
    "visited": ("date", Wish("首次拜访", "First visit")),
}
INTEREST = ("o1", "o1", "o2", "o2", "o2", "o3", "o3", "o4")


def write_own_fields(*, by: Actor) -> dict[str, OwnField]:
    """Make the fields; one whose name the company has given already is left out."""
    made: dict[str, OwnField] = {}
    for name, (kind, wish) in FIELDS.items():
        try:
            made[name] = add_field(entity_of(Customer), kind, copy.deepcopy(wish), by=by)
        except Refused:
            continue
    return made


def values_of(customer: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """What a customer has in the fields, as its record keeps it; the same for the same name."""
    chance = crc32(str(customer["name"]).encode())
    purchases, orders = Decimal(1 + chance % 400) * 2500, 1 + chance // 401 % 24
    first: date = customer["created_at"].date() + timedelta(days=chance % 40)
    found: dict[str, Any] = {
        "purchases": f"{purchases:.2f}",
        "orders": str(orders),
        "average": f"{rounded(purchases / orders, 2):f}",
    }
    if chance % 5 == 0:
        found = {}  # not asked yet
    if chance % 3:
        found["interest"] = INTEREST[chance // 11 % len(INTEREST)]
    if customer.get("visited") is not None:
        found["visited"] = min(first, customer["visited"].date()).isoformat()
    return {keys[name]: value for name, value in found.items() if name in keys}


def take_out(pks: Sequence[int]) -> None:
    """Remove the fields of the sample that nobody has changed or filled in for records of his own."""
    rows = list(OwnField.objects.filter(pk__in=pks, version=1))
    unused = [own for own in rows if not Customer._base_manager.filter(custom__has_key=own.key).exists()]
    # A formula needs the fields that it reads: all of them go, or none.
    if len(unused) < len(pks):
        return
    DictionaryWord.objects.filter(dictionary__in=[own.dictionary for own in unused]).delete()
    Change.objects.filter(entity=LABEL, record_id__in=[own.pk for own in unused])._raw_delete("default")
    OwnField.objects.filter(pk__in=[own.pk for own in unused]).delete()
    own_fields_changed()
    dictionary.changed()
