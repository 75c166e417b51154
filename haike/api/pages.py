"""The page where a user makes and ends tokens."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from haike.api.token import ApiToken, make_token
from haike.refused import Refused
from haike.screens.door import done

DAYS = {"30": _("30 days"), "365": _("1 year"), "0": _("no end")}


def tokens_view(request: HttpRequest) -> HttpResponse:
    """The user's tokens; a new one's key is shown once."""
    user = cast(Any, request.user)
    key, fault, name = "", "", ""
    if request.method == "POST":
        name, days = request.POST.get("name", ""), request.POST.get("days", "365")
        try:
            only = request.POST.get("read_only") == "1"
            __, key = make_token(name=name, days=int(days) if days in DAYS else 365, read_only=only, by=user)
        except Refused as no:
            fault = str(no)
    context = {"tokens": ApiToken.objects.filter(user=user), "key": key, "fault": fault, "days": DAYS, "name": name}
    return render(request, "api/tokens.html", context, status=422 if fault else 200)


def token_end_view(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens at once."""
    token = ApiToken.objects.filter(pk=pk, user=cast(Any, request.user)).first()
    if token is None or request.method != "POST":
        raise Http404
    token.delete()
    return done(request, _("The token “%(name)s” no longer works.") % {"name": token.name}, "/account/tokens/")


@csrf_exempt
def no_such_view(request: HttpRequest, rest: str) -> JsonResponse:
    """An address below /api/ that is none: said to a program, not to a reader."""
    return JsonResponse({"message": "Not found.", "fields": {}}, status=404)
