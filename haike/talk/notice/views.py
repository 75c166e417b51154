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

from haike.kernel.digits import whole
from haike.kernel.entity import entity_named
from haike.screens.door import done
from haike.talk.notice.feed import MOST_STREAMS, Feed, bell_text, hub, news
from haike.talk.notice.kinds import kinds
from haike.talk.notice.page import lines
from haike.talk.notice.record import Notice, notices_changed, unread, unread_now

SIZE = 30


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
    known = kinds()
    asked = {name: query[name] for name in ("show", "kind") if query.get(name)}
    everything, kind = asked.get("show") == "all", asked.get("kind", "")
    rows = Notice.objects.filter(user_id=user.pk).order_by("-id")
    if not everything:
        rows = rows.filter(read_at__isnull=True)
    if kind in known:
        rows = rows.filter(kind=kind)
    before = whole(query.get("before"))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: SIZE + 1])

    def url(**changes: str) -> str:
        text = urlencode({name: value for name, value in {**asked, **changes}.items() if value})
        return f"/notices/{'?' + text if text else ''}"

    count = bell_text(unread(user)[0])
    shows = [(_("Unread"), url(show=""), not everything, count), (_("All"), url(show="all"), everything, "")]
    choices: list[tuple[Any, str, bool]] = [(_("All kinds"), url(kind=""), kind not in known)]
    choices += [(each.label, url(kind=key), key == kind) for key, each in known.items()]
    return {
        "lines": lines(user, found[:SIZE]),
        "shows": shows,
        "kinds": choices,
        "kind": kind if kind in known else "",
        "show": "all" if everything else "",
        "chosen": known[kind].label if kind in known else _("All kinds"),
        "more": url(before=str(found[SIZE - 1].pk)) if len(found) > SIZE else "",
        "count": count,
        "everything": everything,
        "first": before is None,
    }


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
    if entity is None or not entity.model.objects.visible_to(user).filter(pk=notice.record_id).exists():
        raise Http404
    if notice.read_at is None:
        _read(user, [notice.pk])
    tab = f"?tab={kind.tab}" if kind and kind.tab else ""
    return redirect(f"/{entity.slug}/{notice.record_id}/{tab}")


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
