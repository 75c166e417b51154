"""The page of alarms: search, filter, mark as seen with a note."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from haike.digits import whole
from haike.kernel.entity import entity_named, entity_of
from haike.people.alarm.kinds import alarm_kinds, mark_seen, sentence, with_name
from haike.people.alarm.record import Alarm
from haike.people.journal.page import (
    Column,
    Journal,
    OptionLook,
    days,
    moment,
    person_filter,
    person_link,
    plain,
    within,
    words_filter,
)
from haike.people.looks import model_looks
from haike.people.pages import ask, demand_grant
from haike.screens.door import done
from haike.screens.form import Typed

HERE = "/settings/alarms/"


def alarms_view(request: HttpRequest) -> HttpResponse | FileResponse:
    """All alarms, the newest first."""
    demand_grant(request, "alarms")

    def find(values: dict[str, Any]) -> QuerySet[Alarm]:
        rows = within(Alarm.objects.select_related("user", "seen_by"), values, user="user", kind="kind")
        if values.get("state"):
            rows = rows.filter(seen_at__isnull=values["state"] == "open")
        if words := values.get("q"):
            rows = rows.filter(Q(note__icontains=words) | Q(ip__startswith=words) | Q(user__name__icontains=words))
        return rows

    seen: dict[tuple[str, int], Any] = {}

    def prepare(rows: list[Alarm]) -> None:
        seen.update(_records(rows, request.user))

    def about(row: Alarm) -> tuple[Any, str]:
        record, kind = seen.get(_key(row)), alarm_kinds().get(row.kind)
        return record, kind.more(record, request.user) if record is not None and kind and kind.more else ""

    def link(row: Alarm) -> Any:
        record, more = about(row)
        if record is None:
            return ""
        return format_html('<a class="in-text" href="{}">{}</a> {}', entity_of(record).url_of(record), record, more)

    last = Alarm.objects.filter(seen_at__isnull=True).order_by("-id").first()
    seen_all = {"label": _("Mark all as seen"), "url": f"{HERE}seen?upto={last.pk}", "icon": "checks"} if last else None
    return Journal(
        key="alarms",
        title=_("Alarms"),
        url=HERE,
        looks={
            "q": words_filter(_("Name, address or note")),
            "user": person_filter(),
            "kind": OptionLook("kind", _("Kind"), {key: str(kind.label) for key, kind in alarm_kinds().items()}),
            "state": OptionLook("state", _("State"), {"open": str(_("Not seen yet")), "seen": str(_("Seen"))}),
            **days(),
        },
        find=find,
        prepare=prepare,
        buttons=[seen_all] if seen_all else [],
        columns=[
            plain(_("Time"), lambda row: moment(row.at)),
            Column(_("User"), lambda row: person_link(row.user), lambda row: row.user),
            plain(_("Kind"), lambda row: alarm_kinds()[row.kind].label if row.kind in alarm_kinds() else row.kind),
            plain(_("What happened"), sentence, wide=True),
            Column(_("Record"), link, lambda row: " ".join(map(str, filter(None, about(row)))), wide=True),
            Column(_("Seen"), _seen, lambda row: f"{row.seen_by or ''} {moment(row.seen_at)}" if row.seen_at else ""),
            plain(_("Note"), lambda row: row.note, wide=True),
        ],
    ).answer(request)


def _key(row: Alarm) -> tuple[str, int]:
    return row.facts.get("entity", ""), row.facts.get("record", 0)


def _records(rows: list[Alarm], user: Any) -> dict[tuple[str, int], Any]:
    """The records that these alarms are about and the reader sees, one query for each kind."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        keys[_key(row)[0]].add(_key(row)[1])
    found: dict[tuple[str, int], Any] = {}
    for label, some in keys.items():
        entity = entity_named(label) if label else None
        if entity is not None:
            rows_seen = entity.model.objects.visible_to(user).filter(pk__in=some).select_related("owner")
            found |= {(label, record.pk): record for record in rows_seen}
    return found


def _seen(row: Alarm) -> Any:
    if row.seen_at is None:
        text = _("Mark as seen")
        return format_html('<a class="btn btn-s" href="{}{}/seen" data-drawer>{}</a>', HERE, row.pk, text)
    return format_html('<span title="{}">{}</span>', moment(row.seen_at), row.seen_by or moment(row.seen_at))


def seen_view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Mark one alarm, or all up to the newest that the reader had before him, as seen."""
    demand_grant(request, "alarms")
    hidden: dict[str, Any] = {}
    if pk is not None:
        alarm = get_object_or_404(Alarm, pk=pk)
        rows, hint = Alarm.objects.filter(pk=pk), with_name(alarm)
    else:
        upto = whole(request.GET.get("upto") or request.POST.get("upto")) or 0
        hidden = {"upto": upto}
        rows = Alarm.objects.filter(pk__lte=upto, seen_at__isnull=True)
        hint = _("Alarms that are still open: %(count)s") % {"count": rows.count()}
    looks = model_looks(Alarm, "note")
    looks["note"].help = _("What you found out, or what you did about it. It stays in the log.")

    def act(typed: Typed) -> HttpResponse:
        count = mark_seen(rows, note=typed.values.get("note") or "", by=cast(Any, request.user))
        message = ngettext("%(count)s alarm is marked as seen.", "%(count)s alarms are marked as seen.", count)
        return done(request, message % {"count": count}, HERE)

    return ask(
        request,
        looks,
        act,
        title=_("Mark as seen"),
        back_url=HERE,
        button=_("Mark as seen"),
        hidden=hidden,
        top=format_html('<p class="muted">{}</p>', hint),
    )
