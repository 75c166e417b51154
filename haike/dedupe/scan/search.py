"""The search over the whole stock: records that share a key are compared, in the order of the keys.

Its work grows with the number of keys, not with the square of the records: a key that very many share says nothing
and is passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils import timezone
from rapidfuzz.distance import OSA

from haike.chinese.company import normalise
from haike.chinese.pinyin import full_pinyin
from haike.dedupe.identity import Identity, identities
from haike.dedupe.index import IdentityKey
from haike.dedupe.keys import code_in, ids_in, phones_in
from haike.dedupe.likeness import compare
from haike.dedupe.scan.record import Pair, Scan

CHUNK = 60_000
"""So many keys are read at once."""
MOST_TOGETHER = 20
"""A key that more records share is passed over."""
LEAST_SCORE = 80
HOPEFUL = 0.55
"""Names that are less alike are not looked at closely."""
SOME = 5_000

Report = Callable[[int, int], None]
Couple = tuple[int, int]


def search_stock(scan: Scan, identity: Identity, report: Report = lambda *_: None) -> int:
    """Find all pairs, store them, and return how many are open; pairs of earlier scans that are no more go away."""
    parts = [each for each in identities() if each.stands_for and _target(each) is identity.entity.model]
    served = {each.number: each for each in [identity, *parts]}
    total = IdentityKey.objects.filter(entity__in=served).count()
    found: dict[Couple, tuple[int, bool]] = {}
    done = 0
    for groups, count in _groups(served):
        couples = _couples(groups, identity, served)
        for some in _some(couples.items()):
            found |= _scored(identity, {couple: by for couple, by in some if couple not in found})
        done += count
        report(done, total)
    return _store(scan, identity, found)


def _target(part: Identity) -> Any:
    return part.entity.model._meta.get_field(part.stands_for).related_model


def _groups(served: dict[int, Identity]) -> Iterator[tuple[list[list[tuple[int, int]]], int]]:
    """Groups of (number of the declaration, record) that share a key, many at once, and how many keys were read."""
    rows = IdentityKey.objects.filter(entity__in=served).order_by("key", "entity", "record_id")
    last: int | None = None
    while True:
        ahead = rows if last is None else rows.filter(key__gt=last)
        read = list(ahead.values_list("key", "entity", "record_id")[:CHUNK])
        if not read:
            return
        groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for key, number, pk in read:
            groups[key].append((number, pk))
        last = read[-1][0]
        if len(read) == CHUNK and len(groups) > 1:
            # The last key may go on beyond what was read: it is read again.
            read_again = groups.pop(last)
            last = next(reversed(groups))
            count = len(read) - len(read_again)
        else:
            count = len(read)
        yield [group for group in groups.values() if 1 < len(group) <= MOST_TOGETHER], count


def _couples(
    groups: list[list[tuple[int, int]]], identity: Identity, served: dict[int, Identity]
) -> dict[Couple, bool]:
    """Pairs of records to compare, and whether a contact brought them together."""
    above: dict[int, dict[int, int]] = {}
    for number, part in served.items():
        if part.stands_for:
            keys = {pk for group in groups for each, pk in group if each == number}
            above[number] = {}
            for some in _some(keys):
                rows = part.entity.model.objects.live().filter(pk__in=some)
                above[number] |= dict(rows.values_list("pk", f"{part.stands_for}_id"))
    found: dict[Couple, bool] = {}
    for group in groups:
        plain: dict[int, bool] = {}
        for number, pk in group:
            if number == identity.number:
                plain[pk] = False
            elif (key := above[number].get(pk)) is not None:
                plain.setdefault(key, True)
        for one, other in combinations(sorted(plain), 2):
            found[one, other] = found.get((one, other), False) or plain[one] or plain[other]
    return found


def _scored(identity: Identity, couples: dict[Couple, bool]) -> dict[Couple, tuple[int, bool]]:
    """Those of the pairs that are worth a look, with their scores."""
    keys = {key for couple in couples for key in couple}
    values: dict[int, Any] = {}
    for some in _some(keys):
        rows = identity.entity.model.objects.live().filter(pk__in=some)
        values |= {row["pk"]: row for row in rows.values("pk", *identity.columns)}
    facts = {pk: _Facts(identity, row) for pk, row in values.items()}
    found: dict[Couple, tuple[int, bool]] = {}
    for (one, other), by_contact in couples.items():
        if one not in values or other not in values:
            continue
        if by_contact or facts[one].may_be(facts[other]):
            alike = compare(identity, values[one], identity, values[other], phone_of_contact=by_contact)
            if alike.score >= LEAST_SCORE:
                found[one, other] = alike.score, by_contact
    return found


class _Facts:
    """What tells quickly that two records are not worth a comparison."""

    __slots__ = ("code", "core", "phones", "sound")

    def __init__(self, identity: Identity, values: Any) -> None:
        self.core = normalise(identity.named_by(values)).core
        self.sound = full_pinyin(self.core)
        self.phones = phones_in(identity, values) | ids_in(identity, values)
        self.code = code_in(identity, values)

    def may_be(self, other: _Facts) -> bool:
        """Whether anything speaks for their being one."""
        if not self.phones.isdisjoint(other.phones) or (self.code and self.code == other.code):
            return True
        if not self.core or not other.core:
            return False
        shorter, longer = sorted((self.core, other.core), key=len)
        return (
            self.sound == other.sound
            or shorter in longer
            or OSA.normalized_similarity(self.core, other.core, score_cutoff=HOPEFUL) > 0
        )


def _store(scan: Scan, identity: Identity, found: dict[Couple, tuple[int, bool]]) -> int:
    label = identity.label
    for some in _some(sorted(found.items())):
        rows = [
            Pair(entity=label, one=one, other=other, score=score, by_contact=by_contact, scan=scan)
            for (one, other), (score, by_contact) in some
        ]
        Pair.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["entity", "one", "other"],
            update_fields=["score", "by_contact", "scan"],
            batch_size=500,
        )
    with transaction.atomic():
        Pair.objects.filter(entity=label, dismissed_at=None).exclude(scan=scan).delete()
        open_pairs = Pair.objects.filter(entity=label, dismissed_at=None).count()
        Scan.objects.filter(pk=scan.pk).update(ended_at=timezone.now(), pairs=open_pairs)
    return open_pairs


def _some(items: Iterable[Any]) -> Iterator[Any]:
    every = list(items)
    for start in range(0, len(every), SOME):
        yield every[start : start + SOME]
