"""Who hears of what is said about a follow-up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from haike.kernel.events import on
from haike.kernel.policy import Actor
from haike.talk.comment.actions import snippet
from haike.talk.notice.kinds import Kind, declare_kind
from haike.talk.notice.send import notify
from haike.work.follow_up.record import FollowUp, FollowUpComment

SAID = declare_kind(
    Kind("follow_up_comment", _("Comments on my follow-ups"), _("%(by)s commented on your follow-up"), icon="messages")
)


@on("work.follow_up.commented")
def commented(comment: FollowUpComment, follow_up: FollowUp, by: Actor, **_facts: Any) -> None:
    """The author of the follow-up hears of it."""
    if follow_up.created_by_id is not None:
        facts = {"text": snippet(comment.text)}
        notify([follow_up.created_by_id], SAID, follow_up, by=by, facts=facts, key=f"follow_up_comment:{comment.pk}")
