"""The pages of signing in: sign in, sign out, forgotten password, new password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from haike.people.looks import CaptchaLook, PasswordLook, PlainLook
from haike.people.signin import attempt, forgotten
from haike.people.signin.address import client_ip
from haike.people.signin.options import CAPTCHA_AFTER, IDLE_MINUTES, REGISTRATION
from haike.people.typed import AllTyped
from haike.refused import Refused
from haike.screens.form import FormField, Typed


@dataclass
class SignInPage:
    """Everything `kernel/sign_in.html` shows; it also serves the other forms of people who are not signed in."""

    action: str
    title: Any = ""
    button: Any = ""
    next: str = ""
    hint: Any = ""
    message: Any = ""
    forgot_url: str = ""
    remember: bool = False
    ways: list[dict[str, Any]] = field(default_factory=list)
    fields: list[FormField] = field(default_factory=list)


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards: a page of ours, or none."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed and wanted.startswith("/") else ""


def show(request: HttpRequest, page: SignInPage, typed: Typed, status: int = 200) -> HttpResponse:
    """The page with its fields as typed so far."""
    page.fields = [typed.field(name) for name in typed.looks]
    page.message = typed.message or page.message
    return render(request, "kernel/sign_in.html", {"sign_in": page}, status=status)


def _looks(*, captcha: bool) -> dict[str, Any]:
    looks: dict[str, Any] = {
        "username": PlainLook("username", _("User name, phone or e-mail"), autocomplete="username", focus=True),
        "password": PasswordLook("password", _("Password")),
    }
    return {**looks, "captcha": CaptchaLook()} if captcha else looks


@never_cache
@sensitive_post_parameters("password")
def sign_in_view(request: HttpRequest) -> HttpResponse:
    """The sign-in page; the dialog in a page whose session ended takes its form from here too."""
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(safe_next(request) or "/")
    page = SignInPage(action="/signin", next=safe_next(request), forgot_url="/forgot")
    if REGISTRATION():
        page.ways = [{"url": "/register", "label": _("Ask to join"), "icon": "user-plus"}]
    if request.GET.get("idle"):
        page.hint = _(
            "You were signed out because nothing was done for %(minutes)s minutes. Sign in to go on where you were."
        )
        page.hint = page.hint % {"minutes": IDLE_MINUTES()}
    elif told := [str(message) for message in messages.get_messages(request)]:
        page.hint = " ".join(told)
    if request.method != "POST":
        captcha = attempt.names_failed_from(client_ip(request)) >= CAPTCHA_AFTER()
        return show(request, page, AllTyped(_looks(captcha=captcha), request.user))
    asked = "captcha" in request.POST
    typed = AllTyped(_looks(captcha=asked), request.user)
    typed.read(request.POST)
    if not typed.parse():
        return show(request, page, typed, 422)
    try:
        attempt.sign_in(
            request,
            typed=typed.values["username"],
            password=typed.values["password"],
            captcha=(request.POST.get("captcha_key", "")[:80], request.POST.get("captcha", "")[:10]),
        )
    except Refused as no:
        if isinstance(no, attempt.CaptchaNeeded):
            typed.looks.setdefault("captcha", CaptchaLook())
        typed.refuse(no)
        return show(request, page, typed, 422)
    return redirect(page.next or "/")


@require_POST
def sign_out_view(request: HttpRequest) -> HttpResponse:
    """End the session."""
    attempt.sign_out(request)
    messages.info(request, _("You are signed out."))
    return redirect("/signin")


@never_cache
def forgot_view(request: HttpRequest) -> HttpResponse:
    """Ask for the link that lets one choose a new password; the answer tells nobody who exists."""
    page = SignInPage(
        action="/forgot",
        title=_("Forgotten password"),
        button=_("Send the link"),
        hint=_("Enter your user name, phone or e-mail. We send a link to the e-mail address of your account."),
    )
    looks = {"username": PlainLook("username", _("User name, phone or e-mail"), autocomplete="username", focus=True)}
    typed = AllTyped({**looks, "captcha": CaptchaLook()}, request.user)
    if request.method != "POST":
        return show(request, page, typed)
    typed.read(request.POST)
    if not typed.parse():
        return show(request, page, typed, 422)
    if not attempt.solve_captcha(request.POST.get("captcha_key", "")[:80], request.POST.get("captcha", "")[:10]):
        typed.errors["captcha"] = str(_("These were not the characters in the picture. Here is a new one."))
        return show(request, page, typed, 422)
    forgotten.ask_for_link(request, typed.values["username"])
    messages.info(
        request,
        _(
            "If there is an account of this name with an e-mail address, the link is on its way. "
            "It works for three days."
        ),
    )
    return redirect("/signin")


@never_cache
@sensitive_post_parameters("password", "again")
def reset_view(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """Choose a new password by the link of an e-mail."""
    user = forgotten.user_of_link(who, token)
    if user is None:
        messages.info(request, _("This link does not work any more. Ask for a new one."))
        return redirect("/forgot")
    page = SignInPage(
        action=request.path,
        title=_("Choose a new password"),
        button=_("Set password"),
        hint=_("%(name)s, at least 8 characters, not only digits.") % {"name": user.name},
    )
    typed = AllTyped(new_password_looks(), request.user)
    if request.method != "POST":
        return show(request, page, typed)
    typed.read(request.POST)
    if not typed.parse() or not same(typed):
        return show(request, page, typed, 422)
    try:
        forgotten.reset_password(request, user, password=typed.values["password"])
    except Refused as no:
        typed.refuse(no)
        return show(request, page, typed, 422)
    messages.info(request, _("Your new password is set. Sign in with it."))
    return redirect("/signin")


def new_password_looks() -> dict[str, Any]:
    """A new password, twice."""
    return {
        "password": PasswordLook("password", _("New password"), autocomplete="new-password"),
        "again": PasswordLook("again", _("Once more"), autocomplete="new-password"),
    }


def same(typed: Typed) -> bool:
    """Whether the new password was typed the same twice."""
    if typed.values["password"] == typed.values["again"]:
        return True
    typed.errors["again"] = str(_("This differs from the password above."))
    return False
