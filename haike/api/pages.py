"""The page where a user makes and ends tokens."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from haike.api.token import SCOPES, ApiToken, make_token
from haike.kernel.entity import entities
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.module import by_use

DAYS = {"30": _("30 days"), "365": _("1 year"), "0": _("no end")}


def tokens_view(request: HttpRequest) -> HttpResponse:
    """The user's tokens; a new one's key is shown once."""
    user = cast(Any, request.user)
    key, fault, name = "", "", ""
    if request.method == "POST":
        name, days = request.POST.get("name", ""), request.POST.get("days", "365")
        try:
            limits = chosen_scopes(request) if request.POST.get("limit") == "some" else None
            only = request.POST.get("read_only") == "1" or request.POST.get("limit") == "read"
            days_number = int(days) if days in DAYS else 365
            __, key = make_token(name=name, days=days_number, read_only=only, by=user, scopes=limits)
        except Refused as no:
            fault = str(no)
    context = {
        "tokens": ApiToken.objects.filter(user=user),
        "key": key,
        "fault": fault,
        "days": DAYS,
        "name": name,
        "limit": request.POST.get("limit", "all") if fault else "all",
        "scopes": SCOPES,
        "entities": sorted((entity for entity in entities() if entity.policy.may(user, "view")), key=by_use),
        "ticked": request.POST.getlist("scope") if fault else [],
    }
    return render(request, "api/tokens.html", context, status=422 if fault else 200)


def chosen_scopes(request: HttpRequest) -> dict[str, list[str]]:
    """What was ticked, as "label:scope"; names that do not exist are passed over."""
    known = {entity.label for entity in entities() if entity.policy.may(cast(Any, request.user), "view")}
    found: dict[str, list[str]] = {}
    for each in request.POST.getlist("scope"):
        label, __, scope = each.partition(":")
        if label in known and scope in SCOPES:
            found.setdefault(label, []).append(scope)
    return found


def token_end_view(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens at once."""
    token = ApiToken.objects.filter(pk=pk, user=cast(Any, request.user)).first()
    if token is None or request.method != "POST":
        raise Http404
    token.delete()
    return done(request, _("The token “%(name)s” no longer works.") % {"name": token.name}, "/account/tokens/")


@csrf_exempt
def no_such_view(request: HttpRequest, rest: str) -> HttpResponse:
    """An address below /api/ that is none: said to a program, not to a reader.

    A list's address without its last slash is answered: a redirection would lose the body of a POST.
    """
    if not rest.endswith("/"):
        found = resolve(f"/api/{rest}/")
        if found.func is not no_such_view:
            return cast(HttpResponse, found.func(request, *found.args, **found.kwargs))
    return JsonResponse({"message": str(_("Not found.")), "fields": {}}, status=404)
