"""The page on which the conditions of a group or of a rule are set: the filter builder of the list they are about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Section, entity_named, entity_of
from haike.kernel.filter import Group, read_filter
from haike.kernel.look import TextLook
from haike.refused import Refused
from haike.screens.dialogs import FilterForm, add_line, show_again
from haike.screens.door import done, entity_view, find_record
from haike.screens.form import FormPage, Typed
from haike.screens.list import read_list
from haike.segments.conditions import conditions_of, group_of
from haike.segments.offered import is_offered
from haike.segments.segment.members import inside
from haike.segments.segment.record import LIVE, Segment
from haike.segments.tag_rule.record import TagRule


def conditions_page(
    request: HttpRequest,
    form: FilterForm,
    before: Callable[[], Group],
    save: Callable[[Group], HttpResponse | None],
    reading: AbstractContextManager[Any] | None = None,
) -> HttpResponse:
    """The filter builder for conditions that a record keeps.

    It begins with `before()`; where that is Refused, with nothing, and says why. `save` answers None when something
    is to be looked at once more first, which it puts into the form. `reading` lies around the reading of what was sent.
    """
    status = 200
    if request.method == "POST":
        data = form.read(request.POST)
        try:
            with reading or nullcontext():
                built = read_filter(form.entity, form.user, orjson.dumps(data).decode())
            if request.POST.get("apply"):
                if (answer := save(built)) is not None:
                    return answer
                status = 422
            form.show(built)
            add_line(form, request.POST.get("add", ""))
        except Refused as no:
            show_again(form, data, str(no))
            status = 422
    else:
        try:
            form.show(before())
        except Refused as no:
            form.notes = [str(no)]
    template = "kernel/filter.html#form" if getattr(request, "htmx", False) else "kernel/filter.html"
    return render(request, template, {"filter": form}, status=status)


def conditions_form(request: HttpRequest, target: Entity, record: Any) -> FilterForm:
    """The builder of a list's filter, for what a record keeps."""
    form = FilterForm(request, target)
    form.action, form.back_url, form.clear_url = request.path, entity_of(record).url_of(record), ""
    form.title = _("Conditions of “%(name)s”") % {"name": record}
    return form


@entity_view("conditions")
def conditions_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Set the conditions of a live group or of a rule."""
    user = cast(Any, request.user)
    if entity.model not in (Segment, TagRule):
        raise Http404
    record = find_record(entity, user, pk, action="edit")
    target = entity_named(record.entity)
    if target is None or getattr(record, "manner", LIVE) != LIVE:
        raise Http404

    def save(built: Group) -> HttpResponse:
        set_conditions(record, built, by=user)
        return done(request, _("The conditions are saved."), entity.url_of(record), go=True)

    form = conditions_form(request, target, record)
    within = inside(pk if entity.model is Segment else 0)
    return conditions_page(request, form, lambda: group_of(record.conditions, user), save, within)


def set_conditions(record: Any, group: Group, *, by: Any) -> Any:
    """Keep conditions; a group or rule without any would find everything or nothing."""
    if not group.parts:
        raise Refused(_("Set at least one condition."))
    entity = entity_of(record)
    return entity.change(record, by=by, conditions=conditions_of(cast(Entity, entity_named(record.entity)), group))


@entity_view("segment_from_list")
def new_from_list_view(request: HttpRequest, entity: Entity) -> HttpResponse:
    """Keep the filter of a list as a live group."""
    user, page, groups = cast(Any, request.user), read_list(request, entity), entity_of(Segment)
    if not is_offered(entity.label):
        raise Http404
    groups.policy.demand(user, "create")
    look = TextLook("name", _("Name of the group"), field=Segment._meta.get_field("name"))
    typed = Typed({"name": look}, user)
    typed.start({"name": ""})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                if not page.selection.filter.parts:
                    raise Refused(_("Set at least one condition."))
                made = groups.create(
                    by=user, name=typed.values["name"], entity=entity.label, manner=LIVE,
                    conditions=conditions_of(entity, page.selection.filter),
                )  # fmt: skip
            except Refused as no:
                typed.refuse(no)
            else:
                message = _("The group “%(name)s” follows these conditions from now on.") % {"name": made}
                return done(request, message, groups.url_of(made), go=True)
    left = _("Only the filter is kept, not the tab and the words searched for.") if page.q or page.tab != "all" else ""
    form = FormPage(
        title=_("Keep as a live group"),
        action=f"/{entity.slug}/segment?{urlencode(page.query)}",
        sections=typed.sections([Section("", ["name"])]),
        errors=typed.error_lines(),
        message=typed.message,
        top=format_html('<p class="hint">{}</p>', left) if left else "",
        back_url=page.url(),
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": form}, status=422 if typed.errors or typed.message else 200)
