"""Opportunities as something that is scored, with rules to begin with, and the card that explains the scores."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from haike.kernel.entity import entity_of
from haike.sales.opportunity.record import OPEN, Opportunity
from haike.sales.opportunity.score.compute import given, rules_changed, sample
from haike.sales.opportunity.score.held import FIT, INTENT, held
from haike.sales.score.explain import PLAIN, by_rules
from haike.sales.score.record import BUYER, CHANCE, NOW, PERSON, QUOTED, SAID
from haike.sales.score.scored import Part, Scored, Words, declare_scored

USUAL = (
    (CHANCE, _("Needs are known"), 20, None, 1, '{"all":[{"field":"needs","op":"filled","value":""}]}'),
    (CHANCE, _("Came by recommendation"), 15, None, 1,
     '{"all":[{"field":"source","op":"one_of","value":["referral","friend","partner"]}]}'),
    (CHANCE, _("An amount is expected"), 15, None, 1, '{"all":[{"field":"worth","op":"more","value":"0"}]}'),
    (BUYER, _("The industry is known"), 10, None, 1, '{"all":[{"field":"industry","op":"filled","value":""}]}'),
    (BUYER, _("Has bought before"), 30, None, 1, '{"all":[{"field":"dealt_at","op":"filled","value":""}]}'),
    (NOW, _("Moved on within two weeks"), 20, None, 1,
     '{"all":[{"field":"stage_since","op":"last","value":"14"}]}'),
    (NOW, _("A day is expected"), 10, None, 1, '{"all":[{"field":"closes_on","op":"filled","value":""}]}'),
    (SAID, _("A talk that led on"), 20, 30, 2,
     '{"all":[{"field":"result","op":"one_of","value":'
     '["progress","appointment","wants_quote","wants_sample","agreed"]}]}'),
    (PERSON, _("Somebody who decides supports us"), 20, None, 2,
     '{"all":[{"field":"attitude","op":"one_of","value":["supports","leans"]}]}'),
    (PERSON, _("Somebody who decides is against us"), -15, None, 2,
     '{"all":[{"field":"attitude","op":"one_of","value":["against","other"]}]}'),
    (QUOTED, _("A quote was sent"), 20, 60, 1,
     '{"all":[{"field":"state","op":"one_of","value":["sent","accepted"]}]}'),
)  # fmt: skip
"""A set to begin with; its conditions name words of the shipped pick-lists."""
OPPORTUNITIES = declare_scored(
    Scored(
        model=Opportunity,
        page="/opportunities/scoring",
        tab="best",
        parts=(Part(_("Fit"), FIT), Part(_("Intent"), INTENT)),
        usual=USUAL,
        held=held,
        given=given,
        sample=sample,
        changed=rules_changed,
        words=Words(
            title=_("Scoring of opportunities"),
            list=_("Open the opportunities"),
            none=_("No rules yet: opportunities have no scores."),
            spread=_("How the opportunities are spread"),
            newest=_("the newest %(n)s open opportunities"),
            trial=_("The present opportunities with this rule"),
            moved=_(
                "%(moved)s of the newest %(n)s open opportunities would score differently. Nothing has been saved yet."
            ),
            deleted=_("Rule “%(name)s” deleted; the opportunities are scored anew."),
        ),
    )
)


def panel(request: HttpRequest, opportunity: Any) -> str:
    """The card on the page: fit and intent, each with the rules that gave points; closed ones keep what they had."""
    user, known, policy = cast(Any, request.user), held(), entity_of(Opportunity).policy
    closed = opportunity.state != OPEN
    points = [] if closed or not known.rules else given([opportunity.pk], known).get(opportunity.pk, [])
    shown = []
    for name, part in zip(("fit", "intent"), OPPORTUNITIES.parts, strict=True):
        if policy.right_to(user, name, opportunity) not in PLAIN:
            continue
        if closed:
            score, found = getattr(opportunity, name), None
        elif known.about(*part.abouts):
            some = [each for each in points if each.rule.row.about in part.abouts]
            score, found = part.of(some), by_rules(opportunity, user, some)
        else:
            continue
        if score is not None:
            shown.append({"label": part.label, "score": score, "found": found})
    if not shown:
        return ""
    return render_to_string("sales/opportunity/score.html", {"parts": shown, "closed": closed}, request=request)


def badge(request: HttpRequest, opportunity: Any) -> str:
    """Beside the name: what is stored, with the way to the reasons."""
    policy, user = entity_of(Opportunity).policy, cast(Any, request.user)
    shown = {
        name: getattr(opportunity, name)
        for name in ("fit", "intent")
        if policy.right_to(user, name, opportunity) in PLAIN and getattr(opportunity, name) is not None
    }
    return render_to_string("sales/opportunity/score_badge.html", {"shown": shown}, request=request) if shown else ""
