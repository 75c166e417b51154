"""What is done with attachments on the page of a record: upload, link, preview, download, rename, bin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from haike.files.attachment import actions
from haike.files.attachment.queries import demand_tab, find, of_record
from haike.files.attachment.screen import item_html
from haike.files.give import serve
from haike.files.incoming import Busy, guard_form, keep_body, keep_form
from haike.files.links import link, read_link
from haike.files.preview.show import preview_of
from haike.kernel.entity import Entity, entity_of
from haike.refused import Refused
from haike.screens.door import done, entity_view, find_record, refused_page

View = Callable[..., HttpResponse]


def with_refusals(view: View) -> View:
    """Show a Refused as the kernel's views do."""

    @wraps(view)
    def inner(request: HttpRequest, **where: Any) -> HttpResponse:
        try:
            return view(request, **where)
        except Refused as no:
            return refused_page(request, no)

    return inner


def tab_of(record: Any) -> str:
    """The page of a record with its attachments open."""
    return f"{entity_of(record).url_of(record)}?tab=attachments"


# -- adding --------------------------------------------------------------------------------------------------------


@csrf_exempt
def upload_view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A form's files, or one file as the whole body. The token of a form is checked after its limits are set."""
    if request.content_type == "multipart/form-data":
        guard_form(request)
    return _upload(request, slug=slug, pk=pk)


@entity_view("attachments")
def _upload(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    return _protected_upload(request, entity, pk)


@csrf_protect
def _protected_upload(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    user = cast(Any, request.user)
    demand_tab(user, entity)
    record = find_record(entity, user, pk)
    if request.method != "POST":
        return redirect(tab_of(record))
    if request.content_type == "multipart/form-data":
        return _form_upload(request, record, user)
    try:
        actions.demand_edit(record, user)
        blob, name = keep_body(request, request.GET.get("name", ""))
        made = actions.attach(record, blob, name, by=user)
    except Refused as no:
        return JsonResponse({"message": str(no)}, status=503 if isinstance(no, Busy) else 422)
    html = item_html(request, made, may_edit=True)
    number = of_record(entity, pk).filter(deleted_at=None).count()
    return JsonResponse({"id": made.pk, "html": html, "count": number}, status=201)


def _form_upload(request: HttpRequest, record: Any, user: Any) -> HttpResponse:
    try:
        actions.demand_edit(record, user)
        for blob, name in keep_form(request):
            actions.attach(record, blob, name, by=user)
    except Refused as no:
        messages.error(request, str(no))
    return redirect(tab_of(record))


@entity_view("attach_link")
def link_view(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """A small form for an address of the web."""
    user = cast(Any, request.user)
    demand_tab(user, entity)
    record, faults = find_record(entity, user, pk), {}
    actions.demand_edit(record, user)
    if request.method == "POST":
        try:
            made = actions.attach_link(record, request.POST.get("url", ""), request.POST.get("title", ""), by=user)
        except Refused as no:
            faults = no.fields
        else:
            return done(request, _("“%(name)s” is attached.") % {"name": made.name}, tab_of(record))
    context = {"record": record, "action": request.path, "back_url": tab_of(record), "faults": faults}
    template = "files/link.html#form" if getattr(request, "htmx", False) else "files/link.html"
    return render(request, template, context, status=422 if faults else 200)


# -- reading -------------------------------------------------------------------------------------------------------


@with_refusals
def show_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of an attachment, with those before and after it."""
    user = cast(Any, request.user)
    attachment, entity, record = find(user, pk)
    if attachment.url:
        return redirect(tab_of(record))
    others = list(of_record(entity, record.pk).filter(deleted_at=None, url="").values_list("pk", flat=True))
    place = others.index(attachment.pk)
    context = {
        "attachment": attachment,
        "home": f"/attachments/{pk}/",
        "record": record,
        "back_url": tab_of(record),
        "before": others[place - 1] if place else None,
        "after": others[place + 1] if place + 1 < len(others) else None,
        "place": place + 1,
        "number": len(others),
        "preview": preview_of(attachment, partial(link, pk), sheet=request.GET.get("sheet", "")),
    }
    template = "files/show.html#show" if getattr(request, "htmx", False) else "files/show.html"
    return render(request, template, context)


@with_refusals
def download_view(request: HttpRequest, pk: int) -> HttpResponse:
    """To the signed address of the content; this one can be kept in a text or a mail."""
    attachment, __, ___ = find(cast(Any, request.user), pk)
    return redirect(attachment.url or link(attachment.pk))


@with_refusals
def content_view(request: HttpRequest, token: str) -> Any:
    """A content by its signed address, for those who see the record."""
    read = read_link(token)
    if read is None:
        raise Http404
    pk, form, holds = read
    attachment, __, record = find(cast(Any, request.user), pk)
    if not holds:
        title, text = _("This link has expired"), _("Open the record and click the file again.")
        error = {"status": 410, "title": title, "text": text, "url": tab_of(record)}
        return render(request, "kernel/error.html", {"error": error}, status=410)
    return serve(attachment, form)


# -- changing ------------------------------------------------------------------------------------------------------


@with_refusals
def rename_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name."""
    user, fault = cast(Any, request.user), ""
    attachment, __, record = find(user, pk)
    actions.demand_edit(record, user)
    if request.method == "POST":
        try:
            actions.rename(attachment, record, request.POST.get("title", ""), by=user)
        except Refused as no:
            fault = str(no)
        else:
            return done(request, _("The attachment has a new name."), tab_of(record))
    context = {"attachment": attachment, "action": request.path, "back_url": tab_of(record), "fault": fault}
    template = "files/rename.html#form" if getattr(request, "htmx", False) else "files/rename.html"
    return render(request, template, context, status=422 if fault else 200)


@require_POST
@with_refusals
def detach_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the bin."""
    user = cast(Any, request.user)
    attachment, __, record = find(user, pk)
    actions.detach(attachment, record, by=user)
    message = _("“%(name)s” is in the bin of this record.") % {"name": attachment.name}
    return done(request, message, tab_of(record), undo_url=f"/attachments/{pk}/restore")


@require_POST
@with_refusals
def reattach_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the bin."""
    user = cast(Any, request.user)
    attachment, __, record = find(user, pk, deleted=True)
    actions.reattach(attachment, record, by=user)
    return done(request, _("“%(name)s” is attached.") % {"name": attachment.name}, tab_of(record))


@require_POST
@with_refusals
def purge_view(request: HttpRequest, pk: int) -> HttpResponse:
    """For good."""
    user = cast(Any, request.user)
    attachment, __, record = find(user, pk, deleted=True)
    actions.purge(attachment, record, by=user)
    return done(request, _("“%(title)s” is deleted for good.") % {"title": attachment.name}, tab_of(record))
