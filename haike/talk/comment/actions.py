"""Writing, correcting and deleting comments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haike.kernel.change import write_log
from haike.kernel.entity import Entity, entity_named
from haike.kernel.events import announce
from haike.kernel.option import option
from haike.kernel.policy import Actor
from haike.refused import Refused
from haike.sheets.values import clean_text
from haike.talk.comment.mentions import mentioned
from haike.talk.comment.record import Comment
from haike.talk.where import is_commented

LONGEST = 10_000
TWICE = timedelta(seconds=60)
"""The same words of the same person within this time are a button pressed twice."""
SNIPPET = 300

EDIT_HOURS = option(
    "talk.edit_hours",
    24,
    _("Hours in which one may change one's own comment"),
    group=_("Comments"),
    help=_("0: comments cannot be changed. They can always be deleted by their authors."),
    most=24 * 365,
)


class RecordGone(Refused):
    """The record was deleted, or taken from the writer's eyes, while he wrote."""


def write_comment(entity: Entity, key: int, *, text: str, by: Actor, chosen: Collection[int] = ()) -> Comment:
    """Say something about a record that one sees; those mentioned and those concerned are told after the commit."""
    text = _checked(text)
    if by.pk is None:
        raise Refused(_("Only people write comments."))
    with transaction.atomic():
        record = _locked(entity, key, by)
        recent = Comment.objects.filter(
            entity=entity.label, record_id=key, by_id=by.pk, deleted_at=None, at__gte=timezone.now() - TWICE
        )
        twin = recent.filter(text=text).first()
        if twin is not None:
            return twin
        mentions = mentioned(entity, record, text, chosen)
        comment = Comment(entity=entity.label, record_id=key, text=text, mentions=mentions, by_id=by.pk)
        comment.save(force_insert=True)
        write_log(record, "comment", by=by)
        announce("talk.comment.written", comment=comment, record=record, by=by, mentions=_keys(mentions))
    return comment


def edit_comment(comment: Comment, *, text: str, by: Actor, chosen: Collection[int] = ()) -> Comment:
    """Change one's own comment; only who is mentioned for the first time is told."""
    entity, text = _entity(comment), _checked(text)
    with transaction.atomic():
        record = _locked(entity, comment.record_id, by)
        current = _present(comment)
        if not may_edit(current, by):
            raise Refused(_("Only the author may change a comment, and only for a while."))
        if current.text == text:
            return current
        before, told = current.text, _keys(current.mentions)
        current.mentions = mentioned(entity, record, text, [*chosen, *told])
        current.text, current.edited_at = text, timezone.now()
        current.save()
        write_log(record, "comment_changed", by=by, diff={str(_("Comment")): [before, text]})
        new = _keys(current.mentions) - told
        announce("talk.comment.changed", comment=current, record=record, by=by, mentions=new)
    return current


def delete_comment(comment: Comment, *, by: Actor) -> None:
    """Delete a comment; what it said stays in the change log."""
    entity = _entity(comment)
    with transaction.atomic():
        record = _locked(entity, comment.record_id, by)
        current = _present(comment)
        if not may_delete(entity, record, current, by):
            raise Refused(_("Only the author, or who may delete the record, may delete a comment."))
        current.deleted_at = timezone.now()
        current.save(update_fields=["deleted_at"])
        write_log(record, "comment_deleted", by=by, diff={str(_("Comment")): [current.text, None]})
        announce("talk.comment.deleted", comment=current, by=by)


def may_edit(comment: Comment, user: Actor) -> bool:
    """Whether the user may still change the comment."""
    return comment.by_id == user.pk and timezone.now() - comment.at <= timedelta(hours=int(EDIT_HOURS()))


def may_delete(entity: Entity, record: Any, comment: Comment, user: Actor) -> bool:
    """Whether the user may delete the comment."""
    return comment.by_id == user.pk or entity.policy.allows(user, "delete", record)


def snippet(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else f"{line[:SNIPPET]}…"


def _keys(mentions: dict[str, str]) -> set[int]:
    return {int(key) for key in mentions}


def _checked(text: str) -> str:
    text = clean_text(text, lines=True)
    if not text:
        raise Refused(fields={"text": _("Write the comment first.")})
    if len(text) > LONGEST:
        said = {"most": f"{LONGEST:,}", "have": f"{len(text):,}"}
        raise Refused(fields={"text": _("A comment has at most %(most)s characters, this one has %(have)s.") % said})
    return text


def _entity(comment: Comment) -> Entity:
    found = entity_named(comment.entity)
    if found is None:
        raise RecordGone(_("This record is not there any more."))
    return found


def _locked(entity: Entity, key: int, by: Actor) -> Any:
    """The record, held until the end of the transaction, so that it is not deleted meanwhile and two presses of the
    button come one after the other."""
    record = entity.model._base_manager.select_for_update().filter(pk=key).first()
    gone = record is None or record.deleted_at is not None or not entity.policy.allows(by, "view", record)
    if gone or not is_commented(entity):
        raise RecordGone(_("This record is not there any more."))
    return record


def _present(comment: Comment) -> Comment:
    current = Comment.objects.select_for_update().filter(pk=comment.pk, deleted_at=None).first()
    if current is None:
        raise Refused(_("This comment is not there any more."))
    return current
