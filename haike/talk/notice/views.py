"""The notice centre: the page, what is new for the bell, marking as read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from haike.digits import whole
from haike.kernel.entity import entity_named
from haike.kernel.period import PERIOD_LABELS
from haike.screens.door import done
from haike.talk.notice.feed import MOST_STREAMS, Feed, bell_text, hub, news
from haike.talk.notice.kinds import kinds
from haike.talk.notice.page import Line, address, lines
from haike.talk.notice.record import Notice, notices_changed, unread, unread_now
from haike.talk.notice.reminder import PERIODS, due_in

SIZE, MOST_DUE = 30, 300


def notices_view(request: HttpRequest) -> HttpResponse:
    """The notices of the user, the newest first: unread or all, all kinds or one."""
    context = _context(cast(Any, request.user), request.GET)
    if not getattr(request, "htmx", False):
        return render(request, "talk/notices.html", context)
    if not context["first"]:
        return render(request, "talk/notices.html#list", context)
    in_drawer = str(request.htmx.target).endswith("drawer-body")  # type: ignore[attr-defined]
    return render(request, "talk/notices.html#drawer" if in_drawer else "talk/notices.html#body", context)


def _context(user: Any, query: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows for the query of an address."""
    known, show = kinds(), query.get("show", "")
    show = show if show in ("all", "due") else ""
    kind = query.get("kind", "") if query.get("kind") in known else ""
    period = query.get("when", "") if query.get("when") in PERIODS else PERIODS[0]
    before = whole(query.get("before"))
    found, more = (_due(user, period), "") if show == "due" else _told(user, show, kind, before)
    count = bell_text(unread(user)[0])
    return {
        "lines": found,
        "shows": [
            (_("Unread"), _url(kind=kind), not show, count),
            (_("All"), _url(show="all", kind=kind), show == "all", ""),
            (_("What is due"), _url(show="due"), show == "due", ""),
        ],
        "periods": [(PERIOD_LABELS[each], _url(show="due", when=each), each == period) for each in PERIODS]
        if show == "due"
        else [],
        "kinds": [
            (_("All kinds"), _url(show=show), not kind),
            *((each.label, _url(show=show, kind=key), key == kind) for key, each in known.items()),
        ],
        "kind": kind,
        "show": show,
        "chosen": known[kind].label if kind else _("All kinds"),
        "more": _url(show=show, kind=kind, before=more) if more else "",
        "count": count,
        "first": before is None,
    }


def _url(**query: str) -> str:
    text = urlencode({name: value for name, value in query.items() if value})
    return f"/notices/{'?' + text if text else ''}"


def _told(user: Any, show: str, kind: str, before: int | None) -> tuple[list[Line], str]:
    """A page of notices, and the key behind which it goes on."""
    rows = Notice.objects.filter(user_id=user.pk).order_by("-id")
    if show != "all":
        rows = rows.filter(read_at__isnull=True)
    if kind:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: SIZE + 1])
    return lines(user, found[:SIZE]), str(found[SIZE - 1].pk) if len(found) > SIZE else ""


def _due(user: Any, period: str) -> list[Line]:
    """What is due in a period, as it stands now and whether or not it was told already."""
    now = timezone.now()
    found = [
        Notice(
            user_id=user.pk, kind=each.kind.key, entity=each.entity, record_id=due.record,
            at=now, read_at=now, due=due.day, facts=dict(due.facts),
        )
        for each, due in due_in(period, user.pk)[:MOST_DUE]
    ]  # fmt: skip
    return [line for line in lines(user, found) if line.url]


@never_cache
def news_view(request: HttpRequest) -> JsonResponse:
    """What the bell shows: the count and, behind the key `after`, what came since.

    {"count", "text", "last", "items": [{"id", "text", "url"}]}
    """
    user = cast(Any, request.user)
    return JsonResponse(news(user, whole(request.GET.get("after")) or 0, unread(user)))


@never_cache
def stream_view(request: HttpRequest) -> HttpResponse:
    """The bell as an event stream; 204 where the server cannot keep streams open, then the page asks by itself."""
    open_stream = request.META.get("haike.stream")
    if open_stream is None or hub.number >= MOST_STREAMS:
        return HttpResponse(status=204)
    user = cast(Any, request.user)
    after = whole(request.headers.get("Last-Event-ID")) or whole(request.GET.get("after")) or 0
    feed = Feed(user, after)
    open_stream(feed)
    # After the subscription, so that nothing falls between; what comes twice the page knows by its key.
    feed.push(news(user, after, unread_now(user)))
    return HttpResponse(content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def open_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a notice is about; it counts as read from then on."""
    user = cast(Any, request.user)
    notice = Notice.objects.filter(pk=pk, user_id=user.pk).first()
    if notice is None:
        raise Http404
    entity, kind = entity_named(notice.entity), kinds().get(notice.kind)
    if kind is not None and kind.place:
        _read(user, [notice.pk])
        return redirect(kind.place % {"record": notice.record_id})
    if entity is None or not entity.model.objects.visible_to(user).filter(pk=notice.record_id).exists():
        raise Http404
    if notice.read_at is None:
        _read(user, [notice.pk])
    return redirect(address(entity, notice.record_id, kind))


def read_view(request: HttpRequest) -> HttpResponse:
    """Mark notices as read: one (`id`), those of a kind, or all."""
    user = cast(Any, request.user)
    if request.method != "POST":
        raise Http404
    key, kind = whole(request.POST.get("id")), request.POST.get("kind", "")
    rows = Notice.objects.filter(user_id=user.pk, read_at__isnull=True)
    if key is not None:
        rows = rows.filter(pk=key)
    elif kind in kinds():
        rows = rows.filter(kind=kind)
    number = rows.update(read_at=timezone.now())
    notices_changed()
    if getattr(request, "htmx", False):
        # The bell counts anew at once.
        told = json.dumps({"notices": news(user, unread(user)[1], unread(user))})
        shown = render(request, "talk/notices.html#body", _context(user, request.POST))
        shown["HX-Trigger"] = told
        return shown
    message = _("Marked as read.") if number else _("There was nothing unread.")
    return done(request, message, "/notices/")


def _read(user: Any, keys: list[int]) -> None:
    Notice.objects.filter(user_id=user.pk, pk__in=keys, read_at__isnull=True).update(read_at=timezone.now())
    notices_changed()
