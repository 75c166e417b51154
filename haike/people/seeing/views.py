"""Beginning to see as a colleague, and the one click back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel.entity import Button, Entity
from haike.people.pages import ask
from haike.people.seeing.actions import begin, end, may_see_as
from haike.people.user.record import User
from haike.screens.door import done
from haike.screens.form import Typed
from haike.screens.record import BUTTONS


def see_as_button(entity: Entity, record: Any, user: Any) -> Iterable[Button]:
    """The way there from the page of a user."""
    if entity.label == "people.user" and may_see_as(user, record):
        yield Button(_("See as this person"), f"/users/{record.pk}/see-as", icon="user-search", method="drawer")


BUTTONS.append(see_as_button)


def begin_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then see as a colleague."""
    user, me = get_object_or_404(User.objects.live(), pk=pk), cast(Any, request.user)
    if not may_see_as(me, user):
        raise Http404

    def act(typed: Typed) -> HttpResponse:
        begin(request, user, by=me)
        return done(request, _("You see as %(name)s now.") % {"name": user}, "/", go=True)

    text = _(
        "You see every page as %(name)s does and can change nothing. Notices, account, passwords and jobs stay closed. "
        "It ends with one click, after an hour at the latest, and the log tells of beginning and end."
    )
    return ask(
        request,
        {},
        act,
        title=_("See as %(name)s") % {"name": user},
        back_url=f"/users/{pk}/",
        button=_("See as this person"),
        top=format_html("<p>{}</p>", text % {"name": user}),
    )


@require_POST
def end_view(request: HttpRequest) -> HttpResponse:
    """Be oneself again, on the page of the colleague."""
    user = end(request, by=cast(Any, request.user))
    return redirect(f"/users/{user.pk}/" if user is not None else "/")
