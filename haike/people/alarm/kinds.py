"""The register of alarms: which kinds there are, how each is put into words, and raising one.

A room declares its own kinds with `declare_alarms` and calls `raise_alarm` where it notices something; page, count,
log and notices follow from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Label
from haike.kernel.events import announce
from haike.kernel.log import Change, origin
from haike.kernel.versioned import Versioned, bump
from haike.people.alarm.record import Alarm
from haike.refused import Refused

ENTITY = "people.alarm"
"""The name of alarms in the operation log."""


@dataclass(frozen=True)
class AlarmKind:
    """One kind of alarm: its name, and the sentence made of an alarm's facts in the reader's language.

    The sentence names no record: its facts may hold `entity` (a label) and `record`, shown to those who see that one.
    `more` adds what such a reader may know of it.
    """

    label: Label
    say: Callable[[Mapping[str, Any]], str]
    more: Callable[[Any, Any], str] | None = None


_declared: dict[str, AlarmKind] = {}


def declare_alarms(kinds: Mapping[str, AlarmKind]) -> None:
    """Make kinds of alarms known."""
    _declared.update(kinds)


def alarm_kinds() -> dict[str, AlarmKind]:
    """All kinds in the order of their declaration."""
    return dict(_declared)


def sentence(alarm: Alarm) -> str:
    """What happened."""
    kind = _declared.get(alarm.kind)
    return str(kind.say(alarm.facts)) if kind is not None else alarm.kind


def with_name(alarm: Alarm) -> str:
    """Whom it is about, if anybody, and what happened."""
    return f"{alarm.user or ''} {sentence(alarm)}".strip()


def raise_alarm(
    kind: str, *, user: Any, quiet: timedelta | None = None, ip: str | None = None, **facts: Any
) -> Alarm | None:
    """Raise an alarm about a user, unless one of this kind is younger than `quiet`.

    Then the open one takes the new facts. Behind one that somebody has seen already a further one is raised only
    when `facts["count"]` has doubled since.
    """
    if kind not in _declared:
        raise RuntimeError(f"alarm {kind!r} is not declared")
    now = timezone.now()
    with transaction.atomic():
        if quiet is not None:
            same = Alarm.objects.select_for_update().filter(user=user, kind=kind, at__gte=now - quiet)
            last = same.order_by("-id").first()
            if last is not None and last.seen_at is None:
                last.facts = facts
                last.save(update_fields=["facts"])
                return None
            if last is not None and facts.get("count", 0) < 2 * last.facts.get("count", 1):
                return None
        alarm = Alarm.objects.create(at=now, kind=kind, user=user, ip=ip, facts=facts)
        with translation.override(settings.LANGUAGE_CODE):
            label, said = str(_declared[kind].label), f"{user.name}: {sentence(alarm)}"
        _log(alarm, "alarm", by=None, diff={label: [None, said]})
        bump("alarms")
        announce("people.alarm.raised", alarm=alarm)
    return alarm


def mark_seen(alarms: Any, *, note: str, by: Any) -> int:
    """Put alarms of a query aside with a note; returns how many there were. Each stands in the log."""
    if not by.grants.may_do("alarms"):
        raise Refused(_("You may not look after alarms. Ask your administrator for the right."))
    with transaction.atomic():
        found = list(alarms.filter(seen_at__isnull=True).select_for_update())
        for alarm in found:
            alarm.seen_at, alarm.seen_by_id, alarm.note = timezone.now(), by.pk, note
            alarm.save(update_fields=["seen_at", "seen_by", "note"])
            _log(alarm, "seen", by=by, diff={str(_("Note")): [None, note]} if note else {})
        if found:
            bump("alarms")
    return len(found)


def _log(alarm: Alarm, action: str, *, by: Any, diff: dict[str, Any]) -> None:
    Change(
        entity=ENTITY,
        record_id=alarm.pk,
        at=timezone.now(),
        by_id=by.pk if by is not None else None,
        by_name=by.name if by is not None else "",
        origin=origin.get(),
        action=action,
        diff=diff,
    ).save(force_insert=True)


_open = Versioned("alarms", lambda: Alarm.objects.filter(seen_at__isnull=True).count())


def open_alarms(user: Any) -> int:
    """How many alarms wait for somebody's eyes; 0 for those who do not look after them. Costs no query."""
    return _open() if user.grants.may_do("alarms") else 0
