"""The members on the page of a group, and who came and went; only records that the reader sees."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from haike.kernel.policy import Actor
from haike.people.grants import organisation
from haike.refused import Refused
from haike.screens.table import Column, EntityWords, table_rows
from haike.segments.segment.members import members_found, target_of
from haike.segments.segment.record import STATIC, Member, Segment

SHOWN, LINES, COLUMNS = 20, 100, 4


def members(request: HttpRequest, record: Segment) -> SafeString:
    """The first members; the list has all."""
    user = cast(Any, request.user)
    try:
        selection = members_found(record, user)
    except Refused as no:
        return format_html('<p class="notice notice-warn">{}</p>', no)
    target = selection.entity
    names = dict.fromkeys([*target.columns[:COLUMNS], "owner"])
    looks = {name: target.look_at(name) for name in names if target.right(user, name) != "hidden"}
    page = selection.find.page(SHOWN)
    context = {
        "entity": EntityWords.of(target),
        "columns": [Column(name, look.label, look.align, None, "") for name, look in looks.items()],
        "rows": table_rows(target, user, selection.rows(page.ids, list(looks)), looks),
        "new_url": "",
        "more": page.after is not None,
    }
    return render_to_string("kernel/related.html", {"related": context}, request=request)


def count_members(user: Actor, record: Segment) -> int:
    """For the tab."""
    try:
        return members_found(record, user).find.count()[0]
    except Refused:
        return 0


def history(request: HttpRequest, record: Segment) -> SafeString:
    """Who was put in and taken out, when and by whom; a live group keeps no history."""
    user, target, people = cast(Any, request.user), target_of(record), organisation().users
    events: list[tuple[Any, int, bool, int | None]] = []
    if record.manner == STATIC:
        rows = Member.objects.filter(segment=record.pk)
        came = rows.order_by("-id")[:LINES].values_list("at", "record_id", "by_id")
        left = rows.filter(left_at__isnull=False).order_by("-left_at")[:LINES]
        events = [(at, key, True, by) for at, key, by in came]
        events += [(at, key, False, by) for at, key, by in left.values_list("left_at", "record_id", "left_by_id")]
        events.sort(key=lambda event: event[0], reverse=True)
    seen = target.model.objects.visible_to(user).in_bulk([event[1] for event in events[:LINES]])
    lines = [
        {
            "at": at,
            "title": str(seen[key]),
            "url": target.url_of(seen[key]),
            "came": came,
            "by": str(people.get(by) or "") if by else "",
        }
        for at, key, came, by in events[:LINES]
        if key in seen
    ]
    context = {"lines": lines, "live": record.manner != STATIC}
    return render_to_string("segments/history.html", context, request=request)
