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
from haike.talk.notice.kinds import kinds
from haike.talk.notice.page import lines
from haike.talk.notice.record import Notice, notices_changed, unread

SIZE = 30
MOST_POPPED = 3


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

    {"count", "text", "last", "items": [{"id", "text", "url"}], "more"}
    """
    return JsonResponse(news(cast(Any, request.user), whole(request.GET.get("after")) or 0))


def news(user: Any, after: int) -> dict[str, Any]:
    """The same for the stream. Without anything new there is no query at all."""
    count, last = unread(user)
    found: list[Notice] = []
    if last > after:
        rows = Notice.objects.filter(user_id=user.pk, read_at__isnull=True, id__gt=after).order_by("-id")
        found = list(rows[: MOST_POPPED + 1])
    items = [{"id": each.id, "text": each.plain, "url": each.url} for each in lines(user, found) if each.url]
    return {
        "count": count,
        "text": bell_text(count),
        "last": max(last, after),
        "items": items[:MOST_POPPED],
        "more": len(items) > MOST_POPPED,
    }


def bell_text(count: int) -> str:
    """The number on the bell; nothing for none."""
    return "" if not count else (str(count) if count < 100 else "99+")


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
        told = json.dumps({"notices": news(user, unread(user)[1])})
        shown = render(request, "talk/notices.html#body", _context(user, request.POST))
        shown["HX-Trigger"] = told
        return shown
    message = _("Marked as read.") if number else _("There was nothing unread.")
    return done(request, message, "/notices/")


def _read(user: Any, keys: list[int]) -> None:
    Notice.objects.filter(user_id=user.pk, pk__in=keys, read_at__isnull=True).update(read_at=timezone.now())
    notices_changed()
