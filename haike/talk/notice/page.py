"""Notices as their reader sees them: titles and rights are those of this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, entity_named
from haike.kernel.paths import needed_fields
from haike.people.grants import organisation
from haike.screens.tabs import shows_tab
from haike.talk.notice.kinds import Kind, kinds
from haike.talk.notice.record import Notice
from haike.talk.where import COMMENTS


@dataclass(frozen=True)
class Line:
    """A notice as shown. Where the reader no longer sees the record there is neither title nor text nor address."""

    id: int
    unread: bool
    at: datetime
    due: date | None
    icon: str
    by: Any
    sentence: str
    title: str
    what: str
    text: str
    url: str

    @property
    def plain(self) -> str:
        """In one line."""
        return f"{self.sentence} · {self.title}" if self.title else self.sentence


def lines(user: Any, notices: Sequence[Notice]) -> list[Line]:
    """Notices in words; one query for each kind of record among them."""
    keys: dict[str, set[int]] = defaultdict(set)
    for each in notices:
        keys[each.entity].add(each.record_id)
    seen: dict[tuple[str, int], tuple[Entity, str]] = {}
    for label, some in keys.items():
        entity = entity_named(label)
        if entity is None:
            continue
        rows = entity.model.objects.visible_to(user).filter(pk__in=some).only(*needed_fields(entity, []))
        seen |= {(label, row.pk): (entity, str(row)) for row in rows}
    return [_line(user, each, seen.get((each.entity, each.record_id))) for each in notices]


def _line(user: Any, notice: Notice, found: tuple[Entity, str] | None) -> Line:
    kind = kinds().get(notice.kind)
    by = organisation().users.get(notice.by_id) if notice.by_id else None
    if kind is not None and kind.place:
        title, text = str(notice.facts.get("title", "")), str(notice.facts.get("text", ""))
        sentence, url = str(kind.sentence), f"/notices/{notice.pk}/open"
        unread = notice.read_at is None
        return Line(notice.pk, unread, notice.at, None, kind.icon, None, sentence, title, str(kind.thing), text, url)
    if found is None or kind is None or not _may_read(found[0], user, kind):
        sentence = str(_("This is about a record that you do not see any more."))
        return Line(notice.pk, notice.read_at is None, notice.at, None, "eye-off", None, sentence, "", "", "", "")
    entity, title = found
    facts = {**notice.facts, "by": by.name if by else str(_("Haike"))}
    return Line(
        id=notice.pk or 0,
        unread=notice.read_at is None,
        at=notice.at,
        due=notice.due,
        icon=kind.icon,
        by=by,
        sentence=kind.say(entity, user, facts),
        title=title,
        what=str(entity.name),
        text=str(notice.facts.get("text", "")),
        url=f"/notices/{notice.pk}/open" if notice.pk else address(entity, notice.record_id, kind),
    )


def _may_read(entity: Entity, user: Any, kind: Kind) -> bool:
    if kind.tab == COMMENTS and not shows_tab(user, entity, COMMENTS):
        return False
    return not kind.field or entity.right(user, kind.field) in ("read", "edit")


def address(entity: Entity, key: int, kind: Kind | None) -> str:
    """The page of a record with the tab that a notice is about."""
    return f"{entity.url}{key}/{f'?tab={kind.tab}' if kind is not None and kind.tab else ''}"
