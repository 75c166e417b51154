"""Contents of the room: pools and the moves into and out of them."""

from django.utils.translation import gettext_lazy as _

from haike.kernel.dictionary import Dictionary, Word, declare
from haike.pools.assignment.entity import AssignmentRuleEntity
from haike.pools.assignment.record import Assigned, AssignmentRule
from haike.pools.move import Move
from haike.pools.pool.entity import PoolEntity
from haike.pools.pool.record import Pool
from haike.pools.territory.entity import TerritoryEntity
from haike.pools.territory.record import Territory
from haike.pools.trial import Trial

__all__ = [
    "Assigned",
    "AssignmentRule",
    "AssignmentRuleEntity",
    "Move",
    "Pool",
    "PoolEntity",
    "Territory",
    "TerritoryEntity",
    "Trial",
]

declare(
    [
        Dictionary(
            key="pool_reason",
            label=_("Reason for returning"),
            room="pools",
            words=[
                Word("no_need", "暂无需求", "No need at present", "grey"),
                Word("unreachable", "联系不上", "Cannot be reached", "yellow"),
                Word("no_budget", "没有预算", "No budget", "orange"),
                Word("competitor", "已选竞品", "Chose a competitor", "red"),
                Word("not_mine", "不在我负责的范围", "Not my field or region", "blue"),
                Word("too_busy", "手上客户太多", "I have too many", "teal"),
                Word("wrong", "资料有误", "Wrong data", "red"),
                Word("other", "其他", "Other", "grey"),
            ],
        )
    ]
)
