"""How far the review of a customer's licence and qualification is, and what an address is compared by."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.kernel.division import Division, divisions, lineage
from haike.kernel.versioned import Versioned

UNCHECKED, CHECKED, REFUSED = "unchecked", "checked", "refused"
REVIEWS: list[tuple[str, str | Promise]] = [
    (UNCHECKED, _("Not reviewed")),
    (CHECKED, _("Review passed")),
    (REFUSED, _("Review refused")),
]
LEAST = 4
"""A shorter rest of an address, such as 1号, says nothing."""
LONGEST = 60
TOP, MIDDLE = 1, 2
"""The levels of provinces and of cities."""
CITY = 4
"""So many digits of a division's code name the city."""


Names = Mapping[str, Sequence[tuple[str, Division]]]
"""Long and short names in the order in which they are tried, by their first two characters."""


def _read() -> Mapping[str, Sequence[Names]]:
    below: dict[str, list[Division]] = defaultdict(list)
    for division in divisions().values():
        below[division.parent or ""].append(division)
    found: dict[str, Sequence[Names]] = {}
    for code, places in below.items():
        # 深圳市南山区 begins with the city; 北京市朝阳区 skips a level.
        again = places[0].level == (MIDDLE if code else TOP)
        farther = [child for part in places for child in below.get(part.code, ())] if again else []
        found[code] = [_named(places), _named(farther)]
    return found


def _named(places: Sequence[Division]) -> Names:
    found: dict[str, list[tuple[str, Division]]] = defaultdict(list)
    for part in places:
        for name in (part.name, part.short_name):
            if len(name) > 1:
                found[name[:2]].append((name, part))
    return dict(found)


_below: Versioned[Mapping[str, Sequence[Names]]] = Versioned("divisions", _read)
"""What an address may go on with behind a division (its code), or at the beginning: what lies right below, and what
lies a level further down."""


def address_key(region: str, address: str) -> str:
    """What two spellings of one address have in common: the city and what follows the district; empty where it says
    too little."""
    folded = unicodedata.normalize("NFKC", address).casefold()
    text = "".join(char for char in folded if char.isalnum())
    if len(text) < LEAST:
        return ""
    if region:
        for part in lineage(region):
            text = _without(text, part) or text
        code = region
    else:
        text, code = _walk(text)
    return f"{code[:CITY]}{text}"[:LONGEST] if len(text) >= LEAST else ""


def _without(text: str, part: Division) -> str | None:
    for name in (part.name, part.short_name):
        if len(name) > 1 and text.startswith(name):
            return text[len(name) :]
    return None


def _walk(text: str) -> tuple[str, str]:
    """The rest behind province, city and district as far as they stand at the beginning, and the code of the last."""
    code, below = "", _below()
    while True:
        named = (pair for names in below.get(code, ()) for pair in names.get(text[:2], ()) if text.startswith(pair[0]))
        name, part = next(named, ("", None))
        if part is None:
            return text, code
        text, code = text[len(name) :], part.code
