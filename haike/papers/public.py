"""The page of a paper for those outside, without signing in: the paper and nothing else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.core.cache import cache
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from haike.papers.actions import link_by, note_opening, record_of, try_code
from haike.papers.record import PaperLink
from haike.people.signin.address import client_agent, client_ip
from haike.refused import Refused

View = Callable[[HttpRequest, str], HttpResponse]
GUESSES = 30
"""So many addresses that lead nowhere a caller tries in a minute before he waits."""
CODE_GOOD = 12 * 3600
"""Seconds for which a browser that gave the code need not give it again."""
NETWORK_BITS = {4: 24, 6: 48}
BOTS = re.compile(
    r"bot\b|bot/|spider|crawl|slurp|preview|prefetch|facebookexternalhit|whatsapp|telegram|skypeuri|slack|embed|"
    r"curl|wget|python|java/|okhttp|go-http|headless|lighthouse|scan|monitor|barracuda|mimecast|proofpoint|"
    r"ms-office|outlook|thunderbird|windows-mail",
    re.IGNORECASE,
)
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}


def outside(view: View) -> View:
    """A view for those outside: never kept, indexed, framed or told to other sites; guesses are slowed down."""

    @wraps(view)
    def inner(request: HttpRequest, token: str) -> HttpResponse:
        key = f"papers-guess-{client_ip(request)}"
        if cache.get(key, 0) >= GUESSES:
            text = _("You asked for too many addresses that are not there. Wait a minute.")
            answer = render(request, "papers/gone.html", {"text": text}, status=429)
            answer["Retry-After"] = "60"
        else:
            answer = view(request, token)
            if answer.status_code == 404:
                cache.add(key, 0, 60)
                cache.incr(key)
        answer["Cache-Control"] = "no-store, private"
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # With "no-referrer" a browser would send the form of the code from nowhere ("Origin: null"), and be refused.
        answer["Referrer-Policy"] = "same-origin"
        answer["X-Frame-Options"] = "DENY"
        return answer

    # django-csp names the type of views without arguments only.
    shut: Any = csp(POLICY)
    return cast(View, shut(inner))


def _missing(request: HttpRequest) -> HttpResponse:
    text = _("There is nothing under this address. Look whether the link was copied as a whole.")
    return render(request, "papers/gone.html", {"text": text}, status=404)


def _good(link: PaperLink) -> Any:
    """The record of a link that is still open; None for a link that is over."""
    return record_of(link) if link.is_good else None


def _cookie(link: PaperLink) -> str:
    return f"haike_paper_{link.pk}"


def _has_code(request: HttpRequest, link: PaperLink) -> bool:
    if not link.code:
        return True
    try:
        given = request.get_signed_cookie(_cookie(link), salt=link.digest, max_age=CODE_GOOD)
    except (KeyError, BadSignature):
        return False
    return bool(given == "yes")


@outside
@require_http_methods(["GET", "HEAD", "POST"])
def paper_view(request: HttpRequest, token: str) -> HttpResponse:
    """The frozen paper, in the language in which it was sent; before it the question for the code."""
    link = link_by(token)
    if link is None:
        return _missing(request)
    with translation.override(link.language or None):
        if _good(link) is None:
            text = _("This paper is no longer available. Ask whoever sent you the link for a new one.")
            return render(request, "papers/gone.html", {"text": text}, status=410)
        if _has_code(request, link):
            return render(request, "papers/public.html", {"link": link, "seen": f"{request.path}/seen"})
        return _ask_code(request, link)


def _ask_code(request: HttpRequest, link: PaperLink) -> HttpResponse:
    error, typed, status = "", request.POST.get("code", "")[:20], 200
    if request.method == "POST":
        try:
            if try_code(link, typed):
                answer = redirect(request.path)
                answer.set_signed_cookie(
                    _cookie(link), "yes", salt=link.digest, max_age=CODE_GOOD, path=request.path, httponly=True,
                    samesite="Lax", secure=request.is_secure(),
                )  # fmt: skip
                return answer
            error, status = _("This is not the code. It has six digits."), 422
        except Refused as no:
            error, status = str(no), 429
    return render(request, "papers/code.html", {"error": error, "typed": typed}, status=status)


def network_of(ip: str | None) -> str:
    """The network of an address, coarse enough to be nobody's alone."""
    if not ip:
        return ""
    address = ipaddress.ip_address(ip)
    return str(ipaddress.ip_network(f"{address}/{NETWORK_BITS[address.version]}", strict=False))


def is_person(request: HttpRequest) -> bool:
    """Whether this is the browser of somebody outside, as far as one can tell.

    A preview loads the page at most; the script that asks here runs in a browser that shows it. The names that
    previews and checkers of mail give themselves are left out besides, and who is signed in here.
    """
    agent = client_agent(request)
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return bool(agent) and not BOTS.search(agent) and "prefetch" not in ahead and not request.user.is_authenticated


@csrf_exempt
@outside
@require_POST
def seen_view(request: HttpRequest, token: str) -> HttpResponse:
    """The page tells that it is being looked at. It belongs to no session, so there is nothing to forge."""
    link = link_by(token)
    if link is None:
        return _missing(request)
    record = _good(link)
    if record is not None and _has_code(request, link) and is_person(request):
        note_opening(link, record, network=network_of(client_ip(request)), agent=client_agent(request))
    return HttpResponse(status=204)
