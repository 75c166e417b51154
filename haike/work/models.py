"""Daily work: follow-ups and what hangs on them; one import line per entity."""

from haike.kernel.dictionary import declare
from haike.talk.where import leave_out_comments
from haike.work import activity, best_time, health
from haike.work.dictionaries import DICTIONARIES
from haike.work.follow_up.on_customer import attach
from haike.work.follow_up.record import FollowUp, FollowUpComment, FollowUpPhoto
from haike.work.follow_up.screen import FollowUpCommentEntity, FollowUpEntity
from haike.work.follow_up.tell import SAID

__all__ = [
    "SAID",
    "FollowUp",
    "FollowUpComment",
    "FollowUpCommentEntity",
    "FollowUpEntity",
    "FollowUpPhoto",
    "health",
]

declare(DICTIONARIES)
attach()
activity.attach()
best_time.attach()
# They stand below each talk, in the timeline of the customer.
leave_out_comments(FollowUp._meta.label_lower)
