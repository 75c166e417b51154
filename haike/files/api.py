"""Attachments in the REST API: list, upload, download, delete, for a record of any kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from haike.api.find import find_record
from haike.api.shapes import Fault
from haike.api.surface import LARGEST_KEY, demand_scope
from haike.files.attachment import actions
from haike.files.attachment.queries import demand_tab, find, of_record
from haike.files.attachment.record import Attachment
from haike.files.give import serve
from haike.files.incoming import keep_body
from haike.files.own_file.actions import note_upload
from haike.files.own_file.look import OwnFile
from haike.files.own_file.views import upload_of
from haike.kernel.entity import Entity, entity_named

router = Router(tags=["attachments"])
FAULTS: dict[Any, Any] = {401: Fault, 403: Fault, 404: Fault, 422: Fault, 429: Fault}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
CONTENT = {
    "responses": {
        200: {
            "description": "The file itself.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class AttachmentOut(Schema):
    """One attachment; `size` in bytes, `kind` such as picture, pdf, sheet or link, `content` where a file is read."""

    id: int
    name: str
    kind: str
    size: int
    url: str
    content: str
    at: datetime
    by: str


class LinkIn(Schema):
    """An address to attach."""

    url: str
    name: str = ""


def shown(each: Attachment) -> dict[str, Any]:
    """An attachment as JSON."""
    content = "" if each.url else f"/api/v1/attachments/{each.pk}/content"
    by = str(each.by or "")
    facts = {"id": each.pk, "name": each.name, "kind": each.family, "size": each.size, "url": each.url}
    return {**facts, "content": content, "at": each.at.isoformat(), "by": by}


def _record(request: HttpRequest, slug: str, pk: int, scope: str) -> tuple[Any, Any]:
    """A record with its entity, for one who sees its attachments."""
    entity, record = find_record(request, slug, pk, scope)
    user: Any = request.user
    demand_tab(user, entity)
    return entity, record


def _found(request: HttpRequest, pk: int, scope: str) -> Any:
    if not 0 < pk <= LARGEST_KEY:
        raise Http404
    user: Any = request.user
    found = find(user, pk)
    demand_scope(request, found[1], scope)
    return found


@router.get(
    "/{slug}/{int:pk}/attachments", response={200: list[AttachmentOut], **FAULTS}, operation_id="attachments_list"
)
def attachments_list(request: HttpRequest, slug: str, pk: int) -> Any:
    """The attachments of a record, newest first."""
    entity, record = _record(request, slug, pk, "read")
    return [shown(each) for each in of_record(entity, record.pk).filter(deleted_at=None).select_related("by")]


@router.post(
    "/{slug}/{int:pk}/attachments",
    response={201: AttachmentOut, **FAULTS},
    operation_id="attachments_upload",
    openapi_extra=BODY,
)
def attachments_upload(request: HttpRequest, slug: str, pk: int, name: Query[str]) -> Any:
    """Attach the body of the request as a file of this name; the same file under the same name is attached once."""
    user: Any = request.user
    __, record = _record(request, slug, pk, "change")
    actions.demand_edit(record, user)
    blob, cleaned = keep_body(request, name)
    return 201, shown(actions.attach(record, blob, cleaned, by=user))


@router.post(
    "/{slug}/{int:pk}/attachments/link", response={201: AttachmentOut, **FAULTS}, operation_id="attachments_link"
)
def attachments_link(request: HttpRequest, slug: str, pk: int, body: LinkIn) -> Any:
    """Attach an address of the web."""
    user: Any = request.user
    __, record = _record(request, slug, pk, "change")
    return 201, shown(actions.attach_link(record, body.url.replace("\0", ""), body.name.replace("\0", ""), by=user))


@router.get(
    "/attachments/{int:pk}/content",
    response={200: None, **FAULTS},
    operation_id="attachments_content",
    openapi_extra=CONTENT,
)
def attachments_content(request: HttpRequest, pk: int) -> Any:
    """The content of an attachment."""
    attachment, __, ___ = _found(request, pk, "read")
    return serve(attachment)


@router.delete("/attachments/{int:pk}", response={204: None, **FAULTS}, operation_id="attachments_delete")
def attachments_delete(request: HttpRequest, pk: int) -> Any:
    """Move an attachment to the bin of its record."""
    user: Any = request.user
    attachment, __, record = _found(request, pk, "change")
    actions.detach(attachment, record, by=user)
    return 204, None


# -- files of own fields ---------------------------------------------------------------------------------------------


class UploadOut(Schema):
    """A file that waits to be put into a record: the record's field takes its `id`."""

    id: int
    name: str
    kind: str
    size: int


def _file_look(request: HttpRequest, entity: Entity, field: str, rights: tuple[str, ...]) -> OwnFile:
    user: Any = request.user
    look = entity.looks.get(field)
    if not isinstance(look, OwnFile) or entity.right(user, field) not in rights:
        raise Http404
    return look


@router.post(
    "/{slug}/files/{field}",
    response={201: UploadOut, **FAULTS},
    operation_id="files_upload",
    openapi_extra=BODY,
)
def files_upload(request: HttpRequest, slug: str, field: str, name: Query[str]) -> Any:
    """Upload the body of the request for an own field that holds a file; then set the field to the id, within a day."""
    user: Any = request.user
    entity = entity_named(slug)
    if entity is None or entity.slug != slug or not entity.policy.may(user, "view"):
        raise Http404
    demand_scope(request, entity, "change")
    look = _file_look(request, entity, field, ("edit",))
    blob, cleaned = keep_body(request, name)
    return 201, look.to_json(look.held(note_upload(look.own, blob, cleaned, only=look.only, by=user)))


@router.get(
    "/{slug}/{int:pk}/files/{field}",
    response={200: None, **FAULTS},
    operation_id="files_content",
    openapi_extra=CONTENT,
)
def files_content(request: HttpRequest, slug: str, pk: int, field: str) -> Any:
    """The content of an own field that holds a file."""
    entity, record = find_record(request, slug, pk, "read")
    return serve(upload_of(entity, request.user, record, field))
