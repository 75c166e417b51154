"""The dialog that tags a record, and the page on which tags are kept."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import Entity, Section
from haike.kernel.escape import escape
from haike.kernel.look import Look, TextLook, YesNoLook
from haike.kernel.look.base import Raw, one
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record, refused_page
from haike.screens.form import FormPage, Typed
from haike.talk.tag.actions import change_tag, delete_tag, make_tag, may_shape, tag_record
from haike.talk.tag.look import TagsLook
from haike.talk.tag.record import COLOURS, LONGEST_NAME, Tag, tags_for, tags_on
from haike.talk.where import is_served


class ColourLook(Look):
    """One of the colours, as a row of tags to choose from."""

    kind = "colour"
    wide = True

    def widget(self, name: str, raw: Raw, *, invalid: bool = False) -> SafeString:
        chosen = one(raw) or COLOURS[0][0]
        parts = [
            f'<label class="choice"><input type="radio" name="{escape(name)}" value="{key}"'
            f'{" checked" if key == chosen else ""}><span class="tag-dot tag-{key}">{escape(label)}</span></label>'
            for key, label in COLOURS
        ]
        label = f"label-{escape(name)}"
        return mark_safe(f'<div class="choices" role="radiogroup" aria-labelledby="{label}">{"".join(parts)}</div>')


def _looks_of_tag(user: Any, *, required: bool) -> dict[str, Look]:
    name = TextLook("name", _("Name"))
    name.required, name.max_length = required, LONGEST_NAME
    return {"name": name, "colour": ColourLook("colour", _("Colour of the tag"))}


@entity_view("tags")
def tags_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Choose the tags of a record, and make a new one on the way."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    if not is_served(entity):
        raise Http404
    may_edit = entity.policy.allows(user, "edit", record)
    look = TagsLook(entity.label).for_reader(user)
    look.editable = True
    new = _looks_of_tag(user, required=False)
    looks: dict[str, Look] = {"tags": look, **new}
    if user.grants.may_do("tags"):
        looks["shared"] = YesNoLook("shared", _("For everybody in the company"))
    typed = Typed(looks, user)
    on_it = tags_on(entity.label, [pk], user).get(pk, [])
    typed.start({"tags": on_it, "shared": "", "name": "", "colour": ""})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                with transaction.atomic():
                    wanted = {tag.id for tag in typed.values["tags"]}
                    if typed.values.get("name"):
                        shared = bool(typed.values.get("shared"))
                        made = make_tag(
                            typed.values["name"], colour=typed.values["colour"] or COLOURS[0][0], shared=shared, by=user
                        )
                        wanted.add(made.pk)
                    if not may_edit:
                        _refuse_shared(user, wanted ^ {tag.id for tag in on_it})
                    tag_record(entity, record, wanted, by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, _("The tags are saved."), entity.url_of(record))
    sections = typed.sections(
        [Section("", ["tags"]), Section(_("New tag"), [name for name in looks if name != "tags"])]
    )
    hint = "" if may_edit else _("You may put your own tags here; tags of the company need the right to edit.")
    page = FormPage(
        title=_("Tags of “%(title)s”") % {"title": record},
        action=f"{entity.url_of(record)}tags",
        sections=sections,
        errors=typed.error_lines(),
        message=typed.message,
        back_url=entity.url_of(record),
        top=format_html('<p class="hint">{}</p>', hint) if hint else "",
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=422 if typed.errors or typed.message else 200)


def _refuse_shared(user: Any, touched: set[int]) -> None:
    known = tags_for(user)
    if any(known[pk].owner_id is None for pk in touched if pk in known):
        raise Refused(fields={"tags": _("You may look at this record, but not change it; only your own tags go here.")})


def tag_list_view(request: HttpRequest) -> HttpResponse:
    """The company's tags and one's own, with how many records carry each."""
    user = cast(Any, request.user)
    known = tags_for(user)
    numbers = dict(Tag.objects.filter(pk__in=known).annotate(n=Count("tagged")).values_list("pk", "n"))
    rows = [
        {
            "tag": tag,
            "number": numbers.get(pk, 0),
            "may": may_shape(user, tag.owner_id),
            "mine": tag.owner_id is not None,
        }
        for pk, tag in known.items()
    ]
    context = {
        "groups": [
            (_("Tags of the company"), [row for row in rows if not row["mine"]]),
            (_("My own tags"), [row for row in rows if row["mine"]]),
        ]
    }
    return render(request, "talk/tags.html", context)


def tag_new_view(request: HttpRequest) -> HttpResponse:
    """Make a tag."""
    return _tag_form(request, None)


def tag_edit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name or colour."""
    return _tag_form(request, _find(request, pk))


def tag_delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a tag and take it off every record."""
    tag = _find(request, pk)
    if request.method != "POST":
        raise Http404
    try:
        delete_tag(tag, by=cast(Any, request.user))
    except Refused as no:
        return refused_page(request, no)
    return done(request, _("The tag “%(name)s” is deleted.") % {"name": tag.name}, "/tags/")


def _find(request: HttpRequest, pk: int) -> Tag:
    tag = Tag.objects.filter(pk=pk).first()
    if tag is None or pk not in tags_for(cast(Any, request.user)):
        raise Http404
    return tag


def _tag_form(request: HttpRequest, tag: Tag | None) -> HttpResponse:
    user = cast(Any, request.user)
    looks = _looks_of_tag(user, required=True)
    if tag is None and user.grants.may_do("tags"):
        looks["shared"] = YesNoLook("shared", _("For everybody in the company"))
    typed = Typed(looks, user)
    typed.start({"name": tag.name if tag else "", "colour": tag.colour if tag else "", "shared": ""})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            colour = typed.values.get("colour") or COLOURS[0][0]
            try:
                if tag is None:
                    shared = bool(typed.values.get("shared"))
                    make_tag(typed.values["name"], colour=colour, shared=shared, by=user)
                else:
                    change_tag(tag, name=typed.values["name"], colour=colour, by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                return done(request, _("The tag “%(name)s” is saved.") % {"name": typed.values["name"]}, "/tags/")
    page = FormPage(
        title=_("Change the tag") if tag else _("New tag"),
        action=request.path,
        sections=typed.sections([Section("", list(looks))]),
        errors=typed.error_lines(),
        message=typed.message,
        back_url="/tags/",
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    return render(request, template, {"form": page}, status=422 if typed.errors or typed.message else 200)
