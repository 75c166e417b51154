"""The mail itself: what waits for one reader, as plain text and as simple HTML, with the rights of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, ngettext

from haike.people.account.choices import reminders_known
from haike.talk.notice.page import Line, lines
from haike.talk.notice.record import Notice

MOST = 50
"""So many stand in one mail; the page of notices has the others."""
LONGEST = 120
SETTINGS = "account/workbench"


@dataclass(frozen=True)
class Letter:
    """A mail before it is addressed."""

    subject: str
    text: str
    html: str


def letter_of(user: Any, notices: Sequence[Notice], site: str) -> Letter | None:
    """The mail about these notices, in the reader's language; None where nothing of them is his to read now.

    Left out are records that he does not see any more, kinds of a module that is off, and what he has read meanwhile.
    """
    known = reminders_known()
    fresh = [each for each in notices if each.kind in known and each.read_at in (None, each.at)]
    with translation.override(user.language):
        told = sorted((line for line in lines(user, fresh) if line.url), key=_order)
        if not told:
            return None
        shown, more = told[:MOST], len(told) - MOST
        facts = {
            "name": user.name, "lines": shown, "more": max(more, 0), "count": len(told), "site": site.rstrip("/"),
            "settings": f"{site}{SETTINGS}", "all": f"{site}notices/?show=all",
        }  # fmt: skip
        text = render_to_string("papers/digest.txt", facts).strip() + "\n"
        return Letter(_subject(told), text, render_to_string("papers/digest.html", facts))


def _order(line: Line) -> tuple[bool, Any]:
    """What is due first, by day; then what happened, the newest first."""
    return (line.due is None, line.due.toordinal() if line.due else -line.id)


def _subject(told: Sequence[Line]) -> str:
    """One line, whatever stands in a title."""
    first = " ".join(told[0].plain.split())
    first = first if len(first) <= LONGEST else f"{first[: LONGEST - 1]}…"
    if len(told) == 1:
        return gettext("Haike: %(first)s") % {"first": first}
    count = ngettext("Haike: %(count)s reminder", "Haike: %(count)s reminders", len(told)) % {"count": len(told)}
    return f"{count} · {first}"
