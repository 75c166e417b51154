"""The rules of the duplicate guard: what is only told, and what is not let in. Form, import and API follow the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.dedupe.claim.linked import Linked
from haike.dedupe.claim.record import ClaimCase, permits
from haike.dedupe.claim.ticket import claim_url
from haike.dedupe.identity import Identity, Values, identity_of
from haike.dedupe.index import follow, keys_of_record, present_keys
from haike.dedupe.keys import CODE, KINDS, NAME, PHONE, REACH, SHORT, SIMILAR, keys_of
from haike.dedupe.likeness import LABELS
from haike.dedupe.match import Match, find_matches, match_keys
from haike.dedupe.module import DUPLICATES
from haike.kernel.change import FOLLOWERS, GUARDS
from haike.kernel.entity import Entity
from haike.kernel.option import option
from haike.kernel.policy import Actor
from haike.kernel.record import Record
from haike.refused import Refused

OFF, WARN, ASK, FORBID = "off", "warn", "ask", "forbid"
_CHOICES = (
    (OFF, _("Say nothing")),
    (WARN, _("Warn")),
    (ASK, _("Ask for approval")),
    (FORBID, _("Do not save")),
)
USED = "_approvals_used"
"""Where a record that is being made keeps the cases whose approval lets it in."""
_GROUP = _("Duplicates")
RULES = {
    kind: option(f"dedupe.{kind}", WARN, LABELS[kind], group=_GROUP, choices=_CHOICES, help=said)
    for kind, said in (
        (CODE, _("What happens when the tax number is there already.")),
        (PHONE, _("What happens when a telephone number is there already, also at a contact.")),
        (REACH, _("What happens when a WeChat or QQ account is there already, also at a contact.")),
        (NAME, _("What happens when the name is the same but for place, legal form, brackets or width.")),
        (SHORT, _("What happens when the short name or the mnemonic is there already.")),
        (SIMILAR, _("What happens when a name differs by a character, sounds the same, or contains the other.")),
    )
}
ACROSS = option(
    "dedupe.across",
    True,
    _("While typing, tell of records of others too"),
    group=_GROUP,
    help=_("Only that there is one, and whose it is. If off, sellers hear of it no sooner than on saving."),
)


def rule_of(match: Match) -> str:
    """The strictest rule among the kinds of likeness of a match."""
    rules = {RULES[kind]() for kind in match.likeness.kinds}
    return next((rule for rule in (FORBID, ASK, WARN) if rule in rules), OFF)


def warnings(entity: Entity, values: Values, record: Any, by: Actor) -> list[str]:
    """The sentences that a form shows before saving."""
    identity = identity_of(entity)
    if identity is None:
        return []
    found = find_matches(identity, values, by=by, record=record)
    return [match.sentence for match in found if rule_of(match) == WARN or _approves(match, by)]


def field_of(identity: Identity, kind: str, values: Values) -> str:
    """The field beside which a match of this kind is told."""
    named = {
        CODE: (identity.code,),
        PHONE: (*identity.phones, *identity.ids),
        REACH: identity.ids,
        NAME: (identity.name,),
        SHORT: (identity.short, identity.mnemonic),
        SIMILAR: (identity.name,),
    }[kind]
    return next((name for name in named if name and values.get(name)), identity.name or identity.phones[0])


def guard(entity: Entity, records: Sequence[Record], touched: set[str] | None, by: Actor) -> Mapping[int, Refused]:
    """Refuse records that a strict rule forbids; the answer names their places. `touched` None: they are new."""
    identity = identity_of(entity)
    strict = {kind for kind in KINDS if RULES[kind]() in (ASK, FORBID)}
    if not DUPLICATES.is_on():
        return {}
    if identity is None or not strict or (touched is not None and not touched & set(identity.fields)):
        return {}
    refused: dict[int, Refused] = {}
    earlier: set[int] = set()
    present = present_keys(identity, records) if len(records) > 1 else None
    for place, record in enumerate(records):
        values = identity.values_of(record)
        if touched is not None:
            values |= {name: "" for name in identity.fields if name not in touched}
        own = keys_of_record(identity, record) if touched is None else keys_of(identity, values)
        sure = {key for key, kind in own.items() if kind in strict and kind != SIMILAR}
        known = present is None or not present.isdisjoint(own)
        found = match_keys(identity, values, own, by=by, record=record if record.pk else None) if known else []
        stopped = [match for match in found if match.likeness.kinds & strict and not _approves(match, by)]
        worst, used = _unapproved(stopped, by) if touched is None else (next(iter(stopped), None), [])
        if worst is not None:
            kind = next(kind for kind in KINDS if kind in worst.likeness.kinds & strict)
            field = field_of(identity, kind, values)
            refused[place] = Refused(fields={field: _said(worst, by, values.get(field))})
        elif sure & earlier:
            kind = own[next(iter(sure & earlier))]
            said = _("%(reason)s: an earlier row says the same.") % {"reason": LABELS[kind]}
            refused[place] = Refused(fields={field_of(identity, kind, values): said})
        else:
            earlier |= sure
            if used:
                vars(record)[USED] = used
    return refused


def _approves(match: Match, by: Actor) -> bool:
    """Whether this one may stand beside the match by the user's own word: he rules on duplicates, and sees it."""
    return rule_of(match) == ASK and match.visible and by.grants.may_do("duplicates")


def _said(match: Match, by: Actor, typed: Any) -> str:
    """Why a record is not saved; where an approval may be had, with the way to it."""
    if rule_of(match) != ASK:
        return match.sentence
    if match.visible:
        why = _("A second one needs an approval; ask the owner or a manager to merge or transfer.")
        return f"{match.sentence} {why}"
    why = _("A second one needs an approval: file a claim case.")
    text = f"{match.sentence} {why}"
    return Linked(text, claim_url(match, by, typed), _("File a claim case"))


def _unapproved(matches: list[Match], by: Actor) -> tuple[Match | None, list[int]]:
    """The first match that nobody has approved for this user, and the approvals of the others."""
    asked = [match for match in matches if rule_of(match) == ASK]
    given: dict[tuple[str, int], int] = {}
    if by.pk is not None:
        for label in {match.identity.label for match in asked}:
            keys = [match.record.pk for match in asked if match.identity.label == label]
            given |= {(label, key): case for key, case in permits(label, keys, by.pk).items()}
    used = {match: given.get((match.identity.label, match.record.pk)) for match in asked}
    worst = next((match for match in matches if used.get(match) is None), None)
    return worst, [case for case in used.values() if case is not None]


def use_up(entity: Entity, records: Sequence[Record], touched: set[str] | None) -> None:
    """An approval is for one record: whoever was let in by it has used it."""
    for record in records if touched is None else ():
        used = vars(record).pop(USED, ())
        if used and ClaimCase.objects.filter(pk__in=used, used_at=None).update(used_at=timezone.now()) < len(used):
            raise Refused(_("This approval has been used already."))


FOLLOWERS += [follow, use_up]
GUARDS.append(guard)
