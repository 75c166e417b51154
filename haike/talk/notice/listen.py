"""What happens in the rooms and whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils import translation

from haike.api.webhook.actions import LOG
from haike.api.webhook.record import Webhook
from haike.kernel.entity import Entity
from haike.kernel.events import on
from haike.kernel.log import Batch
from haike.kernel.policy import Actor
from haike.people.account.choices import hears
from haike.talk.comment.actions import snippet
from haike.talk.comment.record import Comment
from haike.talk.notice.kinds import CHANGED, COMMENT, GIVEN, MENTION, SHARED, WEBHOOK
from haike.talk.notice.record import Notice, notices_changed
from haike.talk.notice.send import Telling, notify, tell
from haike.talk.star import Star, followers
from haike.talk.tag.record import Tagged
from haike.talk.where import active_users, is_served


def listen(entity: Entity) -> None:
    """Hear of the records of one entity."""
    on(f"{entity.label}.created")(partial(_created, entity))
    on(f"{entity.label}.changed")(partial(_changed, entity))
    on(f"{entity.label}.purged")(partial(_purged, entity))


def _created(entity: Entity, record: Any, by: Actor, batch: Batch | None, **_: Any) -> None:
    # What belongs to a batch is told once, when the batch is done.
    if batch is None and not entity.policy.through and record.owner_id not in (None, by.pk):
        notify([record.owner_id], GIVEN, record, by=by)


def _changed(entity: Entity, record: Any, by: Actor, diff: Mapping[str, Any], batch: Batch | None, **_: Any) -> None:
    if batch is not None:
        return
    new_owner = record.owner_id if "owner" in diff and not entity.policy.through else None
    if new_owner is not None:
        notify([new_owner], GIVEN, record, by=by)
    fields = [name for name in diff if name in entity.looks]
    told = [pk for pk in followers(entity.label, record.pk) if pk != new_owner]
    if told and fields:
        notify(told, CHANGED, record, by=by, facts={"fields": fields})


def _purged(entity: Entity, record_id: int, **_: Any) -> None:
    for model in (Star, Tagged, Comment, Notice):
        model.objects.filter(entity=entity.label, record_id=record_id).delete()


@on("kernel.shared")
def shared(entity: Entity, record: Any, user: Any, by: Actor) -> None:
    """A colleague may see a record from now on."""
    if is_served(entity):
        notify([user.pk], SHARED, record, by=by)


@on("talk.comment.written")
def comment_written(comment: Comment, record: Any, by: Actor, mentions: set[int]) -> None:
    """Those mentioned hear of it, and those concerned: owner, followers, and who has commented before."""
    facts, key = {"text": snippet(comment.text)}, _key(comment)
    notify(sorted(mentions), MENTION, record, by=by, facts=facts, key=key)
    others = Comment.objects.filter(entity=comment.entity, record_id=comment.record_id, deleted_at=None)
    concerned = {*followers(comment.entity, comment.record_id), *others.values_list("by_id", flat=True)}
    if record.owner_id is not None:
        concerned.add(record.owner_id)
    notify(sorted(concerned - mentions), COMMENT, record, by=by, facts=facts, key=key)


@on("talk.comment.changed")
def comment_changed(comment: Comment, record: Any, by: Actor, mentions: set[int]) -> None:
    """Notices tell the words as they are now; who is mentioned for the first time hears of it."""
    facts = {"text": snippet(comment.text)}
    _about(comment).update(facts=facts)
    notify(sorted(mentions), MENTION, record, by=by, facts=facts, key=_key(comment))


@on("talk.comment.deleted")
def comment_deleted(comment: Comment, by: Actor) -> None:
    """A notice must not tell what was taken back."""
    _about(comment).delete()
    notices_changed()


@on("api.webhook.stopped")
def webhook_stopped(hook: Webhook, why: Webhook.Stopped) -> None:
    """A webhook was switched off by itself: the user as whom it acts hears of it, and why."""
    owner = active_users().get(hook.owner_id)
    if owner is not None and hears(owner, WEBHOOK.key):
        with translation.override(owner.language):
            facts = {"title": hook.name, "text": str(why.label)}
        tell(WEBHOOK, LOG, [Telling(owner.pk, hook.pk, facts)])


@on("api.webhook.deleted")
def webhook_deleted(key: int) -> None:
    """What is gone leaves no notices behind."""
    if Notice.objects.filter(entity=LOG, record_id=key).delete()[0]:
        notices_changed()


def _key(comment: Comment) -> str:
    return f"comment:{comment.pk}"


def _about(comment: Comment) -> Any:
    return Notice.objects.filter(entity=comment.entity, record_id=comment.record_id, key=_key(comment))
