"""Contents of the room: groups, rules over all records, and the log of their runs."""

from haike.segments.segment.entity import SegmentEntity
from haike.segments.segment.record import Member, Segment
from haike.segments.sweep.record import SweepRun
from haike.segments.tag_rule.entity import TagRuleEntity
from haike.segments.tag_rule.record import TagRule

__all__ = ["Member", "Segment", "SegmentEntity", "SweepRun", "TagRule", "TagRuleEntity"]
