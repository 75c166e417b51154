"""The comments of a record as a tab of its page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haike.digits import whole
from haike.find.prepared import Counted, Tally
from haike.kernel.entity import Entity, Panel, entity_of
from haike.people.grants import organisation
from haike.talk.comment.actions import may_edit
from haike.talk.comment.mentions import with_mentions
from haike.talk.comment.record import Comment
from haike.talk.where import COMMENTS

SIZE = 30


def count(user: Any, record: Any) -> Tally:
    """How many comments a record has."""
    label = entity_of(record).label
    rows = partial(Comment.objects.filter, entity=label, deleted_at=None)
    return Tally((Counted(("comments", label), rows, "record_id"),), record.pk)


def shown(entity: Entity, record: Any, user: Any, comments: Iterable[Comment]) -> list[dict[str, Any]]:
    """Comments as the template shows them."""
    people, may_delete_all = organisation().users, entity.policy.allows(user, "delete", record)
    return [
        {
            "comment": comment,
            "by": people.get(comment.by_id),
            "html": with_mentions(comment.text, comment.mentions, user.pk),
            "may_edit": record.deleted_at is None and may_edit(comment, user),
            "may_delete": record.deleted_at is None and (comment.by_id == user.pk or may_delete_all),
        }
        for comment in comments
    ]


def comments_html(request: HttpRequest, record: Any, *, text: str = "", error: str = "") -> SafeString:
    """The box to write in and the comments, the newest first; `text` and `error` are of one that was refused."""
    user, entity = cast(Any, request.user), entity_of(record)
    rows = Comment.objects.filter(entity=entity.label, record_id=record.pk, deleted_at=None).order_by("-id")
    before = whole(request.GET.get("before"))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: SIZE + 1])
    context = {
        "url": entity.url_of(record),
        "draft": f"comment-{entity.slug}-{record.pk}",
        "text": text,
        "error": error,
        "gone": record.deleted_at is not None,
        "first": before is None,
        "lines": shown(entity, record, user, found[:SIZE]),
        "more": f"{entity.url_of(record)}comments?before={found[SIZE - 1].pk}" if len(found) > SIZE else "",
    }
    return render_to_string("talk/comments.html", context, request=request)


PANEL = Panel(COMMENTS, _("Comments"), comments_html, place="last", count=count, icon="message-circle")
