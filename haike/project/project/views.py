"""Putting a project into another phase."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entity_of
from haike.people.pages import ask
from haike.project.project.record import END, PHASES, Project
from haike.screens.door import done, find_record
from haike.screens.form import Typed
from haike.screens.table import EntityWords


def phase_view(request: HttpRequest, pk: int, phase: str) -> HttpResponse:
    """Ask for a note, at the end also for the outcome, then put the project into the phase."""
    user, entity = cast(Any, request.user), entity_of(Project)
    project = find_record(entity, user, pk)
    if phase not in PHASES or not entity.policy.allows(user, "edit", project):
        raise Http404
    names = ["outcome", "phase_note"] if phase == END else ["phase_note"]

    def act(typed: Typed) -> HttpResponse:
        outcome = {} if phase == END or project.outcome is None else {"outcome": None}
        entity.change(project, by=user, state=phase, **outcome, **typed.values)
        said = _("“%(title)s” is in the phase “%(phase)s” now.") % {"title": project, "phase": PHASES[phase]}
        return done(request, said, entity.url_of(project))

    return ask(
        request,
        {name: entity.looks[name] for name in names},
        act,
        title=_("To the phase “%(phase)s”: %(title)s") % {"phase": PHASES[phase], "title": project},
        back_url=entity.url_of(project),
        start={"outcome": project.outcome, "phase_note": ""},
        button=_("Move"),
        entity=EntityWords.of(entity),
    )
