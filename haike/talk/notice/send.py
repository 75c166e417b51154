"""Telling users something: `notify`, after the commit, in one insert for each batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.jobs.bell import after_commit
from haike.jobs.declare import job
from haike.kernel.entity import entity_named, entity_of
from haike.kernel.policy import Actor
from haike.people.account.choices import channels_of, hears
from haike.talk.notice.kinds import Kind, kinds
from haike.talk.notice.record import Notice, notices_changed
from haike.talk.where import COMMENTS, active_users, who_sees

PAGE, MAIL = "page", "email"
AT_ONCE = 200
"""More than so many are written by a job, so that nobody waits for them."""
BATCH = 1_000


@dataclass(frozen=True)
class Telling:
    """One thing to tell to one user."""

    user: int
    record: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    due: date | None = None


def notify(
    users: Iterable[int],
    kind: Kind,
    record: Any,
    *,
    by: Actor | None = None,
    facts: Mapping[str, Any] | None = None,
    key: str = "",
) -> None:
    """Tell these users (keys) something about a record, once the surrounding transaction has committed.

    Left out are who did it himself, who cannot see the record, whose account is closed, and who does not want this
    kind. `key` tells the same thing to the same user only once.
    """
    people = active_users()
    wanted = [people[pk] for pk in dict.fromkeys(users) if pk in people and (by is None or pk != by.pk)]
    wanted = [user for user in wanted if hears(user, kind.key)]
    if not wanted:
        return
    entity = entity_of(record)
    seeing = who_sees(entity, record, wanted, comments=kind.tab == COMMENTS)
    told = [Telling(user.pk, record.pk, facts or {}, key) for user in wanted if user.pk in seeing]
    tell(kind, entity.label, told, by=by)


def tell(kind: Kind, entity: str, told: Sequence[Telling], *, by: Actor | None = None) -> None:
    """Write many notices of one kind after the commit; rights and wishes of the users are the caller's business here,
    and rights are checked again whenever a notice is shown."""
    by_id = by.pk if by is not None else None
    for start in range(0, len(told), BATCH):
        some = told[start : start + BATCH]
        if len(told) <= AT_ONCE:
            after_commit(_write, kind.key, entity, some, by_id)
        else:
            rows = [[t.user, t.record, dict(t.facts), t.key, t.due.isoformat() if t.due else ""] for t in some]
            write_notices.enqueue(kind=kind.key, entity=entity, rows=rows, by_id=by_id)


@job(title=_("Send notices"))
def write_notices(*, kind: str, entity: str, rows: list[list[Any]], by_id: int | None) -> int:
    """Write one batch of many; run again, it writes those with a key only once."""
    told = [Telling(u, r, facts, key, date.fromisoformat(due) if due else None) for u, r, facts, key, due in rows]
    return _write(kind, entity, told, by_id)


def _write(kind: str, entity: str, told: Sequence[Telling], by_id: int | None) -> int:
    known = kinds().get(kind)
    if known is None or (entity_named(entity) is None and not known.place):
        return 0
    now, people = timezone.now(), active_users()

    def made(each: Telling) -> Notice:
        ways = channels_of(people[each.user], kind) if each.user in people else (PAGE,)
        mail = MAIL in ways
        return Notice(
            user_id=each.user, kind=kind, entity=entity, record_id=each.record, by_id=by_id, at=now, due=each.due,
            facts=dict(each.facts), key=each.key, mail=mail, read_at=now if mail and PAGE not in ways else None,
        )  # fmt: skip

    with transaction.atomic():
        Notice.objects.bulk_create([made(each) for each in told], ignore_conflicts=True)
        notices_changed()
    return len(told)
