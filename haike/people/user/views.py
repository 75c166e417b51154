"""What a superior does with an account: password, lock and reopen, approve, hand over."""

from __future__ import annotations

import secrets
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from haike.kernel.look import Look, PersonLook
from haike.people.looks import PasswordLook, model_looks
from haike.people.pages import ask, user_to_manage
from haike.people.signin import attempt
from haike.people.signin.views import same
from haike.people.user import actions
from haike.people.user.handover import hand_over
from haike.people.user.holdings import Holding, holdings_of
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.door import done, refused_page
from haike.screens.form import Typed

EASY = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters that nobody confuses when he reads a password to somebody."""


def suggested_password() -> str:
    """A first password to tell somebody on the telephone."""
    return "-".join("".join(secrets.choice(EASY) for _ in range(4)) for _ in range(3))


@sensitive_post_parameters("password", "again")
def password_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a first password; its owner must change it when he signs in."""
    user = user_to_manage(request, pk)
    if user.pk == request.user.pk:
        # One's own is changed where the present one is asked for.
        return redirect("/account/password")
    hint = format_html('<p class="hint">{} <code>{}</code></p>', _("For example:"), suggested_password())
    looks: dict[str, Look] = {
        "password": PasswordLook(
            "password",
            _("New password"),
            autocomplete="new-password",
            help=_("%(name)s must choose another one at the next sign-in.") % {"name": user},
        ),
        "again": PasswordLook("again", _("Once more"), autocomplete="new-password"),
    }

    def act(typed: Typed) -> HttpResponse:
        if not same(typed):
            raise Refused(fields={"again": typed.errors["again"]})
        actions.set_password(user, password=typed.values["password"], by=cast(Any, request.user))
        return done(request, _("The password of %(name)s is set.") % {"name": user}, f"/users/{pk}/")

    title = _("Set password: %(name)s") % {"name": user}
    return ask(request, looks, act, title=title, back_url=f"/users/{pk}/", top=hint)


@require_POST
def unlock_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody try again who was locked out."""
    user = user_to_manage(request, pk)
    attempt.unlock_user(request, user, by=cast(Any, request.user))
    return done(request, _("%(name)s can sign in again.") % {"name": user}, f"/users/{pk}/")


@require_POST
def reopen_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    user = user_to_manage(request, pk)
    try:
        actions.reopen_user(user, by=cast(Any, request.user))
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("%(name)s can sign in again.") % {"name": user}, f"/users/{pk}/")


def _heir(*, required: bool) -> PersonLook:
    look = PersonLook("to", _("Colleague who takes over"), field=User._meta.get_field("manager"))
    look.name = look.path = "to"
    look.required = required
    if not required:
        look.help = _("Leave it empty to keep the records where they are.")
    return look


def _boxes(holdings: list[Holding]) -> SafeString:
    """A tick for each kind of records, with how many there are."""
    if not holdings:
        return format_html('<p class="hint">{}</p>', _("There are no records that would be left behind."))
    return format_html(
        '<fieldset class="form-section"><legend>{}</legend>{}</fieldset>',
        _("Records"),
        format_html_join(
            "",
            '<label class="form-check"><input class="form-check-input" type="checkbox" name="kind" value="{}"{}{}> {} '
            '<span class="count">{}</span>{}</label>',
            (
                (
                    holding.entity,
                    SafeString(" checked" if holding.movable else ""),
                    SafeString("" if holding.movable else " disabled"),
                    holding.label,
                    holding.count,
                    ""
                    if holding.movable == holding.count
                    else format_html(
                        ' <span class="hint">{}</span>', _("you may hand over %(n)s") % {"n": holding.movable}
                    ),
                )
                for holding in holdings
            ),
        ),
    )


def hand_over_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody's records to a colleague."""
    user, me = user_to_manage(request, pk), cast(Any, request.user)

    def act(typed: Typed) -> HttpResponse:
        hand_over(user, to=typed.values["to"], kinds=request.POST.getlist("kind"), by=me)
        message = _("The records of %(name)s are being handed over to %(to)s.")
        return done(request, message % {"name": user, "to": typed.values["to"]}, f"/users/{pk}/")

    title = _("Hand over the records of %(name)s") % {"name": user}
    return ask(
        request,
        {"to": _heir(required=True)},
        act,
        title=title,
        back_url=f"/users/{pk}/",
        button=_("Hand over"),
        bottom=_boxes(holdings_of(user, by=me)),
    )


def lock_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account and say what becomes of its records."""
    user, me = user_to_manage(request, pk), cast(Any, request.user)

    def act(typed: Typed) -> HttpResponse:
        heir = typed.values.get("to")
        if heir is not None:
            hand_over(user, to=heir, kinds=request.POST.getlist("kind"), by=me)
        actions.close_user(user, by=me)
        return done(request, _("The account of %(name)s is closed.") % {"name": user}, f"/users/{pk}/")

    title = _("Close the account of %(name)s") % {"name": user}
    holdings = holdings_of(user, by=me)
    return ask(
        request,
        {"to": _heir(required=False)} if holdings else {},
        act,
        title=title,
        back_url=f"/users/{pk}/",
        button=_("Close account"),
        top=format_html(
            "<p>{}</p>",
            _(
                "Nobody can sign in with it any more and open sessions end. "
                "The records stay and keep their owner unless a colleague takes them over."
            ),
        ),
        bottom=_boxes(holdings),
    )


def approve_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody in who registered by himself."""
    user = user_to_manage(request, pk)
    names = ("department", "manager", "roles")
    looks = model_looks(User, *names)
    looks["roles"].required = True

    def act(typed: Typed) -> HttpResponse:
        actions.approve_user(user, by=cast(Any, request.user), **typed.values)
        return done(request, _("%(name)s can sign in now.") % {"name": user}, f"/users/{pk}/")

    start = {name: looks[name].get(user) for name in names}
    title = _("Approve %(name)s") % {"name": user}
    return ask(request, looks, act, title=title, back_url=f"/users/{pk}/", button=_("Approve"), start=start)
