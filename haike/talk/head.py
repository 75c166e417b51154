"""Beside the name of a record: the star and the tags."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Panel, entity_of
from haike.screens.door import entity_view, find_record
from haike.talk.star import set_star, stars_of
from haike.talk.tag.record import tags_on
from haike.talk.where import is_served


def head(request: HttpRequest, record: Any) -> SafeString:
    """The star, the tags and the way to change them."""
    user, entity = cast(Any, request.user), entity_of(record)
    context = {
        "url": entity.url_of(record),
        "starred": record.pk in stars_of(user, entity.label),
        "tags": tags_on(entity.label, [record.pk], user).get(record.pk, []),
        "gone": record.deleted_at is not None,
    }
    return render_to_string("talk/head.html", context, request=request)


HEAD = Panel("talk_head", _("Star and tags"), head, place="head", icon="star")


@entity_view("star")
def star_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Follow a record (`on=1`) or follow it no longer."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    if request.method != "POST" or not is_served(entity):
        raise Http404
    set_star(entity, record, on=request.POST.get("on") == "1", by=user)
    if getattr(request, "htmx", False):
        return HttpResponse(head(request, record))
    return redirect(entity.url_of(record))
