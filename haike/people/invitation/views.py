"""Pages of invitations for those who invite, and of joining for those who come."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from haike.kernel.look import NumberLook
from haike.people.company.profile import company
from haike.people.invitation import actions
from haike.people.invitation.record import Invitation
from haike.people.looks import CaptchaLook, model_looks
from haike.people.pages import ask, demand_grant
from haike.people.signin.attempt import let_in, solve_captcha
from haike.people.signin.options import REGISTRATION
from haike.people.signin.views import SignInPage, new_password_looks, same, show
from haike.people.typed import AllTyped
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.door import done
from haike.screens.form import Typed

PERSON = ("name", "username", "phone", "email")


def _mine(user: Any) -> Any:
    rows = Invitation.objects.select_related("department", "by").prefetch_related("roles")
    return rows if user.grants.owner_ids("people.user", "create") is None else rows.filter(by=user)


def invitations_view(request: HttpRequest) -> HttpResponse:
    """The links one has made, and how often each was used."""
    demand_grant(request, "people")
    site, now = request.build_absolute_uri("/"), timezone.now()
    found = [
        {
            "invitation": invitation,
            "link": actions.link_of(invitation, site),
            "good": invitation.withdrawn_at is None
            and invitation.expires_at > now
            and invitation.used < invitation.uses,
        }
        for invitation in _mine(request.user)[:200]
    ]
    return render(request, "people/invitations.html", {"invitations": found})


def invite_view(request: HttpRequest) -> HttpResponse:
    """A new link."""
    demand_grant(request, "people")
    looks = model_looks(Invitation, "department", "manager", "roles", "note", "uses")
    looks["roles"].required = True
    looks["days"] = NumberLook("days", _("Valid for days"))
    user = cast(Any, request.user)

    def act(typed: Typed) -> HttpResponse:
        values = {**typed.values, "days": int(typed.values["days"] or 0), "uses": int(typed.values["uses"] or 0)}
        actions.invite(by=user, **values)
        return done(request, _("The invitation is ready: copy its link and send it."), "/invitations/")

    start = {"department": user.department, "manager": user, "uses": 1, "days": 7}
    return ask(
        request, looks, act, title=_("Invite staff"), back_url="/invitations/", start=start, button=_("Make the link")
    )


@require_POST
def withdraw_view(request: HttpRequest, pk: int) -> HttpResponse:
    """End a link."""
    demand_grant(request, "people")
    invitation = get_object_or_404(_mine(request.user), pk=pk)
    actions.withdraw(cast(Invitation, invitation), by=cast(Any, request.user))
    return done(request, _("The invitation is withdrawn."), "/invitations/")


def _newcomer_looks() -> dict[str, Any]:
    return {**model_looks(User, *PERSON), **new_password_looks()}


@never_cache
@sensitive_post_parameters("password", "again")
def join_view(request: HttpRequest, token: str) -> HttpResponse:
    """Become a user by an invitation."""
    invitation = actions.invitation_of(token)
    if invitation is None:
        messages.info(request, _("This invitation does not work any more. Ask for a new one."))
        return redirect("/signin")
    page = SignInPage(
        action=request.path,
        title=_("Join %(company)s") % {"company": company() or "Haike"},
        button=_("Join"),
        hint=_("%(by)s invites you to %(department)s.")
        % {"by": invitation.by, "department": invitation.department or company() or "Haike"},
    )
    typed = AllTyped(_newcomer_looks(), request.user)
    if request.method != "POST":
        return show(request, page, typed)
    typed.read(request.POST)
    if not typed.parse() or not same(typed):
        return show(request, page, typed, 422)
    try:
        person = {name: typed.values[name] for name in PERSON}
        user = actions.join(invitation, password=typed.values["password"], **person)
    except Refused as no:
        typed.refuse(no)
        return show(request, page, typed, 422)
    let_in(request, user)
    return redirect("/")


@never_cache
@sensitive_post_parameters("password", "again")
def register_view(request: HttpRequest) -> HttpResponse:
    """Ask to become a user; an administrator approves."""
    if not REGISTRATION():
        raise Http404
    page = SignInPage(
        action="/register",
        title=_("Ask to join %(company)s") % {"company": company() or "Haike"},
        button=_("Ask to join"),
        hint=_("An administrator looks at it before you can sign in."),
    )
    typed = AllTyped({**_newcomer_looks(), "captcha": CaptchaLook()}, request.user)
    if request.method != "POST":
        return show(request, page, typed)
    typed.read(request.POST)
    if not typed.parse() or not same(typed):
        return show(request, page, typed, 422)
    if not solve_captcha(request.POST.get("captcha_key", "")[:80], typed.values["captcha"]):
        typed.errors["captcha"] = str(_("These were not the characters in the picture. Here is a new one."))
        return show(request, page, typed, 422)
    try:
        actions.register(password=typed.values["password"], **{name: typed.values[name] for name in PERSON})
    except Refused as no:
        typed.refuse(no)
        return show(request, page, typed, 422)
    messages.info(request, _("Thank you. You can sign in as soon as an administrator has approved you."))
    return redirect("/signin")
