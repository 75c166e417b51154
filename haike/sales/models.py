"""Selling: leads, what is said with them, quick call notes, opportunities, quotes, contracts; one line per entity."""

from haike.kernel.change import FOLLOWERS, GUARDS
from haike.kernel.dictionary import declare
from haike.sales import due
from haike.sales.after import remind
from haike.sales.competitor.record import Competitor
from haike.sales.competitor.screen import CompetitorEntity
from haike.sales.contract import from_quote
from haike.sales.contract.record import Contract, Delivery
from haike.sales.contract.screen import ContractEntity, DeliveryEntity
from haike.sales.contract.text.record import ContractTemplate
from haike.sales.contract.text.screen import ContractTemplateEntity
from haike.sales.decider.record import OpportunityDecider
from haike.sales.decider.screen import DeciderEntity
from haike.sales.dictionaries import DICTIONARIES
from haike.sales.expense import panel as margin_panel
from haike.sales.expense.record import SaleExpense
from haike.sales.expense.screen import SaleExpenseEntity
from haike.sales.lead import duplicates
from haike.sales.lead.carried import Carried
from haike.sales.lead.pool import LEAD_POOLS
from haike.sales.lead.record import Lead, LeadFollowUp
from haike.sales.lead.score.compute import follower
from haike.sales.lead.score.learn import learn_weekly
from haike.sales.lead.score.scored import LEADS
from haike.sales.lead.screen import LeadEntity, LeadFollowUpEntity
from haike.sales.need.record import Need
from haike.sales.need.screen import NeedEntity
from haike.sales.note.record import CallNote
from haike.sales.note.screen import CallNoteEntity
from haike.sales.opportunity import board, demanded, history, made_from, overdue
from haike.sales.opportunity.details import add_to_page
from haike.sales.opportunity.forecast.learn import learn_nightly
from haike.sales.opportunity.forecast.record import ForecastPast
from haike.sales.opportunity.record import Opportunity, OpportunityLine, StageMove
from haike.sales.opportunity.score import compute as chance_scores
from haike.sales.opportunity.screen import OpportunityEntity
from haike.sales.opportunity.setup import PipelineEntity, StageEntity
from haike.sales.opportunity.stage import Pipeline, Stage
from haike.sales.opportunity.task import TaskTick
from haike.sales.order import next_offer, on_product
from haike.sales.order.record import Amendment, Order, OrderLine
from haike.sales.order.screen import OrderEntity
from haike.sales.quote.record import Quote, QuoteLine
from haike.sales.quote.screen import QuoteEntity
from haike.sales.score.record import ScoreModel, ScoreRule
from haike.sales.shipment.record import CostCorrection, Shipment, ShipmentLine
from haike.sales.shipment.screen import ShipmentEntity
from haike.sales.solution.record import Solution, SolutionTemplate
from haike.sales.solution.screen import SolutionEntity, SolutionTemplateEntity
from haike.sales.value import settle
from haike.sales.value.panel import add_panel
from haike.sales.value.record import GroupStep
from haike.segments.offered import offer_groups
from haike.talk.where import leave_out_comments

__all__ = [
    "LEADS",
    "LEAD_POOLS",
    "Amendment",
    "CallNote",
    "CallNoteEntity",
    "Carried",
    "Competitor",
    "CompetitorEntity",
    "Contract",
    "ContractEntity",
    "ContractTemplate",
    "ContractTemplateEntity",
    "CostCorrection",
    "DeciderEntity",
    "Delivery",
    "DeliveryEntity",
    "ForecastPast",
    "GroupStep",
    "Lead",
    "LeadEntity",
    "LeadFollowUp",
    "LeadFollowUpEntity",
    "Need",
    "NeedEntity",
    "Opportunity",
    "OpportunityDecider",
    "OpportunityEntity",
    "OpportunityLine",
    "Order",
    "OrderEntity",
    "OrderLine",
    "Pipeline",
    "PipelineEntity",
    "Quote",
    "QuoteEntity",
    "QuoteLine",
    "SaleExpense",
    "SaleExpenseEntity",
    "ScoreModel",
    "ScoreRule",
    "Shipment",
    "ShipmentEntity",
    "ShipmentLine",
    "Solution",
    "SolutionEntity",
    "SolutionTemplate",
    "SolutionTemplateEntity",
    "Stage",
    "StageEntity",
    "StageMove",
    "TaskTick",
    "board",
    "due",
    "duplicates",
    "from_quote",
    "learn_nightly",
    "learn_weekly",
    "made_from",
    "next_offer",
    "on_product",
    "remind",
]

declare(DICTIONARIES)
FOLLOWERS.append(follower)
FOLLOWERS.append(history.follower)
FOLLOWERS.append(chance_scores.follower)
FOLLOWERS.append(overdue.follower)
FOLLOWERS.append(settle.follower)
GUARDS.append(demanded.guard)
leave_out_comments(LeadFollowUp._meta.label_lower)
offer_groups(Lead._meta.label_lower)
offer_groups(Opportunity._meta.label_lower)
add_panel()
add_to_page()
margin_panel.add()
