"""Projects with their parties, people, milestones, expenses and links; one import line per entity."""

from haike.kernel.change import FOLLOWERS
from haike.kernel.dictionary import declare
from haike.project import prices
from haike.project.dictionaries import DICTIONARIES
from haike.project.expense.record import Expense
from haike.project.expense.screen import ExpenseEntity
from haike.project.link.actions import follow_on
from haike.project.link.record import Link
from haike.project.milestone.record import Milestone
from haike.project.milestone.screen import MilestoneEntity
from haike.project.on_pages import add_to_pages
from haike.project.party.record import Party
from haike.project.party.screen import PartyEntity
from haike.project.project import board
from haike.project.project.history import follower as phase_follower
from haike.project.project.record import PhaseMove, Project
from haike.project.project.screen import ProjectEntity
from haike.project.project.team import follower as team_follower
from haike.project.stakeholder.record import Stakeholder
from haike.project.stakeholder.screen import StakeholderEntity

__all__ = [
    "Expense",
    "ExpenseEntity",
    "Link",
    "Milestone",
    "MilestoneEntity",
    "Party",
    "PartyEntity",
    "PhaseMove",
    "Project",
    "ProjectEntity",
    "Stakeholder",
    "StakeholderEntity",
    "board",
]

declare(DICTIONARIES)
FOLLOWERS.extend([phase_follower, team_follower, follow_on])
add_to_pages()
prices.add()
