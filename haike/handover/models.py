"""Contents of the room: hand-overs and what they moved; rules that pass records to their keepers."""

from haike.handover.keeper.entity import KeeperRuleEntity
from haike.handover.keeper.record import KeeperRule, Passed
from haike.handover.record import Handover, Moved

__all__ = ["Handover", "KeeperRule", "KeeperRuleEntity", "Moved", "Passed"]
