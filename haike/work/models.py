"""Daily work: follow-ups and what hangs on them; one import line per entity."""

from haike.kernel.dictionary import declare
from haike.work.dictionaries import DICTIONARIES
from haike.work.follow_up.on_customer import attach
from haike.work.follow_up.record import FollowUp, FollowUpComment, FollowUpPhoto
from haike.work.follow_up.screen import FollowUpCommentEntity, FollowUpEntity

__all__ = ["FollowUp", "FollowUpComment", "FollowUpCommentEntity", "FollowUpEntity", "FollowUpPhoto"]

declare(DICTIONARIES)
attach()
