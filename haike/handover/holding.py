"""What a room holds of a person: how much, of what, where it may go, and how it goes there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haike.handover.record import Handover
from haike.kernel.log import Batch
from haike.kernel.policy import Actor

Label = str | Promise

SAME, PERSON, DEAL, SEA, AREA, STAY, END = "same", "person", "deal", "sea", "area", "stay", "end"
HOWS: dict[str, Label] = {
    SAME: _("To the successor"),
    PERSON: _("To another person"),
    DEAL: _("Dealt out among several"),
    SEA: _("Into the public sea or pool"),
    AREA: _("Into the isolation area"),
    STAY: _("Stays where it is"),
    END: _("Is ended"),
}
MOST_KEPT = 200
SAMPLES = 3


@dataclass(frozen=True)
class Way:
    """Where a holding goes. `people` get it, one or, for DEAL, several in the way `deal`; `pool` is a pool's key, None
    for where each record belongs; `views` are saved views (key) with the person who gets what they find, first of all.
    """

    how: str
    people: tuple[Any, ...] = ()
    deal: str = ""
    pool: int | None = None
    views: tuple[tuple[int, Any], ...] = ()

    @property
    def everybody(self) -> list[Any]:
        """All who get something."""
        return [*self.people, *(person for __, person in self.views)]


@dataclass
class Work:
    """One hand-over under way: in which batch, and what came of it so far."""

    handover: Handover
    batch: Batch
    user: Any
    by: Any
    report: Callable[[int, int, str], None] = lambda *__: None
    moved: Counter[str] = field(default_factory=Counter)
    got: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    kept: list[list[str]] = field(default_factory=list)
    refused: int = 0

    def count(self, key: str, person: Any, number: int = 1) -> None:
        """Somebody got this many; None for the sea, the isolation area, and for what ended."""
        self.moved[key] += number
        if person is not None:
            self.got[person.pk][key] += number

    def keep(self, key: str, title: Any, why: Any) -> None:
        """Something stays with him."""
        self.refused += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append([key, str(title)[:200], str(why)[:300]])

    @property
    def result(self) -> dict[str, Any]:
        """As plain data."""
        got = {str(pk): dict(numbers) for pk, numbers in self.got.items()}
        return {"moved": dict(self.moved), "got": got, "kept": self.kept, "refused": self.refused}


@dataclass(frozen=True)
class Sample:
    """One of the things, to be recognised; without `url` for what has no page."""

    title: str
    url: str = ""


class Holding:
    """One kind of thing that hangs on people. `group` is the heading under which the wizard shows it."""

    key: str
    label: Label
    icon: str = "box"
    group: Label = _("Settings and rights")
    ways: ClassVar[tuple[str, ...]] = (SAME, PERSON, STAY)
    leaving: str = SAME
    """Where it goes unless somebody says otherwise, when he leaves; when he moves, it stays with him if it is a
    personal matter."""
    personal: bool = False

    def ways_for(self, by: Actor) -> tuple[str, ...]:
        """Where somebody may let it go."""
        return self.ways

    def start(self, leaves: bool) -> str:
        """Where it goes unless somebody says otherwise."""
        return STAY if self.personal and not leaves else self.leaving

    def count(self, user: Any) -> int:
        """How many there are."""
        raise NotImplementedError

    def movable(self, user: Any, by: Actor) -> int:
        """How many of them `by` may hand over."""
        return self.count(user)

    def samples(self, user: Any, by: Actor) -> list[Sample]:
        """Some of them, as far as `by` sees them."""
        return []

    def along(self, user: Any) -> list[tuple[Label, int]]:
        """What goes with them by itself, with numbers."""
        return []

    def check(self, person: Any, by: Actor) -> None:
        """Refuse somebody who cannot take it."""

    def carry(self, work: Work, way: Way) -> None:
        """Let it go there."""
        raise NotImplementedError


_holdings: dict[str, Holding] = {}
_sources: list[Callable[[], list[Holding]]] = []


def hold(holding: Holding) -> Holding:
    """Make a holding known; called once by the room that knows it."""
    if holding.key in _holdings:
        raise RuntimeError(f"the holding {holding.key} is declared twice")
    _holdings[holding.key] = holding
    return holding


def hold_all(source: Callable[[], list[Holding]]) -> None:
    """Holdings that follow from what is installed."""
    _sources.append(source)


def holdings() -> dict[str, Holding]:
    """All holdings by key, records first."""
    found = {each.key: each for source in _sources for each in source()}
    return {**found, **_holdings}
