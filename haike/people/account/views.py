"""The account page: what everybody changes about himself."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from haike.digits import whole
from haike.kernel.entity import Section
from haike.people.account import actions
from haike.people.account.choices import (
    CHANNELS,
    cards_known,
    cards_of,
    channels_of,
    reminders_known,
    what_is_missing,
)
from haike.people.looks import PasswordLook, model_looks
from haike.people.signin.attempt import BACKEND
from haike.people.signin.record import SignIn
from haike.people.signin.views import new_password_looks, same
from haike.people.typed import AllTyped
from haike.people.user.actions import change_own_password
from haike.people.user.record import DENSITIES, LANGUAGES, MENUS, SCHEMES, THEMES, User
from haike.refused import Conflict, Refused
from haike.screens.door import done
from haike.screens.form import FormPage, Typed
from haike.screens.module import reachable

TABS = [
    ("profile", _("Contact and picture"), "/account/"),
    ("password", _("Password"), "/account/password"),
    ("taste", _("Look and signature"), "/account/taste"),
    ("workbench", _("Workbench and reminders"), "/account/workbench"),
    ("signins", _("My sign-ins"), "/account/signins"),
]
CHOICES: dict[str, dict[str, Any]] = {
    "theme": dict(THEMES),
    "scheme": dict(SCHEMES),
    "language": dict(LANGUAGES),
    "density": dict(DENSITIES),
    "menu": dict(MENUS),
}
SHOWN_SIGN_INS = 50


def _me(request: HttpRequest) -> User:
    """The user as the database has him now; the one of the request comes from memory."""
    return User.objects.get(pk=cast(Any, request.user).pk)


def show_tab(request: HttpRequest, tab: str, status: int = 200, **context: Any) -> HttpResponse:
    """One tab of the account page; rooms below add theirs to TABS."""
    if getattr(request, "htmx", False) and "form" in context:
        return render(request, "kernel/form.html#form", context, status=status)
    tabs = reachable(TABS, lambda each: each[2])
    pages = [{"key": key, "label": label, "url": url, "active": key == tab} for key, label, url in tabs]
    return render(request, "people/account.html", {"pages": pages, "tab": tab, **context}, status=status)


def _form(typed: Typed, title: Any, action: str, sections: list[Section], **more: Any) -> FormPage:
    return FormPage(
        title=title,
        action=action,
        sections=typed.sections(sections),
        errors=typed.error_lines(),
        message=typed.message,
        back_url="/account/",
        **more,
    )


def profile_view(request: HttpRequest) -> HttpResponse:
    """Picture, phone, e-mail, gender."""
    user, status = _me(request), 200
    looks = {**model_looks(User, *actions.CONTACT), "password": PasswordLook("password", _("Present password"))}
    looks["password"].required = False
    looks["password"].help = _("Only needed when you change phone or e-mail, because they open the door.")
    typed = Typed(looks, user)
    typed.start({name: getattr(user, name) for name in actions.CONTACT})
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        if typed.parse():
            values = {name: typed.values[name] for name in actions.CONTACT if name in typed.values}
            try:
                actions.change_contact(
                    user,
                    password=request.POST.get("password", ""),
                    version=whole(request.POST.get("version")),
                    **values,
                )
                return done(request, _("Your contact data is saved."), "/account/")
            except Conflict:
                typed.message = str(_("Somebody else has changed your data; look at it once more and save again."))
            except Refused as no:
                typed.refuse(no)
        status = 422
    sections = [Section(_("How colleagues reach me"), [*actions.CONTACT, "password"])]
    form = _form(typed, _("Contact"), "/account/", sections, version=user.version)
    return show_tab(request, "profile", status, form=form)


@never_cache
@sensitive_post_parameters("old", "password", "again")
def password_view(request: HttpRequest) -> HttpResponse:
    """A new password; the present one proves that it is he."""
    user, status = _me(request), 200
    typed = AllTyped({"old": PasswordLook("old", _("Present password")), **new_password_looks()}, user)
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse() and same(typed):
            try:
                changed = change_own_password(user, old=typed.values["old"], password=typed.values["password"])
            except Refused as no:
                typed.refuse(no)
            else:
                # This session goes on under a new key; all others of the user end with the old password.
                changed.backend = BACKEND
                update_session_auth_hash(request, changed)
                return done(request, _("Your new password is set. Other devices must sign in again."), "/account/")
        status = 422
    first = user.must_change_password
    title = _("Choose a password of your own") if first else _("Change password")
    label = _("Your password was set by somebody else; choose one that only you know.") if first else ""
    form = _form(typed, title, "/account/password", [Section(label, list(typed.looks))])
    return show_tab(request, "password", status, form=form, only=first)


def taste_view(request: HttpRequest) -> HttpResponse:
    """Language, time zone, colours, page size, signatures."""
    user, status = _me(request), 200
    typed = AllTyped(model_looks(User, *actions.TASTE), user)
    typed.start({name: getattr(user, name) for name in actions.TASTE})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse() and _time_zone_is_known(typed):
            values = {**typed.values, "page_size": int(typed.values["page_size"])}
            actions.change_taste(user, **values)
            answer = done(request, _("Saved."), "/account/taste", go=True)
            return _with_language(answer, values["language"])
        status = 422
    sections = [
        Section(_("Look"), ["language", "time_zone", "scheme", "theme", "menu", "page_size", "density"]),
        Section(_("Signature"), ["signature_sms", "signature_email"]),
    ]
    form = _form(typed, _("Look and signature"), "/account/taste", sections)
    return show_tab(request, "taste", status, form=form)


def _time_zone_is_known(typed: Typed) -> bool:
    if not typed.values["time_zone"] or typed.values["time_zone"] in available_timezones():
        return True
    typed.errors["time_zone"] = str(_("Write it like Asia/Shanghai."))
    return False


def _with_language(answer: HttpResponse, language: str) -> HttpResponse:
    """The sign-in page speaks the language of who was here last."""
    answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax")
    return answer


def display_view(request: HttpRequest) -> HttpResponse:
    """Colours, language and size of the menu, from the frame; who comes by address gets the page that has them all."""
    if request.method != "POST":
        return redirect("/account/taste")
    chosen = {
        name: request.POST[name]
        for name, known in CHOICES.items()
        if name in request.POST and request.POST[name] in known
    }
    if chosen:
        actions.change_taste(cast(User, request.user), **chosen)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    before = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(before if safe else "/")
    return _with_language(answer, chosen["language"]) if "language" in chosen else answer


def workbench_view(request: HttpRequest) -> HttpResponse:
    """Which cards the workbench shows, and how reminders arrive."""
    user = _me(request)
    if request.method == "POST":
        actions.choose_home(user, request.POST.getlist("card"))
        actions.choose_reminders(
            user, {reminder: request.POST.getlist(f"reminder-{reminder}") for reminder in reminders_known()}
        )
        messages.success(request, _("Saved."))
        return redirect("/account/workbench")
    mine = cards_of(user)
    known, missing = cards_known(), what_is_missing(user)
    ordered = [*mine, *(card for card in known if card not in mine)]
    return show_tab(
        request,
        "workbench",
        cards=[{"key": card, "label": known[card], "shown": card in mine} for card in ordered],
        channels=[{"key": way, "label": label, "off": way in missing} for way, label in CHANNELS.items()],
        missing=list(missing.values()),
        reminders=[
            {
                "key": key,
                "label": label,
                "ways": [(way, name, way in channels_of(user, key), way in missing) for way, name in CHANNELS.items()],
            }
            for key, label in reminders_known().items()
        ],
    )


def sign_ins_view(request: HttpRequest) -> HttpResponse:
    """One's own sign-ins, to notice what one has not done oneself."""
    rows = SignIn.objects.filter(user_id=cast(Any, request.user).pk)[:SHOWN_SIGN_INS]
    return show_tab(request, "signins", rows=rows)
