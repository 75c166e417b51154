"""Noting that a milestone was reached today."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel.entity import entity_of
from haike.kernel.period import today
from haike.project.milestone.record import Milestone
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page


@require_POST
def reach_view(request: HttpRequest, pk: int) -> HttpResponse:
    """It was reached today."""
    user, entity = cast(Any, request.user), entity_of(Milestone)
    milestone = find_record(entity, user, pk)
    try:
        if milestone.reached_on is not None:
            raise Refused(_("This milestone has been reached already."))
        after = entity.change(milestone, by=user, reached_on=today())
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("“%(title)s” is reached.") % {"title": after}, entity.url_of(after))
