"""The way into every kernel view: slug → entity, rights, and the user's no as a page, fragment or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from haike.find.prepared import keyed_alone, prepared
from haike.kernel.entity import Entity, entity_named, entity_of
from haike.refused import Refused

View = Callable[..., HttpResponse]


def entity_view(name: str, action: str = "view") -> Callable[[View], View]:
    """Make a view of (request, entity, …) one of (request, slug, …).

    Who may not see the entity at all finds no such page; who may not `action` is told. An entity swaps a view by
    naming another under `name` in `Entity.views`.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, slug: str, **where: Any) -> HttpResponse:
            entity = entity_named(slug)
            if entity is None or slug != entity.slug or not entity.policy.may(cast(Any, request.user), "view"):
                raise Http404
            try:
                if action != "view":
                    entity.policy.demand(cast(Any, request.user), action)
                chosen: View = entity.views.get(name, view)
                return chosen(request, entity, **where)
            except Refused as no:
                return refused_page(request, no)

        return inner

    return wrap


def find_record(entity: Entity, user: Any, pk: int, *, action: str = "view", joins: list[str] | None = None) -> Any:
    """The record, or 404 for one that is not there for this user."""

    def rows() -> Any:
        found = entity.model.objects.visible_to(user, action).filter(keyed_alone(entity.model))
        return found.select_related(*joins) if joins else found

    # The key holds the reader's rights: other rights, another query.
    found = prepared(("record", entity.policy.key(user, action), tuple(joins or ())), rows, [pk])
    if not found:
        raise Http404
    return found[0]


def refused_page(request: HttpRequest, no: Refused, status: int = 422) -> HttpResponse:
    """The sentence of a Refused where no form is there to show it."""
    template = "kernel/error.html"
    back = request.META.get("HTTP_REFERER", "")
    here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    error = {"status": status, "title": _("This is not possible"), "text": str(no), "back": back if here else ""}
    return render(request, template, {"error": error}, status=status)


def done(
    request: HttpRequest,
    message: Any,
    url: str,
    *,
    record: Any = None,
    go: bool = False,
    again: bool = False,
    undo_url: str = "",
) -> HttpResponse:
    """The answer to an act that worked: a toast, the open form closed and the page below refreshed.

    `url` leads to what was made; with `go` the browser goes there at once; `again` keeps the form open for the next.
    Without htmx the message waits for the next page.
    """
    if not getattr(request, "htmx", False):
        messages.success(request, str(message), extra_tags=undo_url)
        return redirect(url)
    told: dict[str, Any] = {"message": str(message)}
    if record is not None:
        told |= {"id": record.pk, "label": str(record), "url": url}
    if go:
        told["go"] = url
    if again:
        told["again"] = True
    if undo_url:
        told["undo"] = undo_url
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"saved": told})})


def made(request: HttpRequest, make: Callable[[], Any], said: Any) -> HttpResponse:
    """The answer to an act that makes one record of another: go there and say so, or the sentence of a Refused.

    `said` may name fields of what was made, as %(number)s.
    """
    try:
        record = make()
    except Refused as no:
        return refused_page(request, no)
    return done(request, said % vars(record), entity_of(record).url_of(record), record=record, go=True)
