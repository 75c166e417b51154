"""Forms that belong to no entity: a few fields, an act, and the user's no beside the field it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from haike.kernel.entity import Section
from haike.kernel.look import Look
from haike.people.authority import may_manage
from haike.people.typed import AllTyped
from haike.people.user.record import User
from haike.refused import Refused
from haike.screens.form import FormPage, Typed


def ask(
    request: HttpRequest,
    looks: dict[str, Look],
    act: Callable[[Typed], HttpResponse],
    *,
    title: Any,
    back_url: str,
    start: dict[str, Any] | None = None,
    button: Any = "",
    also: Iterable[dict[str, Any]] = (),
    sections: Iterable[Section] = (),
    **more: Any,
) -> HttpResponse:
    """Show a form; when it is sent and readable, `act`. What is refused stands beside its field.

    `also` are more buttons beside `button`, each with label, name and value.
    """
    typed, status = AllTyped(looks, request.user), 200
    typed.start(start or {})
    if request.method == "POST":
        typed.read(request.POST, request.FILES)
        if typed.parse():
            try:
                return act(typed)
            except Refused as no:
                typed.refuse(no)
        status = 422
    page = FormPage(
        title=title,
        action=request.path,
        sections=typed.sections(sections or [Section("", list(looks))]),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=back_url,
        buttons=[{"label": button, "primary": True, "name": "", "value": ""}, *also] if button else [],
        **more,
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=status)


def user_to_manage(request: HttpRequest, pk: int) -> User:
    """The user, or 404 for one whom the asker does not manage."""
    user = get_object_or_404(User.objects.live(), pk=pk)
    if not may_manage(cast(Any, request.user), user):
        raise Http404
    return cast(User, user)


def demand_grant(request: HttpRequest, *grants: str) -> None:
    """404 unless the user has one of these special grants."""
    if not any(cast(Any, request.user).grants.may_do(grant) for grant in grants):
        raise Http404
