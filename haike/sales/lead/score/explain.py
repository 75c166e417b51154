"""Why a lead scores what it scores, in words, for one reader: what he may not see is not named."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from haike.kernel.division import divisions
from haike.kernel.entity import entity_of
from haike.kernel.policy import Actor
from haike.sales.lead.record import Lead, LeadFollowUp
from haike.sales.lead.score import facts
from haike.sales.lead.score.compute import OPEN, given, percent
from haike.sales.lead.score.held import Held, grade_of, held
from haike.sales.score.explain import PLAIN, Explanation, Reason, by_rules
from haike.sales.score.points import total

LEAST = 0.1
MOST = 8
"""Facts that move the log odds by less, and those after so many, are not told."""


def by_model(lead: Lead, user: Actor, known: Held, talks: list[facts.Talk]) -> tuple[int, Explanation]:
    """The chance in percent, and the facts that set the lead apart from the average one."""
    assert known.model is not None
    assert known.fit is not None
    row = facts.features({name: getattr(lead, name) for name in facts.READ}, talks)
    pushes: dict[str, float] = defaultdict(float)
    for name, weight in known.fit.weights.items():
        pushes[facts.field_of(name)] += weight * (row.get(name, 0.0) - known.model.means.get(name, 0.0))
    found = Explanation()
    for name, push in sorted(pushes.items(), key=lambda item: -abs(item[1])):
        if abs(push) < LEAST or len(found.reasons) == MOST:
            break
        words = _say(name, lead, user, talks)
        if words:
            found.reasons.append(Reason(words, push, _effect(push)))
        else:
            found.silent = True
    return percent(known.fit.chance(row)), found


def _effect(push: float) -> str:
    strength = abs(push)
    if push > 0:
        return _("raises it strongly") if strength >= 1 else _("raises it") if strength >= 0.4 else _("a little more")
    return _("lowers it strongly") if strength >= 1 else _("lowers it") if strength >= 0.4 else _("a little less")


def _say(name: str, lead: Lead, user: Actor, talks: list[facts.Talk]) -> str:
    """A fact in words; empty for what the reader may not see."""
    if name in (facts.TALKS, facts.FIRST, facts.RESULT):
        return _say_talks(name, lead, user, [talk for talk in talks if talk[0] < lead.created_at + facts.EARLY])
    entity = entity_of(Lead)
    look, right = entity.looks[name], entity.policy.right_to(user, name, lead)
    value = getattr(lead, name)
    if name in facts.FILLED:
        # A mask tells as much.
        if right == "hidden":
            return ""
        words = _("%(field)s is filled in") if value else _("%(field)s is missing")
        return words % {"field": look.label}
    if right not in PLAIN:
        return ""
    if not value:
        return _("%(field)s is missing") % {"field": look.label}
    if name == "region":
        place = divisions().get(f"{value[:2]}0000")
        return _("%(field)s: %(value)s") % {"field": look.label, "value": place.name if place else look.text(value)}
    return _("%(field)s: %(value)s") % {"field": look.label, "value": look.text(value)}


def _say_talks(name: str, lead: Lead, user: Actor, early: list[facts.Talk]) -> str:
    entity = entity_of(LeadFollowUp)
    if not entity.policy.may(user, "view") or entity.right(user, "at") not in PLAIN:
        return ""
    if name == facts.TALKS:
        return _("Talks in the first two weeks: %(number)s") % {"number": len(early)}
    if name == facts.FIRST:
        quick = early and early[0][0] < lead.created_at + facts.QUICK
        return _("Spoken to within a day") if quick else _("Not spoken to within a day")
    if entity.right(user, "result") not in PLAIN:
        return ""
    if not early or not early[-1][1]:
        return _("No result of a talk in the first two weeks")
    return _("Result of a talk: %(result)s") % {"result": entity.looks["result"].text(early[-1][1])}


def group_words(known: Held) -> Explanation:
    """What the model counts most, of all leads, for those who keep the rules."""
    assert known.fit is not None
    strongest = sorted(known.fit.weights.items(), key=lambda item: -abs(item[1]))[: MOST + 4]
    return Explanation([Reason(_name(name), push, _effect(push)) for name, push in strongest])


def _name(feature: str) -> str:
    field_name, __, word = feature.partition("=")
    leads, talks = entity_of(Lead).looks, entity_of(LeadFollowUp).looks
    if feature == f"{facts.TALKS}~":
        return _("Number of talks in the first two weeks")
    if feature == f"{facts.FIRST}?":
        return _("Spoken to within a day")
    if field_name == facts.RESULT:
        return _("Result of a talk: %(result)s") % {"result": talks["result"].text(word)}
    if field_name == "region":
        place = divisions().get(f"{word}0000")
        return _("%(field)s: %(value)s") % {"field": leads["region"].label, "value": place.name if place else word}
    if word:
        return _("%(field)s: %(value)s") % {"field": leads[field_name].label, "value": leads[field_name].text(word)}
    if feature.endswith("~"):
        return _("How large: %(field)s") % {"field": leads[facts.field_of(feature)].label}
    return _("%(field)s is filled in") % {"field": leads[facts.field_of(feature)].label}


def panel(request: HttpRequest, lead: Lead) -> str:
    """The card on the lead's page: points, grade and chance, and why; in three queries."""
    user, known = cast(Any, request.user), held()
    shown: dict[str, Any] = {"closed": lead.state not in OPEN, "known": known}
    may = {name: entity_of(Lead).policy.right_to(user, name, lead) in PLAIN for name in ("score", "grade", "chance")}
    if shown["closed"]:
        shown |= {name: getattr(lead, name) for name in may if may[name]}
        return render_to_string("sales/score.html", {"shown": shown}, request=request) if _any(shown) else ""
    if known.rules and may["score"]:
        points = given([lead.pk], known).get(lead.pk, [])
        score = total(points)
        shown |= {
            "score": score,
            "grade": grade_of(score) if may["grade"] else "",
            "rules": by_rules(lead, user, points),
        }
    if known.fit is not None and may["chance"]:
        talks = facts.talks_of([lead.pk]).get(lead.pk, [])
        shown["chance"], shown["model"] = by_model(lead, user, known, talks)
    return render_to_string("sales/score.html", {"shown": shown}, request=request) if _any(shown) else ""


def badge(request: HttpRequest, lead: Lead) -> str:
    """Beside the name: what is stored, with the way to the reasons."""
    policy, user = entity_of(Lead).policy, cast(Any, request.user)
    shown = {
        name: getattr(lead, name) for name in ("score", "grade", "chance") if policy.right_to(user, name, lead) in PLAIN
    }
    return render_to_string("sales/score_badge.html", {"shown": shown}, request=request) if _any(shown) else ""


def _any(shown: dict[str, Any]) -> bool:
    return shown.get("score") is not None or shown.get("chance") is not None
