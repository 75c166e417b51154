"""Comments and notices in the REST API, with the rights and rules of the screens."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from haike.api.find import find_by_key, find_record
from haike.api.once import once
from haike.api.shapes import Fault
from haike.api.surface import LARGEST_KEY, MOST_ROWS
from haike.api.token import ApiToken
from haike.kernel.entity import entity_named
from haike.people.grants import organisation
from haike.talk.comment.actions import delete_comment, edit_comment, write_comment
from haike.talk.comment.record import Comment
from haike.talk.module import TALK
from haike.talk.notice.page import lines
from haike.talk.notice.record import Notice, notices_changed, unread_now
from haike.talk.where import reads_comments

router = Router()
FAULTS: dict[Any, Any] = {401: Fault, 403: Fault, 404: Fault, 422: Fault, 429: Fault}
Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS)]


class PersonOut(Schema):
    """A user by key and name."""

    id: int
    name: str


class CommentOut(Schema):
    """What somebody said about a record; `mentions` are those named in it behind an @."""

    id: int
    text: str
    mentions: list[PersonOut]
    by: PersonOut
    at: datetime
    edited_at: datetime | None


class CommentPage(Schema):
    """Comments, the newest first; `after` is where the next page begins."""

    items: list[CommentOut]
    after: int | None


class CommentIn(Schema):
    """A comment. `@name` in the text mentions a colleague who sees the record; `mentions` are keys of users, which
    decide between two of the same name."""

    text: str
    mentions: Annotated[list[Key], Field(max_length=50)] = []


class PageQuery(Schema):
    """How a list is paged."""

    limit: Limit = 50
    after: Key | None = None


def shown(comment: Comment) -> dict[str, Any]:
    """A comment as JSON."""
    author = organisation().users.get(comment.by_id)
    return {
        "id": comment.pk,
        "text": comment.text,
        "mentions": [{"id": int(key), "name": name} for key, name in comment.mentions.items()],
        "by": {"id": comment.by_id, "name": author.name if author else ""},
        "at": comment.at.isoformat(),
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
    }


def _commented(request: HttpRequest, slug: str, pk: int, scope: str) -> tuple[Any, Any]:
    TALK.demand()
    entity, record = find_record(request, slug, pk, scope)
    if not reads_comments(request.user, entity):
        raise Http404
    return entity, record


def _comment(request: HttpRequest, pk: int) -> Comment:
    """A live comment on a record that the user sees."""
    found = Comment.objects.filter(pk=pk, deleted_at=None).first() if 0 < pk <= LARGEST_KEY else None
    entity = entity_named(found.entity) if found is not None else None
    TALK.demand()
    if found is None or entity is None or not reads_comments(request.user, entity):
        raise Http404
    find_by_key(request, entity, found.record_id, "change")
    return found


@router.get(
    "/{slug}/{int:pk}/comments",
    response={200: CommentPage, **FAULTS},
    operation_id="comments_list",
    tags=["comments"],
)
def comments_list(request: HttpRequest, slug: str, pk: int, query: Query[PageQuery]) -> Any:
    """The comments on a record, newest first."""
    entity, record = _commented(request, slug, pk, "read")
    rows = Comment.objects.filter(entity=entity.label, record_id=record.pk, deleted_at=None).order_by("-id")
    if query.after is not None:
        rows = rows.filter(id__lt=query.after)
    found = list(rows[: query.limit + 1])
    more = found[query.limit - 1].pk if len(found) > query.limit else None
    return {"items": [shown(each) for each in found[: query.limit]], "after": more}


@router.post(
    "/{slug}/{int:pk}/comments",
    response={201: CommentOut, **FAULTS},
    operation_id="comments_create",
    tags=["comments"],
)
def comments_create(request: HttpRequest, slug: str, pk: int, body: CommentIn) -> Any:
    """Comment on a record; those mentioned and those concerned are told."""
    entity, record = _commented(request, slug, pk, "change")
    user: Any = request.user

    def make() -> Any:
        return shown(write_comment(entity, record.pk, text=body.text, by=user, chosen=body.mentions))

    asked = f"{request.path}\n".encode() + request.body
    return 201, once(request.headers.get("Idempotency-Key", ""), asked, user, make)


@router.patch(
    "/comments/{int:pk}", response={200: CommentOut, **FAULTS}, operation_id="comments_change", tags=["comments"]
)
def comments_change(request: HttpRequest, pk: int, body: CommentIn) -> Any:
    """Change one's own comment, as long as the company allows it."""
    comment = _comment(request, pk)
    user: Any = request.user
    return shown(edit_comment(comment, text=body.text, by=user, chosen=body.mentions))


@router.delete("/comments/{int:pk}", response={204: None, **FAULTS}, operation_id="comments_delete", tags=["comments"])
def comments_delete(request: HttpRequest, pk: int) -> Any:
    """Delete a comment of one's own, or on a record that one may delete."""
    user: Any = request.user
    delete_comment(_comment(request, pk), by=user)
    return 204, None


class NoticeOut(Schema):
    """One notice. Of a record that the user no longer sees there is neither title nor address."""

    id: int
    kind: str
    sentence: str
    title: str
    text: str
    url: str
    entity: str | None
    record: int | None
    by: PersonOut | None
    at: datetime
    due: date | None
    read: bool


class NoticePage(Schema):
    """Notices, the newest first; `unread` counts all that are unread, up to 100."""

    items: list[NoticeOut]
    after: int | None
    unread: int


class NoticeQuery(PageQuery):
    """Which notices: only the unread ones, only of one kind."""

    unread: bool = False
    kind: str = ""


class ReadIn(Schema):
    """Which notices are read: these, those of a kind, or all of them."""

    ids: Annotated[list[Key], Field(max_length=1_000)] | None = None
    kind: str = ""


class ReadOut(Schema):
    """How many were unread until now."""

    read: int


def _mine(request: HttpRequest) -> Any:
    """The user's notices; to a token with limits only those about records that it may read."""
    user: Any = request.user
    rows = Notice.objects.filter(user_id=user.pk)
    token = getattr(request, "auth", None)
    if isinstance(token, ApiToken) and token.scopes is not None:
        rows = rows.filter(entity__in=[label for label in token.scopes if token.may(label, "read")])
    return rows


@router.get("/notices/", response={200: NoticePage, **FAULTS}, operation_id="notices_list", tags=["notices"])
def notices_list(request: HttpRequest, query: Query[NoticeQuery]) -> Any:
    """The user's own notices, newest first."""
    user: Any = request.user
    rows = _mine(request).order_by("-id")
    if query.unread:
        rows = rows.filter(read_at__isnull=True)
    if query.kind:
        rows = rows.filter(kind=query.kind.replace("\0", ""))
    if query.after is not None:
        rows = rows.filter(id__lt=query.after)
    found = list(rows[: query.limit + 1])
    more = found[query.limit - 1].pk if len(found) > query.limit else None
    some = found[: query.limit]
    items = [_told(each, line) for each, line in zip(some, lines(user, some), strict=True)]
    return {"items": items, "after": more, "unread": unread_now(user)[0]}


def _told(notice: Notice, line: Any) -> dict[str, Any]:
    entity = entity_named(notice.entity) if line.url else None
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "sentence": line.sentence,
        "title": line.title,
        "text": line.text,
        "url": line.url,
        "entity": entity.slug if entity else None,
        "record": notice.record_id if entity else None,
        "by": {"id": line.by.pk, "name": line.by.name} if line.by else None,
        "at": line.at.isoformat(),
        "due": line.due.isoformat() if line.due else None,
        "read": not line.unread,
    }


@router.post("/notices/read", response={200: ReadOut, **FAULTS}, operation_id="notices_read", tags=["notices"])
def notices_read(request: HttpRequest, body: ReadIn) -> Any:
    """Mark notices as read."""
    rows = _mine(request).filter(read_at__isnull=True)
    if body.ids is not None:
        rows = rows.filter(pk__in=body.ids)
    if body.kind:
        rows = rows.filter(kind=body.kind.replace("\0", ""))
    number = rows.update(read_at=timezone.now())
    if number:
        notices_changed()
    return {"read": number}
