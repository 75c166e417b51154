"""Leads as something that is scored, with rules to begin with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from haike.sales.lead.record import Lead
from haike.sales.lead.score.compute import given, sample
from haike.sales.lead.score.held import held
from haike.sales.lead.score.learn import use_changed
from haike.sales.score.record import LEAD, TALK
from haike.sales.score.scored import Part, Scored, Words, declare_scored

USUAL = (
    (LEAD, _("Came by recommendation"), 25, None, 1,
     '{"all":[{"field":"source","op":"one_of","value":["referral","friend","partner"]}]}'),
    (LEAD, _("Company is known"), 10, None, 1, '{"all":[{"field":"company","op":"filled","value":""}]}'),
    (LEAD, _("Mobile phone is known"), 10, None, 1, '{"all":[{"field":"mobile","op":"filled","value":""}]}'),
    (LEAD, _("Says what it wants"), 15, None, 1, '{"all":[{"field":"product","op":"filled","value":""}]}'),
    (LEAD, _("Has a budget"), 15, None, 1, '{"all":[{"field":"budget","op":"more","value":"0"}]}'),
    (TALK, _("A talk that led on"), 20, 30, 2,
     '{"all":[{"field":"result","op":"one_of","value":'
     '["progress","appointment","wants_quote","wants_sample","agreed"]}]}'),
    (TALK, _("Nobody answered"), -5, 30, 3, '{"all":[{"field":"result","op":"one_of","value":["no_answer"]}]}'),
)  # fmt: skip
"""A set to begin with; its conditions name words of the shipped pick-lists."""
LEADS = declare_scored(
    Scored(
        model=Lead,
        page="/leads/scoring",
        tab="best",
        parts=(Part(_("Score"), (LEAD, TALK)),),
        usual=USUAL,
        held=held,
        given=given,
        sample=sample,
        changed=use_changed,
        words=Words(
            title=_("Scoring of leads"),
            list=_("Open the leads"),
            none=_("No rules yet: leads have no score."),
            spread=_("How the leads are spread"),
            newest=_("the newest %(n)s open leads"),
            trial=_("The present leads with this rule"),
            moved=_("%(moved)s of the newest %(n)s open leads would score differently. Nothing has been saved yet."),
            deleted=_("Rule “%(name)s” deleted; the leads are scored anew."),
        ),
    )
)
