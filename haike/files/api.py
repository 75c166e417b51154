"""Attachments in the REST API: list, upload, download, delete, for a record of any kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from haike.api.shapes import Fault
from haike.api.surface import LARGEST_KEY
from haike.files.attachment import actions
from haike.files.attachment.queries import find, of_record
from haike.files.attachment.record import Attachment
from haike.files.attachment.views import serve
from haike.files.incoming import keep_body
from haike.kernel.entity import entity_named

router = Router(tags=["attachments"])
FAULTS: dict[Any, Any] = {401: Fault, 404: Fault, 422: Fault}
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


def _record(user: Any, slug: str, pk: int) -> Any:
    entity = entity_named(slug)
    if entity is None or slug != entity.slug or not entity.policy.may(user, "view") or not 0 < pk <= LARGEST_KEY:
        raise Http404
    record = entity.model.objects.visible_to(user).filter(pk=pk).first()
    if record is None:
        raise Http404
    return entity, record


def _found(user: Any, pk: int) -> Any:
    if not 0 < pk <= LARGEST_KEY:
        raise Http404
    return find(user, pk)


@router.get(
    "/{slug}/{int:pk}/attachments", response={200: list[AttachmentOut], **FAULTS}, operation_id="attachments_list"
)
def attachments_list(request: HttpRequest, slug: str, pk: int) -> Any:
    """The attachments of a record, newest first."""
    entity, record = _record(request.user, slug, pk)
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
    __, record = _record(user, slug, pk)
    actions.demand_edit(record, user)
    blob, cleaned = keep_body(request, name)
    return 201, shown(actions.attach(record, blob, cleaned, by=user))


@router.post(
    "/{slug}/{int:pk}/attachments/link", response={201: AttachmentOut, **FAULTS}, operation_id="attachments_link"
)
def attachments_link(request: HttpRequest, slug: str, pk: int, body: LinkIn) -> Any:
    """Attach an address of the web."""
    user: Any = request.user
    __, record = _record(user, slug, pk)
    return 201, shown(actions.attach_link(record, body.url.replace("\0", ""), body.name.replace("\0", ""), by=user))


@router.get(
    "/attachments/{int:pk}/content",
    response={200: None, **FAULTS},
    operation_id="attachments_content",
    openapi_extra=CONTENT,
)
def attachments_content(request: HttpRequest, pk: int) -> Any:
    """The content of an attachment."""
    attachment, __, ___ = _found(request.user, pk)
    return serve(attachment)


@router.delete("/attachments/{int:pk}", response={204: None, **FAULTS}, operation_id="attachments_delete")
def attachments_delete(request: HttpRequest, pk: int) -> Any:
    """Move an attachment to the bin of its record."""
    user: Any = request.user
    attachment, __, record = _found(user, pk)
    actions.detach(attachment, record, by=user)
    return 204, None
