"""What rooms below say of the papers that they send: one paper, and the kinds that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from haike.exchange.exported import Export


@dataclass(frozen=True)
class Paper:
    """One paper that somebody is about to send.

    `sheet` draws it as HTML without anything around it; `note` gives it a number in the log of exports and raises
    Refused where so much may not leave the house. `warning` stands above the question, `words` before the link in
    a mail.
    """

    kind: str
    record: Any
    title: str
    sheet: Callable[[], str]
    note: Callable[[str], Export]
    back_url: str
    warning: str = ""
    words: str = ""


May = Callable[[Any, Any], bool]
_kinds: dict[str, May] = {}


def declare_paper(kind: str, may: May) -> None:
    """Make a kind of paper known; `may(user, record)` is whether a user may take this paper of a record out."""
    _kinds[kind] = may


def may_take_out(kind: str, user: Any, record: Any) -> bool:
    """Whether this user could send this paper himself; only then he reads what became of it."""
    known = _kinds.get(kind)
    return known is not None and record.deleted_at is None and known(user, record)
