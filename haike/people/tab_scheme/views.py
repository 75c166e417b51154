"""The page on which the tabs of a scheme are chosen."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import entity_named, entity_of
from haike.people.tab_scheme.record import TabScheme
from haike.refused import Refused
from haike.screens.tabs import tab_label, tabs_of


def tabs_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Which tabs are shown; those of rooms that are not here stay as they are."""
    user, declared = cast(Any, request.user), entity_of(TabScheme)
    if not declared.policy.may(user, "view"):
        raise Http404
    scheme = cast(TabScheme, get_object_or_404(TabScheme.objects.visible_to(user), pk=pk))
    entity = entity_named(scheme.entity)
    if entity is None:
        raise Http404
    may_edit, known = declared.policy.allows(user, "edit", scheme), tabs_of(entity)
    if request.method == "POST":
        if not may_edit:
            raise Http404
        chosen = [key for key in known if key in request.POST.getlist("tab")]
        kept = [key for key in scheme.tabs if key not in known] if chosen else []
        try:
            sent = whole(request.POST.get("version"))
            declared.change(scheme, by=user, version=sent, tabs=[*chosen, *kept])
        except Refused as no:
            messages.error(request, str(no))
            return redirect(request.path)
        messages.success(request, _("The tabs of “%(scheme)s” are saved; they hold at once.") % {"scheme": scheme})
        return redirect(declared.url_of(scheme))
    choices = [{"key": key, "label": tab_label(tab), "on": key in scheme.tabs} for key, tab in known.items()]
    context = {"scheme": scheme, "entity": entity, "choices": choices, "may_edit": may_edit}
    return render(request, "people/tab_scheme.html", {**context, "back_url": declared.url_of(scheme)})
