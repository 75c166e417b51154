"""Contents of the room: tags, stars, comments, notices."""

from haike.talk.comment.record import Comment
from haike.talk.notice.choice import NoticeChoice
from haike.talk.notice.record import Notice
from haike.talk.star import Star
from haike.talk.tag.record import Tag, Tagged, TagMove

__all__ = ["Comment", "Notice", "NoticeChoice", "Star", "Tag", "TagMove", "Tagged"]
