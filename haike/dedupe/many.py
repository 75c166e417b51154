"""Who may be the same as each of many rows, with few queries: what an import tells, and a list of bare numbers.

Only sure likeness counts here (tax number, telephone, WeChat and QQ, name): what merely resembles a name is told where
one record is typed, and found by the search of the whole stock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.dedupe.guard import RULES, WARN
from haike.dedupe.identity import Identity, Values, identities, identity_of
from haike.dedupe.index import holders_of, sure_keys_of
from haike.dedupe.keys import KINDS, PHONE, REACH, SIMILAR, sure_keys
from haike.dedupe.likeness import LABELS, compare
from haike.dedupe.match import Match
from haike.kernel.entity import Entity
from haike.kernel.policy import Actor

SIZE = 500
Place = tuple[int, int]
"""The number of a declaration, and the key of a record."""


def match_many(identity: Identity, rows: Sequence[Values], *, by: Actor) -> dict[int, Match]:
    """The surest match of each row by its place; of records that the user does not see only that there is one."""
    return _matched(identity, rows, [sure_keys(identity, row) for row in rows], by)


def _matched(
    identity: Identity, rows: Sequence[Values], keys: Sequence[Mapping[int, str]], by: Actor
) -> dict[int, Match]:
    holders = _holders({key for row in keys for key in row})
    found: dict[int, tuple[int, Place]] = {}
    for place, row in enumerate(keys):
        ranked = [(KINDS.index(kind), holder) for key, kind in row.items() for holder in holders.get(key, ())]
        if ranked:
            found[place] = min(ranked)
    return _told(identity, rows, found, by)


def _holders(keys: set[int]) -> dict[int, list[Place]]:
    """By key, the live records that have it; contacts lead to the customers they stand for."""
    rows = holders_of(keys)
    by_number = {each.number: each for each in identities()}
    stand: dict[int, dict[int, Place]] = {}
    for number in {number for __, number, __ in rows if number in by_number}:
        stand[number] = _standing(by_number[number], {pk for __, other, pk in rows if other == number})
    found: dict[int, list[Place]] = defaultdict(list)
    for key, number, pk in rows:
        if (place := stand.get(number, {}).get(pk)) is not None:
            found[key].append(place)
    return found


def _standing(identity: Identity, keys: set[int]) -> dict[int, Place]:
    """For each of these records that is there and not settled, the record that it speaks for."""
    model, found, some = identity.entity.model, {}, sorted(keys)
    field, spent = identity.spent
    above = model._meta.get_field(identity.stands_for).related_model if identity.stands_for else None
    target = next((each for each in identities() if each.entity.model is above), None)
    for start in range(0, len(some), SIZE):
        rows = model.objects.live().filter(pk__in=some[start : start + SIZE])
        if field:
            rows = rows.exclude(**{f"{field}__in": spent})
        if above is None:
            found.update({pk: (identity.number, pk) for pk in rows.values_list("pk", flat=True)})
        elif target is not None:
            pairs = rows.filter(**{f"{identity.stands_for}__deleted_at": None})
            for pk, key in pairs.values_list("pk", f"{identity.stands_for}_id"):
                if key is not None:
                    found[pk] = (target.number, key)
    return found


def _told(
    identity: Identity, rows: Sequence[Values], found: Mapping[int, tuple[int, Place]], by: Actor
) -> dict[int, Match]:
    by_number = {each.number: each for each in identities()}
    records: dict[Place, Any] = {}
    seen: set[Place] = set()
    for number in {number for __, (number, __) in found.values()}:
        model = by_number[number].entity.model
        keys = sorted({pk for __, (other, pk) in found.values() if other == number})
        for start in range(0, len(keys), SIZE):
            some = keys[start : start + SIZE]
            stock = model.objects.live().select_related("owner__department").in_bulk(some)
            records |= {(number, pk): record for pk, record in stock.items()}
            visible = model.objects.visible_to(by).filter(pk__in=some).values_list("pk", flat=True)
            seen |= {(number, pk) for pk in visible}
    told = {}
    for place, (rank, holder) in found.items():
        if (record := records.get(holder)) is None:
            continue
        other = by_number[holder[0]]
        kind, theirs = KINDS[rank], other.values_of(record)
        # Where the record itself has neither number nor account, it was found by one of its contacts.
        alike = compare(
            identity, rows[place], other, theirs, phone_of_contact=kind == PHONE, id_of_contact=kind == REACH
        )
        told[place] = Match(other, record, alike, holder in seen)
    return told


def tell(
    entity: Entity, rows: Sequence[Mapping[str, Any]], by: Actor, records: Sequence[Any | None]
) -> Mapping[int, str]:
    """What an import says of rows that come in although they may be there already: the rule is to warn."""
    identity = identity_of(entity)
    kinds = {kind for kind in KINDS if kind != SIMILAR and RULES[kind]() == WARN}
    if identity is None or not kinds:
        return {}
    keys = [sure_keys_of(identity, row, record) for row, record in zip(rows, records, strict=True)]
    matched = _matched(identity, rows, keys, by)
    told = {place: match.sentence for place, match in matched.items() if match.likeness.kinds & kinds}
    earlier: dict[int, int] = {}
    for place, row in enumerate(keys):
        for key, kind in row.items():
            first = earlier.setdefault(key, place)
            if first != place and place not in told and kind in kinds:
                told[place] = str(_("%(reason)s: an earlier row says the same.") % {"reason": LABELS[kind]})
    return told
