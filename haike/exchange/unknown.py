"""Words of a file that are on no pick-list: whoever brings it in says once what each of them means.

Else every row that has one is refused, and another company's list of sources or trades fits nobody's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from haike.exchange.engine import Reader
from haike.exchange.head import Head
from haike.kernel.look import ChoiceLook, PickLook
from haike.refused import Refused

EMPTY, NEW = "-", "+"
"""What is chosen beside the codes of the list, which follow an equals sign: leave the field empty, put the word on the
list."""

Meant = dict[str, dict[str, str]]
"""By target and word of the file the code to take, "" to leave the field empty."""


@dataclass(frozen=True)
class Keeper:
    """Who puts words on pick-lists."""

    may: Callable[[Any], bool]
    add: Callable[[str, str, Any], str]
    """The code of a word that is put on a pick-list (key, word, by whom)."""


keepers: list[Keeper] = []
"""Filled by the room that has the page of the pick-lists."""


@dataclass(frozen=True)
class Unknown:
    """A word of a column that is not on the list of the field to which the column goes."""

    index: int
    target: str
    label: str
    look: ChoiceLook
    word: str
    rows: int
    """In how many rows it stands."""
    field: str
    """The name of its choice in the form."""
    chosen: str
    may_add: bool

    @property
    def options(self) -> dict[str, str]:
        """What may be chosen, by what the form sends."""
        return {f"={code}": text for code, text in self.look.options(new=True).items()}

    @property
    def may_be_empty(self) -> bool:
        """Whether a row may come without."""
        return not self.look.required or ":" in self.target


def unknown_words(reader: Reader, head: Head, sent: Mapping[str, str]) -> list[Unknown]:
    """The words that the columns' lists do not have, the most frequent of each first, with what was chosen for them."""
    adds = any(keeper.may(reader.user) for keeper in keepers)
    found = []
    for index, target, look in reader.columns:
        counted = head.words[index] if index < len(head.words) else None
        if counted is None or look.kind != "choice" or not isinstance(look, ChoiceLook):
            continue
        for place, (word, rows) in enumerate(counted.items()):
            if _is_known(look, word, reader.user):
                continue
            field, may_add = f"word-{index}-{place}", adds and isinstance(look, PickLook)
            each = Unknown(index, target, reader.labels[target], look, word, rows, field, "", may_add)
            found.append(_with_choice(each, sent.get(field, "")))
    return sorted(found, key=lambda each: (each.index, -each.rows))


def _is_known(look: ChoiceLook, word: str, user: Any) -> bool:
    try:
        look.from_sheet(word, user)
    except Refused:
        return False
    return True


def _with_choice(each: Unknown, chosen: str) -> Unknown:
    able = {*each.options, *([EMPTY] if each.may_be_empty else []), *([NEW] if each.may_add else [])}
    return replace(each, chosen=chosen if chosen in able else "")


def meant_by(words: Sequence[Unknown]) -> Meant:
    """What the chosen words stand for; one that is to be put on the list stands for nothing yet."""
    found: Meant = {}
    for each in words:
        if each.chosen == EMPTY or each.chosen.startswith("="):
            found.setdefault(each.target, {})[each.word] = each.chosen.removeprefix(EMPTY).removeprefix("=")
    return found


def settle(words: Sequence[Unknown], *, by: Any) -> Meant:
    """The same once those words are on their lists of which that was asked; Refused where a list does not take one."""
    found, added = meant_by(words), dict[tuple[str, str], str]()
    keeper = next((keeper for keeper in keepers if keeper.may(by)), None)
    for each in words:
        if each.chosen == NEW and keeper is not None and isinstance(each.look, PickLook):
            place = (each.look.field.dictionary, each.word.casefold())
            if place not in added:
                added[place] = keeper.add(place[0], each.word, by)
            found.setdefault(each.target, {})[each.word] = added[place]
    return found
