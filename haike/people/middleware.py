"""What stands before every page: who is it, in which language and time zone, is he still there, may he come in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from haike.digits import whole
from haike.kernel import versioned
from haike.kernel.log import origin
from haike.kernel.record import writer
from haike.people.seeing.actions import end, is_seeing
from haike.people.seeing.door import answer
from haike.people.signin.address import client_ip
from haike.people.signin.attempt import sign_out
from haike.people.signin.options import IDLE_MINUTES
from haike.people.signin.record import SignIn
from haike.people.user.record import User

OPEN = ("/reset/", "/join/", "/captcha/", "/language/", "/static/")
OPEN_EXACTLY = frozenset(
    {
        "/signin", "/signout", "/forgot", "/register", "/company-logo", "/healthz", "/metrics",
        "/manifest.webmanifest", "/favicon.ico", "/robots.txt", "/service-worker.js", "/offline",
    }
)  # fmt: skip
"""Addresses that need nobody signed in."""

OWN_DOORS = ("/api/", "/mcp", "/hooks/", "/feed/", "/public/")
"""Addresses that know their callers by tokens or signatures, not by a session."""

WAITING = frozenset({"/notices/news", "/notices/stream"})
"""Addresses that an open page asks by itself: nobody need be there."""

FRESH = "fresh"
"""The cookie that tells every process when this browser changed what processes remember,"""
FRESH_SECONDS = 2
"""until all have noticed by themselves."""
FORCED_PAGE = "/account/password"
TOUCH_SECONDS = 60


def is_open(path: str) -> bool:
    """Whether an address may be reached without being signed in."""
    return path in OPEN_EXACTLY or path.startswith((*OPEN, *OWN_DOORS))


class PeopleMiddleware:
    """Sets language, time zone and origin of changes; asks to sign in; ends idle sessions; forces a new password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token, before = origin.set(client_ip(request) or ""), versioned.bumped.set(False)
        try:
            # Whoever saved a setting sees it on the next page, whichever process answers.
            if FRESH in request.COOKIES:
                versioned.look_again(time.time() - (whole(request.COOKIES[FRESH]) or 0) / 1000)
            answered = self._guarded(request)
            if versioned.bumped.get():
                answered.set_cookie(FRESH, str(int(time.time() * 1000)), FRESH_SECONDS, httponly=True, samesite="Lax")
            return answered
        finally:
            origin.reset(token)
            versioned.bumped.reset(before)

    def _guarded(self, request: HttpRequest) -> HttpResponse:
        if request.path in ("/healthz", "/metrics") or self._by_own_door(request):
            return self.get_response(request)
        user: Any = request.user
        if not user.is_authenticated:
            return self.get_response(request) if is_open(request.path) else ask_to_sign_in(request)
        # From here on without the proxy: a page asks the user thousands of times what he may.
        request.user = user = getattr(user, "_wrapped", user)
        if _is_idle(request):
            end(request, by=user)
            sign_out(request, result=SignIn.Result.IDLE)
            return self.get_response(request) if is_open(request.path) else ask_to_sign_in(request, idle=True)
        if request.path not in WAITING:
            _touch(request, user)
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language()
        if user.must_change_password and not _serves_new_password(request.path):
            return _send(request, FORCED_PAGE)
        with timezone.override(ZoneInfo(user.time_zone) if user.time_zone else timezone.get_default_timezone()):
            return answer(request, user, self.get_response) if is_seeing(request) else self.get_response(request)

    @staticmethod
    def _by_own_door(request: HttpRequest) -> bool:
        """Whether the door asks for itself who comes; a browser that sees as somebody comes through here even so."""
        if not request.path.startswith(OWN_DOORS):
            return False
        return settings.SESSION_COOKIE_NAME not in request.COOKIES or not is_seeing(request)


def _serves_new_password(path: str) -> bool:
    return path.startswith((FORCED_PAGE, "/account/display", "/pictures/")) or is_open(path)


def _is_idle(request: HttpRequest) -> bool:
    seen = request.session.get("seen")
    return isinstance(seen, int) and timezone.now().timestamp() - seen > int(IDLE_MINUTES()) * 60


def _touch(request: HttpRequest, user: User) -> None:
    """Remember once a minute that the user is there; every request would be a write."""
    now = timezone.now()
    if now.timestamp() - request.session.get("seen", 0) < TOUCH_SECONDS:
        return
    request.session["seen"] = int(now.timestamp())
    # Nobody edits it and no cache depends on it, so neither log nor version.
    with writer():
        User.objects.filter(pk=user.pk).update(last_seen=now)


def _here(request: HttpRequest) -> str:
    """Where to return to: this page, or for a form the page that it stood on."""
    if request.method in ("GET", "HEAD") and not getattr(request, "htmx", False):
        return request.get_full_path()
    before = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}):
        parts = urlsplit(before)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "/"


def ask_to_sign_in(request: HttpRequest, *, idle: bool = False) -> HttpResponse:
    """The sign-in page for a page; 401 for a script, which opens a dialog in place."""
    here = _here(request)
    query = {**({"next": here} if here != "/" else {}), **({"idle": "1"} if idle else {})}
    url = f"/signin?{urlencode(query, safe='/')}" if query else "/signin"
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"X-Sign-In": url})
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": _("Please sign in.")}, status=401, headers={"X-Sign-In": url})
    return redirect(url)


def _send(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
