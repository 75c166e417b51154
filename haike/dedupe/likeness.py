"""How probably two records are one, with the share that each reason has in it.

Each reason alone would make them one with some probability; together they leave only the doubt that all of them
leave. A share is the part of the score that a reason earned, in points of a hundred; one below nought speaks against.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.chinese.company import SAME, SIMILAR, likeness, normalise
from haike.chinese.uscc import is_uscc
from haike.dedupe import keys
from haike.dedupe.identity import Identity, Values
from haike.dedupe.wording import weigh

Label = str | Promise
LABELS: dict[str, Label] = {
    keys.CODE: _("Same tax number"),
    keys.PHONE: _("Same phone"),
    keys.REACH: _("Same WeChat or QQ"),
    keys.NAME: _("Same name"),
    keys.SHORT: _("Same short name or mnemonic"),
    keys.SIMILAR: _("Similar name"),
}
# How much each reason says by itself.
CODE_SAYS, PHONE_SAYS, CONTACT_SAYS, SHORT_SAYS, MNEMONIC_SAYS = 0.99, 0.85, 0.75, 0.4, 0.1
OTHER_CODE = 0.5
"""What is left of a score when both have a correct credit code and the codes differ."""
LEAST_NAME = 0.5
MOST = 0.99


@dataclass(frozen=True)
class Reason:
    """Why two records may be one, or not; `share` in points of a hundred."""

    text: str
    share: int
    kind: str = ""


@dataclass(frozen=True)
class Likeness:
    """A score from 0 to 100, the reasons for it, the weightiest first, and the kinds among them."""

    score: int
    reasons: tuple[Reason, ...]
    kinds: frozenset[str]

    @property
    def kind(self) -> str:
        """The surest kind."""
        return next((kind for kind in keys.KINDS if kind in self.kinds), "")

    @property
    def worth_telling(self) -> bool:
        """Whether a person should look at both."""
        return bool(self.kinds)


def compare(
    one: Identity,
    mine: Values,
    other: Identity,
    theirs: Values,
    *,
    phone_of_contact: bool = False,
    id_of_contact: bool = False,
) -> Likeness:
    """The likeness of two records by their identifying values.

    `phone_of_contact`: a contact of the other one has a telephone number of the first; `id_of_contact`: a WeChat or
    QQ account.
    """
    found: list[tuple[str, float, str]] = []
    code, their_code = keys.code_in(one, mine), keys.code_in(other, theirs)
    if code and code == their_code:
        found.append((keys.CODE, CODE_SAYS, str(LABELS[keys.CODE])))
    if keys.phones_in(one, mine) & keys.phones_in(other, theirs):
        found.append((keys.PHONE, PHONE_SAYS, str(LABELS[keys.PHONE])))
    elif phone_of_contact:
        found.append((keys.PHONE, CONTACT_SAYS, str(_("Same phone at a contact"))))
    if keys.ids_in(one, mine) & keys.ids_in(other, theirs):
        found.append((keys.REACH, PHONE_SAYS, str(LABELS[keys.REACH])))
    elif id_of_contact:
        found.append((keys.REACH, CONTACT_SAYS, str(_("Same WeChat or QQ at a contact"))))
    found += _names(one, mine, other, theirs)
    doubt = 1.0
    for each in found:
        doubt *= 1 - min(each[1], MOST)
    earned = 1 - doubt
    weights = [-log(1 - min(each[1], MOST)) for each in found]
    reasons = [
        Reason(text, round(100 * earned * weight / (sum(weights) or 1)), kind)
        for (kind, _says, text), weight in zip(found, weights, strict=True)
    ]
    if found and code and their_code and code != their_code and is_uscc(code) and is_uscc(their_code):
        reasons.append(Reason(str(_("The tax numbers differ")), -round(100 * earned * (1 - OTHER_CODE))))
        earned *= OTHER_CODE
    reasons.sort(key=lambda reason: -reason.share)
    kinds = frozenset(kind for kind, _says, _text in found if kind != keys.SIMILAR or earned >= SIMILAR)
    return Likeness(round(100 * earned), tuple(reasons), kinds)


def _names(one: Identity, mine: Values, other: Identity, theirs: Values) -> list[tuple[str, float, str]]:
    found: list[tuple[str, float, str]] = []
    name, their_name = one.named_by(mine), other.named_by(theirs)
    if name and their_name:
        score, said = likeness(name, their_name)
        score = weigh(name, their_name, score)
        if score >= LEAST_NAME:
            same = normalise(name).key == normalise(their_name).key and score >= SAME
            kind = keys.NAME if same else keys.SIMILAR
            why = " ".join(map(str, said)) if score < 1 else ""
            words = {"kind": LABELS[kind], "why": why}
            found.append((kind, score, str(_("%(kind)s: %(why)s") % words if why else LABELS[kind])))
    shorts, their_shorts = keys.short_names(one, mine), keys.short_names(other, theirs)
    shared = shorts & their_shorts
    if any(not each.startswith("#") for each in shared):
        found.append((keys.SHORT, SHORT_SAYS, str(LABELS[keys.SHORT])))
    elif shared and (found or not (name and their_name)):
        # A mnemonic is mostly the initials of the name, which many share: beside two quite different names it is none.
        found.append((keys.SHORT, MNEMONIC_SAYS, str(LABELS[keys.SHORT])))
    elif (name and normalise(name).core in their_shorts) or (their_name and normalise(their_name).core in shorts):
        found.append((keys.SHORT, SHORT_SAYS, str(_("The name is the short name of the other"))))
    return found
