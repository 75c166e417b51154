"""Reading the file of an own field: always by way of the record that holds it."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from haike.files.give import serve
from haike.files.links import FORMS
from haike.files.own_file.actions import SECRET
from haike.files.own_file.record import Upload
from haike.files.preview.show import preview_of
from haike.kernel.entity import Entity
from haike.screens.door import entity_view, find_record


def upload_of(entity: Entity, user: Any, record: Any, name: str) -> Upload:
    """The file that a visible record holds in a field, or 404 for one who may not read the field."""
    look = entity.looks.get(name)
    if look is None or look.kind not in ("file", "image") or entity.right(user, name) in SECRET:
        raise Http404
    held = look.get(record)
    if not held or entity.policy.right_to(user, name, record) in SECRET:
        raise Http404
    found = Upload.objects.select_related("blob").filter(pk=held.id, entity=entity.label, key=name).first()
    if found is None:
        raise Http404
    return found


@entity_view("own_file")
def show_view(request: HttpRequest, entity: Entity, pk: int, name: str) -> HttpResponse:
    """The preview of the file."""
    user = cast(Any, request.user)
    record = find_record(entity, user, pk)
    upload, home = upload_of(entity, user, record, name), f"{entity.url_of(record)}file/{name}/"
    context = {
        "attachment": upload,
        "home": home,
        "record": record,
        "back_url": entity.url_of(record),
        "preview": preview_of(upload, lambda form: f"{home}content/{form}", sheet=request.GET.get("sheet", "")),
    }
    template = "files/show.html#show" if getattr(request, "htmx", False) else "files/show.html"
    return render(request, template, context)


@entity_view("own_file")
def content_view(request: HttpRequest, entity: Entity, pk: int, name: str, form: str = "file") -> Any:
    """The file itself, or a picture of it in one of the sizes."""
    user = cast(Any, request.user)
    if form not in FORMS:
        raise Http404
    upload = upload_of(entity, user, find_record(entity, user, pk), name)
    return serve(upload, form)
