"""Addresses of this room beside those that every entity gets."""

from typing import Any

from django.urls import path

from haike.sales.after import visit
from haike.sales.contract import plan, renewal
from haike.sales.contract import views as contracts
from haike.sales.contract.from_quote import contract_view
from haike.sales.contract.text import views as texts
from haike.sales.lead import views
from haike.sales.lead.numbers import page as numbers
from haike.sales.lead.score import learned_page
from haike.sales.lines import page as lines
from haike.sales.note import views as notes
from haike.sales.opportunity import funnel_page, guide, outcome_page
from haike.sales.opportunity import views as opportunities
from haike.sales.opportunity.forecast import page as forecast
from haike.sales.order import views as orders
from haike.sales.quote import views as quotes
from haike.sales.score import pages
from haike.sales.shipment import views as shipments
from haike.sales.solution import views as solutions

app_name = "sales"


def scoring(slug: str, of: str, name: str) -> list[Any]:
    """The pages on which the rules are kept by which some records are scored."""
    base, known = f"{slug}/scoring", {"of": of}
    return [
        path(base, pages.scoring_view, known, name=f"{name}_rules"),
        path(f"{base}/rules/new", pages.rule_view, known, name=f"{name}_rule_new"),
        path(f"{base}/rules/usual", pages.usual_view, known, name=f"{name}_rules_usual"),
        path(f"{base}/rules/<int:pk>", pages.rule_view, known, name=f"{name}_rule"),
        path(f"{base}/rules/<int:pk>/delete", pages.delete_view, known, name=f"{name}_rule_delete"),
    ]


urlpatterns = [
    path("leads/<int:pk>/convert", views.convert_view, name="convert"),
    *scoring("leads", "lead", "score"),
    *scoring("opportunities", "opportunity", "chance_score"),
    path("leads/scoring/learn", learned_page.learn_view, name="score_learn"),
    path("leads/scoring/models/<int:pk>/use", learned_page.use_view, name="score_model_use"),
    path("call-notes/who", notes.who_view, name="who_calls"),
    path("call-notes/<int:pk>/as/lead", notes.lead_view, name="note_as_lead"),
    path("call-notes/<int:pk>/as/customer", notes.customer_view, name="note_as_customer"),
    path("call-notes/<int:pk>/as/follow-up", notes.follow_up_view, name="note_as_follow_up"),
    path("quotes/<int:pk>/version", quotes.version_view, name="quote_version"),
    path("quotes/<int:pk>/contract", contract_view, name="quote_contract"),
    path("quotes/<int:pk>/order", orders.order_view, name="quote_order"),
    path("orders/<int:pk>/amend", orders.amend_view, name="order_amend"),
    path("orders/<int:pk>/ship", shipments.ship_view, name="ship"),
    path("orders/lines", lines.orders_view, name="order_lines"),
    path("shipments/lines", lines.shipments_view, name="shipment_lines"),
    path("shipments/<int:pk>/note", shipments.note_view, name="delivery_note"),
    path("shipments/<int:pk>/cost/<int:line>", shipments.cost_view, name="shipment_cost"),
    path("contracts/<int:pk>/renew", contracts.renew_view, name="renew_contract"),
    path("shipments/<int:pk>/visit", visit.visit_view, name="after_sale_visit"),
    path("contracts/<int:pk>/delivery-plan", plan.plan_view, name="delivery_plan"),
    path("contracts/<int:pk>/text", texts.make_view, name="contract_text"),
    path("contracts/<int:pk>/text/edit", texts.edit_view, name="contract_text_edit"),
    path("contracts/<int:pk>/text/versions/<int:key>", texts.version_view, name="contract_text_version"),
    path("contracts/<int:pk>/renewal", renewal.opportunity_view, name="contract_renewal"),
    path("contract-deliveries/<int:pk>/deliver", contracts.deliver_view, name="deliver"),
    path("leads/numbers", numbers.numbers_view, name="numbers"),
    path("opportunities/funnel", funnel_page.funnel_view, name="opportunity_funnel"),
    path("opportunities/outcome", outcome_page.outcome_view, name="opportunity_outcome"),
    path("opportunities/forecast", forecast.forecast_view, name="opportunity_forecast"),
    path("opportunities/<int:pk>/solution", solutions.from_template_view, name="solution_from_template"),
    path("solutions/<int:pk>/keep", solutions.keep_view, name="solution_keep"),
    path("opportunities/<int:pk>/task", guide.task_view, name="opportunity_task"),
    path("opportunities/<int:pk>/stage/<int:stage>", opportunities.stage_view, name="opportunity_stage"),
]
