"""The forms in which records are taken into a project, from the project or from the record."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haike.kernel.entity import Entity, entity_of
from haike.kernel.look import ReferenceLook
from haike.people.pages import ask
from haike.project.link.actions import link, unlink
from haike.project.link.record import Link
from haike.project.link.shown import entity_for
from haike.project.project.record import Project
from haike.refused import Refused
from haike.screens.door import done, find_record, refused_page
from haike.screens.form import Typed
from haike.screens.table import EntityWords


def _known(kind: str, user: Any) -> Entity:
    entity = entity_for(kind)
    if entity is None or not entity.policy.may(user, "view"):
        raise Http404
    return entity


def _picker(name: str, column: str, label: Any) -> ReferenceLook:
    look = ReferenceLook(name, label, field=Link._meta.get_field(column))
    look.required = True
    return look


def link_view(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask which record is taken into the project."""
    user, home = cast(Any, request.user), entity_of(Project)
    entity, project = _known(kind, user), find_record(home, user, pk)
    if not home.policy.allows(user, "edit", project):
        raise Http404

    def act(typed: Typed) -> HttpResponse:
        record = typed.values["record"]
        try:
            link(project, kind, record, by=user)
        except Refused as no:
            raise Refused(fields={"record": str(no)}) from no
        return done(request, _("“%(title)s” belongs to the project.") % {"title": record}, home.url_of(project))

    return ask(
        request,
        {"record": _picker("record", kind, entity.name)},
        act,
        title=_("Take into the project: %(kind)s") % {"kind": entity.name},
        back_url=home.url_of(project),
        button=_("Take in"),
        entity=EntityWords.of(home),
    )


def place_view(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask into which project this record goes."""
    user, home = cast(Any, request.user), entity_of(Project)
    entity = _known(kind, user)
    record = find_record(entity, user, pk)
    if not home.policy.may(user, "edit"):
        raise Http404

    def act(typed: Typed) -> HttpResponse:
        project = typed.values["project"]
        try:
            link(project, kind, record, by=user)
        except Refused as no:
            raise Refused(fields={"project": str(no)}) from no
        said = _("“%(title)s” belongs to the project “%(project)s”.") % {"title": record, "project": project}
        return done(request, said, entity.url_of(record))

    return ask(
        request,
        {"project": _picker("project", "project", home.name)},
        act,
        title=_("Add to a project: %(title)s") % {"title": record},
        back_url=entity.url_of(record),
        button=_("Take in"),
        entity=EntityWords.of(entity),
    )


@require_POST
def unlink_view(request: HttpRequest, pk: int, kind: str, key: int) -> HttpResponse:
    """Take a record out of the project."""
    user, home = cast(Any, request.user), entity_of(Project)
    entity, project = _known(kind, user), find_record(home, user, pk)
    record = find_record(entity, user, key)
    try:
        unlink(project, kind, record, by=user)
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("“%(title)s” is out of the project.") % {"title": record}, home.url_of(project))
