"""Taking a template, and keeping a solution as one."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.kernel.entity import entity_of
from haike.refused import Refused
from haike.sales.opportunity.record import Opportunity
from haike.sales.solution.actions import begin_with, keep_as_template
from haike.sales.solution.panel import templates_for
from haike.sales.solution.record import Solution, SolutionTemplate
from haike.screens.door import done, find_record, refused_page


def _posted(request: HttpRequest, model: Any, pk: int, makes: Any) -> tuple[Any, Any]:
    """The user and the record he works on; who may not make what is asked for finds no such page."""
    user, entity = cast(Any, request.user), entity_of(model)
    if (
        request.method != "POST"
        or not entity.policy.may(user, "view")
        or not entity_of(makes).policy.may(user, "create")
    ):
        raise Http404
    return user, find_record(entity, user, pk)


def from_template_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a solution with a template, and open it."""
    user, opportunity = _posted(request, Opportunity, pk, Solution)
    template = templates_for(user).filter(pk=whole(request.POST.get("template")) or 0).first()
    try:
        if template is None:
            raise Refused(_("Choose a template."))
        made = begin_with(template, opportunity, by=user)
    except Refused as no:
        return refused_page(request, no)
    words = _("“%(title)s” has been made; change it as the customer needs it.") % {"title": made}
    return done(request, words, entity_of(made).url_of(made), go=True)


def keep_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a solution as a template of one's own, and open that."""
    user, solution = _posted(request, Solution, pk, SolutionTemplate)
    try:
        made = keep_as_template(solution, by=user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("Kept as a template of your own."), entity_of(made).url_of(made), go=True)
