"""The recycle bin of an entity: restore, and for the boss delete for good."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.change import purge
from haike.kernel.entity import Entity
from haike.refused import Refused
from haike.screens.door import done, entity_view
from haike.screens.table import EntityWords

PAGE = 50
MOST_AT_ONCE = 1000


@entity_view("bin", "restore")
def bin_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """What was deleted, by whom and when, newest first."""
    user = cast(Any, request.user)
    page = min(max(whole(request.GET.get("page")) or 1, 1), 10_000)
    rows = deleted_rows(entity, user)
    found = list(rows.select_related("deleted_by").order_by("-deleted_at", "-id")[(page - 1) * PAGE : page * PAGE + 1])
    may_purge = entity.policy.may(user, "purge")
    context = {
        "entity": EntityWords.of(entity),
        "back_url": entity.url,
        "bulk_url": f"/{entity.slug}/bulk/restore",
        "empty_url": f"/{entity.slug}/bin/empty" if may_purge else "",
        "rows": [
            {
                "id": record.pk,
                "title": str(record),
                "by": str(record.deleted_by or ""),
                "at": f"{timezone.localtime(record.deleted_at):%Y-%m-%d %H:%M}",
                "related": together(entity, record),
                "restore_url": f"{entity.url_of(record)}restore",
                "purge_url": f"{entity.url_of(record)}purge" if may_purge else "",
            }
            for record in found[:PAGE]
        ],
        "prev_url": f"?{urlencode({'page': page - 1})}" if page > 1 else "",
        "next_url": f"?{urlencode({'page': page + 1})}" if len(found) > PAGE else "",
    }
    return render(request, "kernel/bin.html", {"bin": context})


def deleted_rows(entity: Entity, user: Any) -> Any:
    """The records in the bin that the user may restore and that did not go in with another one."""
    rows = entity.model.objects.filter(entity.policy.rows(user, "restore"), deleted_at__isnull=False)
    return rows.filter(**{f"{entity.policy.through}__deleted_at__isnull": True}) if entity.parent else rows


def together(entity: Entity, record: Any) -> str:
    """What went into the bin with a record, in words."""
    parts = []
    for child in entity.children:
        lookup = {child.policy.through: record.pk, "deleted_at": record.deleted_at}
        number = child.model._base_manager.filter(**lookup).count()
        if number:
            parts.append(f"{child.label_plural} {number}")
    return " · ".join(parts)


@entity_view("purge", "purge")
def purge_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Delete one record for good."""
    user = cast(Any, request.user)
    record = deleted_rows(entity, user).filter(pk=pk).first()
    if record is None or request.method != "POST":
        raise Http404
    title = str(record)
    purge(record, by=user)
    return done(request, _("“%(title)s” is deleted for good.") % {"title": title}, f"/{entity.slug}/bin/")


@entity_view("empty", "purge")
def empty_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Delete everything in the bin for good, at most 1 000 at once; what others refer to stays."""
    user = cast(Any, request.user)
    if request.method != "POST":
        raise Http404
    gone = kept = 0
    for record in deleted_rows(entity, user).order_by("id")[:MOST_AT_ONCE]:
        try:
            purge(record, by=user)
            gone += 1
        except Refused:
            kept += 1
    message = _("%(gone)s deleted for good.") % {"gone": gone}
    if kept:
        stay = _("%(kept)s stay because other records refer to them.") % {"kept": kept}
        message = f"{message} {stay}"
    return done(request, message, f"/{entity.slug}/bin/")
