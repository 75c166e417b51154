"""Acts on one record beside editing: archive, transfer, share, steps of the flow."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.find.share import Share
from haike.kernel.change import archive, write_log
from haike.kernel.entity import Entity, Section
from haike.kernel.events import announce
from haike.kernel.look import PersonLook
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record
from haike.screens.form import FormPage, Typed
from haike.screens.table import EntityWords


@entity_view("archive", "edit")
def archive_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Put a record out of the default lists, or back."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="edit")
    if request.method != "POST":
        raise Http404
    away = record.archived_at is None
    archive(record, by=user, away=away)
    message = _("“%(title)s” is archived; search still finds it.") if away else _("“%(title)s” is in the lists again.")
    return done(request, message % {"title": record}, entity.url_of(record))


def _form(
    request: HttpRequest, entity: Entity, record: Any, title: Any, act: str, typed: Typed, **more: Any
) -> HttpResponse:
    page = FormPage(
        title=title,
        action=f"{entity.url_of(record)}{act}",
        sections=typed.sections([Section("", list(typed.looks))]),
        entity=EntityWords.of(entity),
        errors=typed.error_lines(),
        message=typed.message,
        back_url=entity.url_of(record),
        **more,
    )
    template = "kernel/form.html#form" if getattr(request, "htmx", False) else "kernel/form.html"
    bad = bool(typed.errors or typed.message)
    return render(request, template, {"form": page}, status=422 if bad else 200)


def person_look(entity: Entity, label: Any) -> PersonLook:
    """The input for a colleague, who must be named."""
    look = PersonLook("owner", label, field=entity.model._meta.get_field("owner"))
    look.required = True
    return look


@entity_view("transfer", "transfer")
def transfer_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Give a record to a colleague; asks first, refuses giving to the present owner."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="transfer")
    typed = Typed({"owner": person_look(entity, _("New owner"))}, user)
    typed.start({"owner": None})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            owner = typed.values["owner"]
            if owner.pk == record.owner_id:
                typed.errors["owner"] = str(_("%(name)s is the owner already.") % {"name": owner})
            else:
                try:
                    entity.change(record, by=user, owner=owner)
                except Refused as no:
                    typed.refuse(no)
        if not typed.errors and not typed.message:
            seen = entity.model.objects.visible_to(user).filter(pk=pk).exists()
            message = _("“%(title)s” now belongs to %(name)s.") % {"title": record, "name": typed.values["owner"]}
            return done(request, message, entity.url_of(record) if seen else entity.url, go=not seen)
    title = _("Transfer: %(title)s") % {"title": record}
    return _form(request, entity, record, title, "transfer", typed)


@entity_view("share", "share")
def share_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Let colleagues see, and perhaps change, a record; shows and ends present shares."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="share")
    typed = Typed({"owner": person_look(entity, _("Colleague"))}, user)
    typed.start({"owner": None})
    shares = Share.objects.filter(entity=entity.label, record_id=pk).select_related("user").order_by("id")
    if request.method == "POST":
        if (ended := whole(request.POST.get("end"))) is not None:
            share = shares.filter(pk=ended).first()
            if share is not None:
                end_share(entity, record, share, by=user)
                message = _("%(name)s no longer sees “%(title)s” by a share.") % {"name": share.user, "title": record}
                return done(request, message, entity.url_of(record))
        typed.read(request.POST)
        if typed.parse():
            colleague = typed.values["owner"]
            try:
                share_record(entity, record, colleague, can_write=request.POST.get("can_write") == "1", by=user)
            except Refused as no:
                typed.refuse(no)
            else:
                message = _("“%(title)s” is shared with %(name)s.") % {"title": record, "name": colleague}
                return done(request, message, entity.url_of(record))
    write = format_html(
        '<label class="form-check"><input class="form-check-input" type="checkbox" name="can_write" value="1"> {}'
        "</label>",
        _("may change it too"),
    )
    present = format_html_join(
        "",
        '<div class="line"><span class="grow">{} · {}</span>'
        '<button class="btn btn-s" name="end" value="{}" formnovalidate>{}</button></div>',
        (
            (share.user, _("reads and writes") if share.can_write else _("reads"), share.pk, _("End the share"))
            for share in shares
        ),
    )
    title = _("Share: %(title)s") % {"title": record}
    return _form(request, entity, record, title, "share", typed, bottom=write + present)


def share_record(entity: Entity, record: Any, colleague: Any, *, can_write: bool, by: Any) -> Share:
    """Open a record to a colleague; a second time changes how far."""
    if not entity.policy.allows(by, "share", record):
        raise Refused(_("You may not share this record."))
    if colleague.pk == record.owner_id:
        raise Refused(fields={"owner": _("%(name)s is the owner already.") % {"name": colleague}})
    with transaction.atomic():
        share, __ = Share.objects.update_or_create(
            entity=entity.label, record_id=record.pk, user=colleague, defaults={"can_write": can_write, "by": by}
        )
        write_log(record, "share", by=by, diff={str(_("Shared with")): ["", str(colleague)]})
        announce("kernel.shared", entity=entity, record=record, user=colleague, by=by)
    return share


def end_share(entity: Entity, record: Any, share: Share, *, by: Any) -> None:
    """Take back a share."""
    if not entity.policy.allows(by, "share", record):
        raise Refused(_("You may not share this record."))
    with transaction.atomic():
        write_log(record, "unshare", by=by, diff={str(_("Shared with")): [str(share.user), ""]})
        share.delete()


@entity_view("step", "edit")
def step_view(request: HttpRequest, entity: Entity, pk: int, step: str) -> HttpResponse:
    """Take a step of the flow, after asking what it wants to know."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk, action="edit")
    steps = entity.flow.steps() if entity.flow else {}
    if step not in steps or entity.flow is None:
        raise Http404
    taken = steps[step]
    typed = Typed({name: entity.looks[name] for name in taken.asks}, user)
    typed.start({name: entity.looks[name].get(record) for name in taken.asks})
    if request.method == "POST":
        typed.read(request.POST)
        if typed.parse():
            try:
                taken.check(record)
                entity.change(record, by=user, **{**typed.values, entity.flow.field: taken.to})
            except Refused as no:
                if not taken.asks:
                    # A button sent it, and there is no form that could say it.
                    raise
                typed.refuse(no)
            else:
                if taken.announce:
                    announce(taken.announce, record=record, by=user)
                return done(request, _("Done: %(label)s.") % {"label": taken.label}, entity.url_of(record))
    return _form(request, entity, record, taken.label, f"do/{step}", typed)
