"""What a request may do while its user sees as somebody else: read pages, and nothing of the other's own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from haike.people.seeing.actions import end, seen_user
from haike.people.seeing.guard import read_only
from haike.refused import Refused
from haike.screens.door import refused_page

STOP = "/account/seeing/end"
PRIVATE = ["/account/", "/notices/", "/jobs/", "/imports/", "/reset/", "/join/", "/feed/", "/mcp"]
"""Beginnings of addresses that are somebody's own; rooms below add theirs."""
SAFE = ("GET", "HEAD", "OPTIONS")


def answer(request: HttpRequest, real: Any, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The answer to a request of a user who may see as somebody else at the moment."""
    if request.path in (STOP, "/signout"):
        if request.path == "/signout" and request.method == "POST":
            end(request, by=real)
        return get_response(request)
    user = seen_user(request, by=real)
    if user is None:
        return get_response(request)
    # A copy, so that what a request does to its user stays there.
    request.user = copy.copy(user)
    request.seeing, request.real_user = user, real  # type: ignore[attr-defined]
    if request.method not in SAFE:
        return _no(request, _("You are seeing as %(name)s: nothing can be changed. Go back to yourself first."), user)
    if request.path.startswith(tuple(PRIVATE)):
        return _no(request, _("This belongs to %(name)s alone, so it stays closed while you see as him."), user)
    with read_only():
        return get_response(request)


def _no(request: HttpRequest, sentence: Any, user: Any) -> HttpResponse:
    message = sentence % {"name": user}
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": message, "fields": {}}, status=403)
    with read_only():
        return refused_page(request, Refused(message), 403)
