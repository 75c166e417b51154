"""Finding those that may be the same as what somebody types or brings in.

The search looks at everybody's records. Of one that the user cannot see he learns that it exists and whose it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.chinese.company import SAME
from haike.dedupe.identity import Identity, Values, identities, identity_of
from haike.dedupe.index import look_up
from haike.dedupe.keys import KINDS, PHONE, REACH, SIMILAR, ids_in, keys_of, phones_in
from haike.dedupe.likeness import LABELS, Likeness, compare
from haike.dedupe.module import DUPLICATES
from haike.kernel.policy import Actor
from haike.screens.module import is_off

MOST = 5
MOST_READ = 400
"""So many records are compared with what was typed at most, those that share sure keys first."""


@dataclass(frozen=True)
class Match:
    """A record that may be the same; `through` is the contact by which it was found, where the user sees it."""

    identity: Identity
    record: Any
    likeness: Likeness
    visible: bool
    through: Any = None

    @property
    def kind(self) -> str:
        """The surest kind of likeness."""
        return self.likeness.kind

    @property
    def url(self) -> str:
        """Where it is shown."""
        return self.identity.entity.url_of(self.record)

    @property
    def owner(self) -> str:
        """Whose it is, with the department."""
        whose = self.record.owner
        if whose is None:
            return str(_("nobody"))
        return f"{whose} ({whose.department})" if whose.department else str(whose)

    @property
    def protected(self) -> str:
        """Until when nobody takes it from its owner, or that it lies in a pool; empty where there is nothing to say."""
        until = getattr(self.record, "protected_until", None)
        if until is not None and until > timezone.now():
            return str(_("It is protected until %(day)s.") % {"day": f"{timezone.localtime(until):%Y-%m-%d}"})
        since = getattr(self.record, "pooled_at", None)
        if since is None:
            return ""
        return str(_("It lies in a pool since %(day)s.") % {"day": f"{timezone.localtime(since):%Y-%m-%d}"})

    @property
    def title(self) -> str:
        """Name and number, for those who see the record."""
        number = str(getattr(self.record, "number", "") or "")
        return f"{self.record} ({number})" if number else str(self.record)

    @property
    def sentence(self) -> str:
        """What the user is told."""
        words: dict[str, Any] = {"reason": LABELS[self.kind], "owner": self.owner, "kind": self.identity.entity.name}
        if not self.visible:
            said = str(_("%(reason)s: %(kind)s that you cannot see. It belongs to %(owner)s.") % words)
            return f"{said} {self.protected}".strip()
        words |= {"name": self.title, "score": self.likeness.score}
        if self.through is not None:
            same = _("%(name)s has the same phone")
            if self.kind == REACH:
                same = _("%(name)s has the same WeChat or QQ")
            words["reason"] = same % {"name": self.through}
        return str(_("%(reason)s: %(name)s, owner: %(owner)s. Likeness %(score)s %%.") % words)


def find_matches(identity: Identity, values: Values, *, by: Actor, record: Any = None, most: int = MOST) -> list[Match]:
    """Those that may be the same as a record with these values, the likeliest first.

    Of `record`, which is being changed, only what is new is looked for: the rest was looked at when it was typed.
    """
    wanted = dict(values)
    if record is not None:
        for name in identity.fields:
            if wanted.get(name) == getattr(record, name):
                wanted[name] = ""
        for name in identity.columns:
            wanted.setdefault(name, getattr(record, name) if name == identity.form else "")
    return match_keys(identity, wanted, keys_of(identity, wanted), by=by, record=record, most=most)


def match_keys(
    identity: Identity, values: Values, keys: Mapping[int, str], *, by: Actor, record: Any = None, most: int = MOST
) -> list[Match]:
    """The same with the keys worked out."""
    if not DUPLICATES.is_on():
        return []
    by_number = {each.number: each for each in identities() if not is_off(each.label)}
    hits: dict[Identity, dict[int, int]] = defaultdict(dict)
    for key, number, pk in look_up(list(keys)):
        if found := by_number.get(number):
            rank = KINDS.index(keys[key])
            hits[found][pk] = min(rank, hits[found].get(pk, rank))
    through = _stand_ins(hits, identity, record)
    found_all: list[Match] = []
    for each, ranks in hits.items():
        if not each.stands_for:
            if each == identity and record is not None:
                ranks.pop(record.pk, None)
            found_all += _compared(identity, values, each, ranks, through, by)
    found_all.sort(key=lambda match: (-match.likeness.score, match.record.pk))
    return found_all[:most]


def _stand_ins(
    hits: dict[Identity, dict[int, int]], identity: Identity, record: Any
) -> dict[Identity, dict[int, list[Any]]]:
    """Contacts that were found lead to the records they stand for: identity of those, key, contacts."""
    found: dict[Identity, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for each in [each for each in hits if each.stands_for]:
        above = each.entity.model._meta.get_field(each.stands_for).related_model
        target = next((i for i in identities() if i.entity.model is above), None)
        rows = each.entity.model.objects.live().filter(pk__in=list(hits[each])[:MOST_READ])
        own = getattr(record, f"{each.stands_for}_id") if each == identity and record is not None else None
        if target is None:
            continue
        for part in rows:
            key = getattr(part, f"{each.stands_for}_id")
            mine = record is not None and target == identity and key == record.pk
            if key is None or key == own or mine or (each == identity and record is not None and part.pk == record.pk):
                continue
            found[target][key].append(part)
            rank = KINDS.index(PHONE)
            hits[target][key] = min(rank, hits[target].get(key, rank))
    return found


def _compared(
    identity: Identity,
    values: Values,
    other: Identity,
    ranks: dict[int, int],
    through: dict[Identity, dict[int, list[Any]]],
    by: Actor,
) -> list[Match]:
    nearest = sorted(ranks, key=lambda pk: (ranks[pk], -pk))[:MOST_READ]
    if not nearest:
        return []
    model = other.entity.model
    stock, (field, values_spent) = model.objects.live().filter(pk__in=nearest), other.spent
    if field:
        stock = stock.exclude(**{f"{field}__in": values_spent})
    rows = {row["pk"]: row for row in stock.values("pk", *other.columns)}
    alike: dict[int, Likeness] = {}
    for pk, row in rows.items():
        parts = through[other].get(pk, ())
        found = compare(
            identity,
            values,
            other,
            row,
            phone_of_contact=any(_share(phones_in, identity, values, part) for part in parts),
            id_of_contact=any(_share(ids_in, identity, values, part) for part in parts),
        )
        if found.worth_telling:
            alike[pk] = found
    best = sorted(alike, key=lambda pk: (-alike[pk].score, pk))[: MOST * 2]
    if not best:
        return []
    records = model.objects.live().select_related("owner__department").in_bulk(best)
    seen = set(model.objects.visible_to(by).filter(pk__in=best).values_list("pk", flat=True))
    told = []
    for pk in best:
        if pk in seen:
            parts = through[other].get(pk, [])
            told.append(Match(other, records[pk], alike[pk], True, _seen_part(parts, by)))
        elif alike[pk].kind != SIMILAR or alike[pk].score >= 100 * SAME:
            # What only resembles a name is no reason to tell of what others have.
            told.append(Match(other, records[pk], alike[pk], False))
    return told


def _share(of: Callable[[Identity, Values], set[str]], identity: Identity, values: Values, part: Any) -> bool:
    own = identity_of(part._haike_entity)
    return own is not None and not of(identity, values).isdisjoint(of(own, own.values_of(part)))


def _seen_part(parts: list[Any], by: Actor) -> Any:
    """The first of these contacts that the user sees."""
    if not parts:
        return None
    model = type(parts[0])
    seen = set(model.objects.visible_to(by).filter(pk__in=[part.pk for part in parts]).values_list("pk", flat=True))
    return next((part for part in parts if part.pk in seen), None)
